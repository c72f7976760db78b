import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { backup } from '../../ingest/commands/backup.ts';
import { UsageError } from '../../ingest/commands/command.ts';
import { ingest } from '../../ingest/commands/ingest.ts';
import { inspect } from '../../ingest/commands/inspect.ts';
import { verify } from '../../ingest/commands/verify.ts';
import { formatIds } from '../../ingest/formats/registry.ts';
import { InvalidInputError } from '../../src/domain/errors.ts';
import { csv, csvRow, lumisectionCsv } from '../support/csv-files.ts';
import { dumpDatabase, execute } from '../support/database-dump.ts';
import { createPostgres, databases, type TestDatabase } from '../support/databases.ts';
import { type CliReport, ingestJson, runCli, runHere } from '../support/run-cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'lumigraph-cli-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const DATASET = '/ZeroBias/Run2018A-12Nov2019_UL2018-v1/DQMIO';
const file = (name: string, text: string) => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};
/** Long enough (above 10 MB) to be told of when it is begun, and so to be stopped in the middle. */
const LONG_ROWS = 24_000;
function longFile() {
  const path = join(folder, 'long.csv');
  return existsSync(path)
    ? path
    : file('long.csv', lumisectionCsv({ run: 13, lumisections: LONG_ROWS / 30, elements: 30, bins: 100 }));
}
const nowhere = { url: `file:${join(folder, 'never-opened.db')}` };

describe('the command line', () => {
  test('explains each command', async () => {
    const { status, stdout } = await runCli(['ingest', '--help'], nowhere);
    expect([status, stdout]).toEqual([0, ingest.help]);
    for (const [name, { help }] of Object.entries({ ingest, inspect, verify, backup })) {
      expect(help).toMatch(new RegExp(`^usage: npm run ${name}`));
      expect(help).toContain('Exit status 0');
    }
  });

  test.each([ingest, inspect])('lists every format, in lines that a terminal holds', ({ help }) => {
    expect(formatIds.filter((id) => !new RegExp(`\\s${id}[.,]`).test(help))).toEqual([]);
    expect(help.split('\n').filter((line) => line.length > 120)).toEqual([]);
  });

  test.each([
    [['frobnicate'], /there is no command "frobnicate"/],
    [['ingest', '--dryrun', 'x'], /unknown flag --dryrun; did you mean --dry-run\?/],
    [['ingest', join(folder, '*.none')], /no file matches .*\*\.none/],
  ])('refuses %j without touching the database', async (args, message) => {
    const { status, stderr, stdout } = await runCli(args, nowhere);
    expect(stderr).toMatch(message);
    expect([status, stdout]).toEqual([1, '']);
    expect(existsSync(join(folder, 'never-opened.db'))).toBe(false);
  });

  test.each([
    [[], /no file was named/],
    [['--colour', 'x'], /unknown flag --colour$/],
    [['-j', 'many', 'x'], /-j takes a whole number from 1 to 64, not "many"/],
    [['--format', 'pickle', 'x'], /no format "pickle"; known are .*per-ls-csv/],
    [['--include', '[a', 'x'], /bad glob "\[a"/],
    [['--exclude', '@/no/such/list', 'x'], /--exclude: \/no\/such\/list cannot be read/],
    [['--me-map', '/no/such/map', 'x'], /--me-map: \/no\/such\/map cannot be read/],
    [['--me-prefix', 'a//b', 'x'], /--me-prefix a\/\/b cannot begin a path: it has an empty part/],
    [['--on-conflict', 'guess', 'x'], /keep, replace, fail or add, not "guess"/],
    [['--dataset', '', 'x'], /--dataset "" is no name: it is empty/],
    [['--dataset', 'not a dataset', 'x'], /--dataset "not a dataset" is no name: it has white space/],
    [['--source', 'x'.repeat(201), 'x'], /--source "x+" is no name: it is longer than 200 characters/],
    [['--source', '315257', 'x'], /--source "315257" is no name: it is a number/],
    [['--author', ' ', 'x'], /--author is empty/],
    [['--dataset'], /--dataset/],
  ])('refuses ingest %j', async (args, message) => {
    await expect(ingest.run(args)).rejects.toThrow(message);
    const thrown = await ingest.run(args).catch((error) => error);
    expect(thrown instanceof UsageError || thrown instanceof InvalidInputError).toBe(true);
  });

  test.each([
    [['--dataset', 'not a dataset'], /--dataset "not a dataset" is no name/],
    [['--source', 'a\nb'], /--source "a\\nb" is no name: it has control characters/],
  ])('refuses inspect %j', async (flags, message) => {
    await expect(inspect.run([...flags, 'x'])).rejects.toThrow(message);
  });

  test('says which setting is wrong, and does not repeat a password', async () => {
    const { status, stderr } = await runCli(['ingest', 'x'], { url: 'mysql://user:secret@host/db' });
    expect(status).toBe(1);
    expect(stderr).toContain('DATABASE_URL');
    expect(stderr).not.toContain('secret');
  });
});

describe('a PostgreSQL server that is not there yet', () => {
  const freePort = () =>
    new Promise<number>((resolve) => {
      const server = createServer().listen(0, '127.0.0.1', () => {
        const { port } = server.address() as AddressInfo;
        server.close(() => resolve(port));
      });
    });

  test('is waited for by ingest, which says so', async () => {
    const { url, drop } = await createPostgres({ migrated: true });
    const early = new URL(url);
    early.port = String(await freePort());
    const server = createServer((socket) => {
      const upstream = connect(Number(new URL(url).port), '127.0.0.1');
      // a process that ends may reset what it leaves
      for (const end of [socket, upstream]) end.on('error', () => {});
      socket.pipe(upstream).pipe(socket);
    });
    const path = file('early.csv', csv(csvRow()));
    const { status, stderr } = await runCli(['ingest', path, '--dataset', DATASET], {
      url: early.href,
      onStart: (process) => process.stderr.once('data', () => server.listen(Number(early.port), '127.0.0.1')),
    });
    expect(stderr).toContain(
      `the database at 127.0.0.1:${early.port} (DATABASE_URL) cannot be reached: connect ECONNREFUSED 127.0.0.1:${early.port}: trying again in 0.5 s`,
    );
    expect(status).toBe(0);
    server.close();
    await drop();
  });

  test('is told by the other commands with a code, at once', async () => {
    const url = `postgresql://somebody:secret@127.0.0.1:${await freePort()}/db`;
    const { status, stderr } = await runCli(['verify'], { url });
    expect(stderr).toMatch(/^verify: UNAVAILABLE: the database at .* cannot be reached: connect ECONNREFUSED .*\n$/);
    expect(status).toBe(1);
  });

  test('is waited for no longer than until Ctrl-C', async () => {
    const url = `postgresql://somebody:secret@127.0.0.1:${await freePort()}/db`;
    const { status } = await runCli(['ingest', file('never.csv', csv(csvRow()))], {
      url,
      onStart: (process) => process.stderr.once('data', () => process.kill('SIGINT')),
    });
    expect(status).toBe(130);
  });
});

describe.each(databases)('npm run ingest on $name', ({ name, create }) => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await create();
  });
  afterAll(() => database.drop());
  const here = () => ({ url: database.url });

  test('prints one JSON document and nothing else, the same as --report writes', async () => {
    const path = file('json.csv', csv(csvRow({ run: 11 }), csvRow({ run: 11, ls: 0 })));
    const reportFile = join(folder, `report-${name}.json`);
    const result = await ingestJson([path, '--dataset', DATASET, '--report', reportFile], here());
    expect(result.status).toBe(2);
    expect(result.exitStatus).toBe(2);
    expect(result.files).toMatchObject([
      { path, format: 'per-ls-csv', dataset: DATASET, outcome: 'ingested', counts: { inserted: 1, rejected: 1 } },
    ]);
    expect(result.total).toMatchObject({
      inserted: 1,
      identical: 0,
      conflicting: 0,
      replaced: 0,
      added: 0,
      rejected: 1,
    });
    const written = JSON.parse(readFileSync(reportFile, 'utf8')) as CliReport;
    expect(written).toEqual(JSON.parse(result.stdout));
    expect(readdirSync(folder).filter((entry) => entry.endsWith('.tmp'))).toEqual([]);
  });

  test('sums up what was done, not what was done before', async () => {
    const [known, fresh] = [file('known.csv', csv(csvRow({ run: 21 }))), file('fresh.csv', csv(csvRow({ run: 22 })))];
    await runHere(['ingest', known, '--dataset', DATASET], here());
    const both = [known, fresh, '--dataset', DATASET];
    const first = await ingestJson(both, here(), runHere);
    expect(first.total).toMatchObject({ inserted: 1, rowsRead: 1, known: 1 });
    const { stdout } = await runHere(['ingest', ...both], here());
    expect(stdout).toMatch(/^total of 2 files +0 +0 +0 +0 +0 +0 .* 2 known, not counted$/m);
    expect(stdout).toMatch(/^.*known\.csv +1 +0 .* known, nothing to do$/m);
  });

  test('leaves the database alone with --dry-run', async () => {
    const before = await dumpDatabase(database.url);
    const path = file('dry.csv', csv(csvRow({ run: 12 })));
    const { status, stdout } = await runHere(['ingest', path, '--dataset', DATASET, '--dry-run'], here());
    expect(status).toBe(0);
    expect(stdout).toContain('the database is unchanged');
    expect(await dumpDatabase(database.url)).toEqual(before);
  });

  test.skipIf(process.platform === 'win32')('stops at Ctrl-C, and goes on from where it has come to', async () => {
    const args = ['ingest', longFile(), file('behind.csv', csv(csvRow({ run: 14 }))), '--dataset', DATASET];
    const stopped = await runCli(args, {
      ...here(),
      onStart: (process) => process.stderr.once('data', () => process.kill('SIGINT')),
    });
    expect(stopped.status).toBe(130);
    expect(stopped.stderr).toContain('stopping after the batch in flight');
    const said = /long\.csv: stopped after ([\d,]+) rows; the same command goes on from there/.exec(stopped.stdout);
    expect(stopped.stdout).toMatch(/1 file was not begun:\n {2}.*behind\.csv\n/);
    const resumed = await ingestJson(args.slice(1), here(), runHere);
    expect(resumed.status).toBe(0);
    expect(resumed.files[0]?.counts.inserted).toBe(LONG_ROWS);
    expect(resumed.files[0]?.rowsRead).toBe(LONG_ROWS - Number(said?.[1]?.replaceAll(',', '')));
  });

  test('proves the database consistent, and finds what is not', async () => {
    expect(await runHere(['verify'], here())).toMatchObject({ status: 0, stdout: 'the database is consistent\n' });
    await execute(
      database.url,
      'UPDATE lumisection_histogram SET file_id = 987654 WHERE run_number = 11; UPDATE run_monitor_element SET lumisection_count = lumisection_count + 1 WHERE run_number = 11',
    );
    const { status, stdout } = await runHere(['verify', '--json'], here());
    expect(status).toBe(2);
    const { findings } = JSON.parse(stdout) as { findings: { check: string; count: number }[] };
    expect(findings.map(({ check }) => check)).toEqual([
      'orphan:lumisection_histogram:data_file',
      'count:run_monitor_element',
    ]);
  });

  test(name === 'sqlite' ? 'copies the database while it is in use' : 'points to pg_dump for a backup', async () => {
    const target = join(folder, `copy-${name}.db`);
    const { status, stdout, stderr } = await runHere(['backup', target], here());
    if (name === 'postgresql') {
      expect([status, existsSync(target)]).toEqual([1, false]);
      expect(stderr).toContain('pg_dump');
      return;
    }
    expect(status).toBe(0);
    expect(stdout).toMatch(/copy-sqlite\.db: \d+ bytes/);
    expect(await dumpDatabase(`file:${target}`)).toEqual(await dumpDatabase(database.url));
    const again = await runHere(['backup', target], here());
    expect(again).toMatchObject({ status: 1, stderr: expect.stringContaining('exists already') });
  });
});

const dataFolder = resolve(import.meta.dirname, '../../../shared/data');
const hasData = existsSync(dataFolder);
if (!hasData) console.log(`no real data at ${dataFolder}: tests that need it are not collected`);

if (hasData) {
  describe.each(databases)('real data on $name', ({ create }) => {
    let database: TestDatabase;
    beforeAll(async () => {
      database = await create({ migrated: true });
    });
    afterAll(() => database.drop());

    test.each([
      ['ZeroBias_2018A_DataFrame_1D_2.csv', ['--dataset', DATASET], 9],
      ['json_GOLDEN_2018.txt', ['--source', 'golden-2018'], 478],
      ['json_DCSONLY_2018.txt', ['--source', 'dcs-2018'], 681],
    ])('%s lands whole', async (name, flags, inserted) => {
      const { status, files } = await ingestJson([join(dataFolder, name), ...flags], { url: database.url }, runHere);
      expect(status).toBe(0);
      expect(files).toMatchObject([{ outcome: 'ingested', counts: { inserted, rejected: 0, conflicting: 0 } }]);
    });

    test('is known the second time, and nothing else in its folder fails', async () => {
      const result = await ingestJson(
        [dataFolder, '--dataset', DATASET, '--source', 'golden-2018'],
        {
          url: database.url,
        },
        runHere,
      );
      // a Parquet and a ROOT file hold the same histograms, one without flow bins and titles: a conflict, and said
      expect(result.status).toBe(2);
      expect(result.files.filter(({ outcome }) => outcome === 'failed')).toEqual([]);
      const unequal = result.files.filter(({ counts }) => counts.conflicting + counts.rejected > 0);
      expect(unequal.every(({ path, counts }) => path.endsWith('.root') && counts.rejected === 0)).toBe(true);
      const text = result.files.filter(({ path }) => /\.(csv|txt)$/.test(path));
      expect(text.map(({ path, outcome }) => [path.slice(dataFolder.length + 1), outcome])).toEqual([
        ['ZeroBias_2018A_DataFrame_1D_2.csv', 'known'],
        ['json_DCSONLY_2018.txt', 'ingested'],
        ['json_GOLDEN_2018.txt', 'known'],
      ]);
      expect(result.skipped.every(({ code }) => code === 'UNKNOWN_FORMAT')).toBe(true);
      expect((await runHere(['verify'], { url: database.url })).status).toBe(0);
    });
  });
}
