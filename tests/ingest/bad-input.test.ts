import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { FileReport } from '../../ingest/pipeline/report.ts';
import type { Counts, IssueRecord } from '../../src/domain/record.ts';
import { CSV_HEADER, csv, csvRow, lumisectionCsv } from '../support/csv-files.ts';
import { databases } from '../support/databases.ts';
import { type CliReport, type CliResult, ingestJson, runCli, runHere } from '../support/run-cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'lumigraph-bad-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const DATASET = '/ZeroBias/Run2018A-12Nov2019_UL2018-v1/DQMIO';
const FLAGS = ['--dataset', DATASET, '--source', 'golden-test'];
const none: Counts = { inserted: 0, identical: 0, conflicting: 0, replaced: 0, added: 0, rejected: 0 };

interface Case {
  readonly content: string | Uint8Array;
  readonly exit: 0 | 1 | 2;
  readonly counts?: Partial<Counts>;
  /** Of the whole file. */
  readonly error?: { readonly code: string; readonly message: RegExp; readonly line?: number };
  /** Of its rows, all of them. */
  readonly issues?: readonly (Partial<IssueRecord> & { readonly reason?: unknown })[];
}

/** Every file has a run of its own, so that none is in conflict with another. */
let run = 0;
const row = (more: Parameters<typeof csvRow>[0] = {}) => csvRow({ run, ...more });
const good = (ls: number) => row({ ls });
/** A file with a good row, the given one in line 3, and another good row. */
const second = (bad: (run: number) => string, issue: Case['issues']): Case => {
  run++;
  return { content: csv(good(1), bad(run), good(2)), exit: 2, counts: { inserted: 2, rejected: 1 }, issues: issue };
};
const refused = (content: string | Uint8Array, code: string, message: RegExp, line?: number): Case => ({
  content,
  exit: 1,
  error: { code, message, line },
});
const fine = (text: (run: number) => string | Uint8Array, inserted = 2): Case => ({
  content: text(++run),
  exit: 0,
  counts: { inserted },
  issues: [],
});
const gz = (text: string) => gzipSync(text);
const broken = () => {
  const bytes = gz(lumisectionCsv({ run: ++run, lumisections: 50, elements: 4 }));
  bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 0xff;
  return bytes;
};

const CASES: Record<string, Case> = {
  'crlf.csv': fine((n) => csv(csvRow({ run: n }), csvRow({ run: n, ls: 2 })).replaceAll('\n', '\r\n')),
  'bom.csv': fine((n) => `\ufeff${csv(csvRow({ run: n }), csvRow({ run: n, ls: 2 }))}`),
  'no-final-newline.csv': fine((n) => csv(csvRow({ run: n }), csvRow({ run: n, ls: 2 })).trimEnd()),
  'packed.csv.gz': fine((n) => gz(csv(csvRow({ run: n }), csvRow({ run: n, ls: 2 })))),
  'negative-bins.csv': fine((n) => csv(csvRow({ run: n, bins: [0, -1.5, 2, 3, 0], entries: 6 })), 1),
  'unsorted.json': {
    content: '{"900001": [[5, 9], [1, 2], [3, 4], [8, 12]]}',
    exit: 0,
    issues: [
      { severity: 'NOTE', code: 'RANGES_UNSORTED', line: 1 },
      { severity: 'NOTE', code: 'RANGES_OVERLAP', line: 1 },
      { severity: 'NOTE', code: 'RANGES_TOUCH', line: 1 },
    ],
  },

  'truncated.csv': (() => {
    const content = csv(csvRow({ run: ++run }), csvRow({ run, ls: 2 })).slice(0, -30);
    return { content, exit: 2, counts: { inserted: 1, rejected: 1 }, issues: [{ code: 'TRUNCATED', line: 3 }] };
  })(),
  'wrong-header.csv': refused('hname,histo,fromlumi,metype\n1,2,3,4\n', 'MISSING_COLUMN', /fromrun/, 1),
  'missing-column.csv': refused(csv().replace(',entries', ''), 'MISSING_COLUMN', /"entries" is missing/, 1),
  'repeated-column.csv': refused(csv().replace(',entries', ',entries,entries'), 'REPEATED_COLUMN', /"entries"/, 1),
  'bin-count.csv': second(
    (n) => csvRow({ run: n, ls: 3, bins: [0, 1, 2, 3, 4, 0, 7], xbins: 3 }),
    [{ code: 'BIN_COUNT', line: 3, field: 'histo', value: '7' }],
  ),
  'nan.csv': second(
    (n) => csvRow({ run: n, ls: 3, bins: '[0, NaN, 1, 2, 0]' }),
    [{ code: 'NOT_FINITE', line: 3, field: 'histo', value: expect.stringContaining('NaN') }],
  ),
  'infinity.csv': second(
    (n) => csvRow({ run: n, ls: 3, xmax: 'Infinity' }),
    [{ code: 'NOT_FINITE', line: 3, field: 'Xmax', value: 'Infinity' }],
  ),
  'negative-entries.csv': second(
    (n) => csvRow({ run: n, ls: 3, entries: -6 }),
    [{ code: 'NEGATIVE_ENTRIES', line: 3, field: 'entries', value: '-6' }],
  ),
  'run-zero.csv': second(() => csvRow({ run: 0 }), [{ code: 'OUT_OF_RANGE', line: 3, field: 'fromrun', value: '0' }]),
  'ls-zero.csv': second(
    (n) => csvRow({ run: n, ls: 0 }),
    [{ code: 'OUT_OF_RANGE', line: 3, field: 'fromlumi', value: '0' }],
  ),
  'ls-too-large.csv': second(
    (n) => csvRow({ run: n, ls: 268435455 }),
    [{ code: 'OUT_OF_RANGE', line: 3, field: 'fromlumi', value: '268435455', reason: 'larger than 268435454' }],
  ),
  'axis-too-wide.csv': second(
    (n) => csvRow({ run: n, ls: 3, xmin: '-1.7e308', xmax: '1.7e308' }),
    [
      {
        code: 'AXIS_RANGE',
        line: 3,
        field: 'Xmin',
        value: '-1.7e+308, 1.7e+308',
        reason: 'the x axis is wider than a number can say (-1.7e+308 to 1.7e+308)',
      },
    ],
  ),
  'ls-text.csv': second(
    (n) => csvRow({ run: n, ls: '1.5' }),
    [{ code: 'NOT_AN_INTEGER', line: 3, field: 'fromlumi', value: '1.5' }],
  ),
  'list-unclosed.csv': second(
    (n) => csvRow({ run: n, ls: 3, bins: '[0, 1, 2, 3, 0' }),
    [{ code: 'LIST_UNCLOSED', line: 3, field: 'histo' }],
  ),
  'quotes.csv': second(
    (n) => csvRow({ run: n, ls: 3 }).replace(']"', ']'),
    [{ code: 'UNBALANCED_QUOTE', line: 3, reason: expect.stringContaining('not closed') }],
  ),
  'conflict.csv': (() => {
    const n = ++run;
    const content = csv(csvRow({ run: n }), csvRow({ run: n, ls: 2 }), csvRow({ run: n, bins: [9, 9, 9, 9, 9] }));
    const issue = {
      severity: 'CONFLICTING' as const,
      code: 'CONFLICT_IN_FILE',
      line: 4,
      field: 'key',
      value: `run ${n}, LS 1, charge`,
      reason: expect.stringMatching(/line 2 .* line 2 stays, line 4 does not/),
    };
    return { content, exit: 2, counts: { inserted: 2, conflicting: 1 }, issues: [issue] };
  })(),
  'utf16.csv': refused(Buffer.from(`\ufeff${CSV_HEADER}\n`, 'utf16le'), 'UTF16', /UTF-16/),
  'broken.csv.gz': refused(broken(), 'BROKEN_GZIP', /broken gzip/),
  'cut.csv.gz': (() => {
    const bytes = gz(lumisectionCsv({ run: ++run, lumisections: 50, elements: 4 }));
    return refused(bytes.subarray(0, bytes.length - 12), 'TRUNCATED', /ends too early/);
  })(),
  'empty.csv': refused('', 'EMPTY_FILE', /empty/),
  'unknown.csv': refused('a,b,c\n1,2,3\n', 'UNKNOWN_FORMAT', /a,b,c/),
  'repeated-run.json': {
    content: '{"900002": [[1, 2]],\n "900003": [[1, 5]],\n "900002": [[7, 8]]}',
    exit: 2,
    counts: { rejected: 2 },
    issues: [
      { line: 1, field: '900002', reason: expect.stringContaining('line 3') },
      { line: 3, field: '900002' },
    ],
  },
  'first-after-last.json': {
    content: '{"900004": [[9, 1]],\n "900005": [[1, 5]]}',
    exit: 2,
    counts: { rejected: 1 },
    issues: [{ line: 1, field: '900004', value: expect.stringContaining('9') }],
  },
  'first-zero.json': {
    content: '{"900006": [[1, 5]],\n "900007": [[0, 5]]}',
    exit: 2,
    counts: { rejected: 1 },
    issues: [{ line: 2, field: '900007' }],
  },
  'cut.json': refused('{"900008": [[1, 5]], "900009": [[1,', 'TRUNCATED', /not complete/, 1),
};

for (const [name, { content }] of Object.entries(CASES)) writeFileSync(join(folder, name), content);
mkdirSync(join(folder, 'a-folder'));

describe.each(databases)('input on $name', ({ create }) => {
  let database: Awaited<ReturnType<typeof create>>;
  let result: CliReport & CliResult;
  const fileOf = (name: string) => result.files.find(({ path }) => path === join(folder, name)) as FileReport;

  beforeAll(async () => {
    database = await create({ migrated: true });
    const list = Object.keys(CASES).map((name) => join(folder, name));
    result = await ingestJson(['@-', ...FLAGS], { url: database.url, input: list.join('\n') });
  });
  afterAll(() => database.drop());

  test.each(Object.entries(CASES))('%s', (name, { exit, counts, error, issues }) => {
    const file = fileOf(name);
    expect({ exitStatus: file.exitStatus, error: file.error?.code }).toEqual({ exitStatus: exit, error: error?.code });
    if (error) {
      expect(file.error?.message).toMatch(error.message);
      expect(file.error?.message).toContain(name);
      if (error.line !== undefined) expect(file.error?.line).toBe(error.line);
    }
    if (counts) expect(file.counts).toMatchObject(name.endsWith('.json') ? counts : { ...none, ...counts });
    if (issues) {
      // that a golden JSON lacks runs of the one before is no fault of it, nor that a dataset is named
      const faults = file.issues.filter(({ code }) => code !== 'RUNS_LACKING' && code !== 'DATASET_NOT_USED');
      expect(faults).toHaveLength(issues.length);
      expect(faults).toMatchObject(issues);
    }
  });

  test('of many kinds at once ends with status 1, since some of it could not be read', () => {
    expect(result.status).toBe(1);
    expect(result.exitStatus).toBe(1);
  });

  test('leaves a consistent database', async () => {
    const { status, stdout } = await runHere(['verify'], { url: database.url });
    expect([status, stdout]).toEqual([0, 'the database is consistent\n']);
  });
});

describe('the exit status and the table', () => {
  const inFolder = (name: string) => join(folder, name);
  let database: Awaited<ReturnType<(typeof databases)[number]['create']>>;
  beforeAll(async () => {
    database = await (databases[0] as (typeof databases)[number]).create({ migrated: true });
  });
  afterAll(() => database.drop());

  test('of a good file are 0 and a line of counts', async () => {
    const { status, stdout } = await runHere(['ingest', inFolder('crlf.csv'), ...FLAGS], { url: database.url });
    expect(status).toBe(0);
    expect(stdout).toMatch(
      /^file +inserted +identical +conflicting +replaced +added +rejected +seconds +rows\/s +result$/m,
    );
    expect(stdout).toMatch(/crlf\.csv +2 +0 +0 +0 +0 +0 +[\d.]+ +\d+ +done$/m);
  });

  test('of a file with a bad row are 2 and its place', async () => {
    const { status, stdout } = await runHere(['ingest', inFolder('negative-entries.csv'), ...FLAGS], {
      url: database.url,
    });
    expect(status).toBe(2);
    expect(stdout).toContain('negative-entries.csv:3: NEGATIVE_ENTRIES entries="-6": a histogram has no negative');
  });

  test('of a file without a dataset are 1 and what to do', async () => {
    const { status, stdout } = await runHere(['ingest', inFolder('bom.csv')], { url: database.url });
    expect(status).toBe(1);
    expect(stdout).toMatch(/bom\.csv: DATASET_REQUIRED: .*--dataset/);
  });

  test('of a JSON without a source are 1 and what to do', async () => {
    const { status, stdout } = await runHere(['ingest', inFolder('unsorted.json')], { url: database.url });
    expect(status).toBe(1);
    expect(stdout).toMatch(/unsorted\.json: SOURCE_REQUIRED: .*--source/);
  });

  test('of a file that is not there are 1', async () => {
    const { status, stdout } = await runHere(['ingest', inFolder('absent.csv'), ...FLAGS], { url: database.url });
    expect(status).toBe(1);
    expect(stdout).toMatch(/absent\.csv: FILE_NOT_FOUND: no such file/);
  });

  test('of an empty folder are 1 and a word: its name may be a mistake', async () => {
    const { status, stderr } = await runHere(['ingest', inFolder('a-folder'), ...FLAGS], { url: database.url });
    expect(status).toBe(1);
    expect(stderr).toContain(`no file in ${inFolder('a-folder')}`);
  });

  test('of a folder with foreign files list these and leave the status to the others', async () => {
    const mixed = join(folder, 'mixed');
    mkdirSync(mixed);
    writeFileSync(join(mixed, 'notes.txt'), 'these are my notes');
    writeFileSync(join(mixed, 'data.csv'), csv(csvRow({ run: 777 })));
    const report = await ingestJson([mixed, ...FLAGS], { url: database.url }, runHere);
    expect(report.status).toBe(0);
    expect(report.files.map(({ path }) => path)).toEqual([join(mixed, 'data.csv')]);
    expect(report.skipped).toMatchObject([{ path: join(mixed, 'notes.txt'), code: 'UNKNOWN_FORMAT' }]);
  });

  test('of a file without permission are 1', async () => {
    const closed = join(folder, 'closed.csv');
    writeFileSync(closed, csv(csvRow({ run: 778 })));
    chmodSync(closed, 0);
    const asRoot = process.getuid?.() === 0;
    // Root may read everything: there a process of the user nobody tries, on a database of its own.
    const own = mkdtempSync(join(tmpdir(), 'lumigraph-nobody-'));
    chmodSync(own, 0o777);
    chmodSync(folder, 0o755);
    const { status, stdout } = await runCli(['ingest', closed, ...FLAGS], {
      url: `file:${join(own, 'test.db')}`,
      ...(asRoot ? { uid: 65534 } : {}),
    });
    rmSync(own, { recursive: true, force: true });
    expect(stdout).toMatch(/closed\.csv: PERMISSION_DENIED: no permission to read it/);
    expect(status).toBe(1);
  });
});
