import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { rangesOf } from '../../ingest/pipeline/contents.ts';
import type { Inspection } from '../../ingest/pipeline/inspect.ts';
import type { SkippedFile } from '../../ingest/report.ts';
import { csv, csvRow, lumisectionCsv } from '../support/csv-files.ts';
import { dumpDatabase, execute } from '../support/database-dump.ts';
import { databases, type TestDatabase } from '../support/databases.ts';
import { runHere } from '../support/run-cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'lumigraph-inspect-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const DATASET = '/ZeroBias/Run2018A-12Nov2019_UL2018-v1/DQMIO';
const none = { inserted: 0, identical: 0, conflicting: 0, replaced: 0, added: 0, rejected: 0 };
const file = (name: string, text: string) => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};
async function inspectJson(args: readonly string[], url: string) {
  const { status, stdout, stderr } = await runHere(['inspect', '--json', ...args], { url });
  if (stdout === '') throw new Error(stderr);
  return { status, ...(JSON.parse(stdout) as { files: Inspection[]; skipped: SkippedFile[] }) };
}

test('lumisections are told as ranges', () => {
  expect(rangesOf(new Set([7, 1, 2, 3, 9, 10]))).toEqual([
    [1, 3],
    [7, 7],
    [9, 10],
  ]);
  expect(rangesOf(new Set())).toEqual([]);
});

describe('inspect without a database', () => {
  const url = `file:${join(folder, 'none', 'never.db')}`;

  test('says what is in a file, and creates nothing', async () => {
    const rows = [1, 2, 3, 7].map((ls) => csvRow({ run: 5, ls }));
    const map = csvRow({ run: 6, ls: 2, name: 'longer', bins: [0, 1, 2, 3, 4, 5, 0], xmax: 5 });
    const path = file('some.csv', csv(...rows, map, csvRow({ ls: 0 })));
    const { status, files } = await inspectJson([path], url);
    expect(status).toBe(2);
    expect(files).toMatchObject([{ path, format: 'per-ls-csv', dataset: null, ingest: null, error: null }]);
    expect(files[0]?.notTried).toContain('--dataset');
    expect(files[0]?.contents).toEqual({
      runs: [
        {
          run: 5,
          lumisections: [
            [1, 3],
            [7, 7],
          ],
          lumisectionHistograms: 4,
          runHistograms: 0,
        },
        { run: 6, lumisections: [[2, 2]], lumisectionHistograms: 1, runHistograms: 0 },
      ],
      datasets: [],
      elements: [
        { path: 'charge', dimension: 1, kind: 'TH1', bins: ['3'], lumisectionHistograms: 4, runHistograms: 0 },
        { path: 'longer', dimension: 1, kind: 'TH1', bins: ['5'], lumisectionHistograms: 1, runHistograms: 0 },
      ],
      others: {},
    });
    expect(files[0]?.issues).toMatchObject([{ severity: 'REJECTED', line: 7 }]);
    expect(existsSync(join(folder, 'none'))).toBe(false);
  });

  test('says the same for people, and stays on one line for each', async () => {
    const path = file('text.csv', csv(csvRow({ run: 5, ls: 1 }), csvRow({ run: 5, ls: 2, name: 'a\u001b[31m' })));
    const { stdout } = await runHere(['inspect', path, '--dataset', DATASET], { url });
    expect(stdout).toContain('format    per-LS CSV (per-ls-csv)');
    expect(stdout).toContain(`dataset   ${DATASET}`);
    expect(stdout).toMatch(/^5 +1 +0 +1$/m);
    expect(stdout).toMatch(/^charge +TH1 +1 +0 +3$/m);
    expect(stdout).toContain(
      'ingesting would give: 1 inserted, 0 identical, 0 conflicting, 0 replaced, 0 added, 1 rejected',
    );
    expect(stdout).not.toContain('\u001b');
  });

  test('sees what contradicts itself inside a file, by an empty database of which nothing stays', async () => {
    const path = file('twice.csv', csv(csvRow({ ls: 1 }), csvRow({ ls: 1, bins: [1, 1, 1, 1, 1] })));
    const temporary = mkdtempSync(join(folder, 'temporary-'));
    vi.stubEnv('TMPDIR', temporary);
    const { status, files } = await inspectJson([path, '--dataset', DATASET], url);
    expect(files[0]?.ingest).toMatchObject({ counts: { ...none, inserted: 1, conflicting: 1 } });
    expect(files[0]?.ingest?.issues).toMatchObject([{ code: 'CONFLICT_IN_FILE', line: 3 }]);
    expect(status).toBe(2);
    expect(readdirSync(temporary)).toEqual([]);
    expect(existsSync(join(folder, 'none'))).toBe(false);
    const { stderr } = await runHere(['inspect', path], { url });
    expect(stderr).toBe('there is no database yet: what ingesting would do is tried on an empty one\n');
  });

  test('goes on behind files that cannot be read', async () => {
    const good = file('good.csv', csv(csvRow()));
    const { status, files } = await inspectJson([join(folder, 'absent.csv'), file('prose.txt', 'hello'), good], url);
    expect(status).toBe(1);
    expect(files.map(({ error }) => error?.code ?? null)).toEqual(['FILE_NOT_FOUND', 'UNKNOWN_FORMAT', null]);
  });

  test('says that it looks at files alone, where an API is named', async () => {
    const { status, stderr } = await runHere(['inspect', 'oms:https://cmsoms.cern.ch/agg/api/v1/runs'], { url });
    expect(status).toBe(1);
    expect(stderr).toContain('only files and folders are inspected');
  });

  test('tells a certification by its runs and their lumisections', async () => {
    const path = file(
      'golden.json',
      '{"315257": [[1, 88], [91, 92]], "315259": [[1, 172]], "315264": [[5, 268435455]]}',
    );
    const { files } = await inspectJson([path], url);
    expect(files[0]?.contents.others).toEqual({ certification: 3 });
    const ranges = files[0]?.contents.runs.map(({ run, lumisections }) => [run, lumisections]);
    expect(ranges).toEqual([
      [
        315257,
        [
          [1, 88],
          [91, 92],
        ],
      ],
      [315259, [[1, 172]]],
      [315264, [[5, 268435455]]],
    ]);
    const { stdout } = await runHere(['inspect', path], { url });
    expect(stdout).toMatch(/^315257 +0 +0 +1-88, 91-92$/m);
    expect(stdout).toMatch(/^315264 +0 +0 +5-end$/m);
  });

  test('counts any number of faults, and lists as many as the ledger keeps', async () => {
    const faults = Array.from({ length: 30_000 }, (_, i) => `"a${i}": [[1, 2]]`);
    const bad = file('bad.json', `{"1": [[1, 2]], ${faults.join(', ')}}`);
    const { status, files } = await inspectJson([bad], url);
    expect([status, files[0]?.error]).toEqual([2, null]);
    expect(files[0]?.issues).toHaveLength(10_000);
    expect(files[0]?.issuesLeftOut).toBe(20_000);
    const { stdout } = await runHere(['inspect', bad], { url });
    expect(stdout).toContain('... and 29,950 more findings (--json has 10,000)');
  });

  test('leaves out what is no data in a folder, as ingesting does', async () => {
    const inbox = join(folder, 'inbox');
    mkdirSync(inbox);
    writeFileSync(join(inbox, 'README.md'), '# What is in here');
    writeFileSync(join(inbox, 'good.csv'), csv(csvRow()));
    const { status, stdout } = await runHere(['inspect', inbox, '--dataset', DATASET], { url });
    expect(stdout).toMatch(
      /1 file in folders is no known data and was left out:\n {2}.*README\.md \(UNKNOWN_FORMAT\)\n$/,
    );
    expect(status).toBe(0);
    const { files, skipped } = await inspectJson([inbox], url);
    expect(files.map(({ path }) => path)).toEqual([join(inbox, 'good.csv')]);
    expect(skipped).toMatchObject([{ path: join(inbox, 'README.md'), code: 'UNKNOWN_FORMAT' }]);
    expect((await runHere(['inspect', join(inbox, 'README.md')], { url })).status).toBe(1);
  });

  test('lists what was not chosen', async () => {
    const path = file('choice.csv', lumisectionCsv({ lumisections: 3, elements: 2 }));
    const { files } = await inspectJson([path, '--exclude', '*_2'], url);
    expect(files[0]?.skipped).toEqual([{ path: 'element_2', rows: 3 }]);
    expect(files[0]?.contents.elements.map(({ path }) => path)).toEqual(['element_1']);
  });
});

describe.each(databases)('inspect beside a database on $name', ({ create }) => {
  let database: TestDatabase;
  beforeEach(async () => {
    database = await create({ migrated: true });
  });
  afterEach(() => database.drop());

  test('ends as ingesting would where a conflict is to fail', async () => {
    const first = file('kept.csv', csv(csvRow({ ls: 1 })));
    const other = file('other.csv', csv(csvRow({ ls: 1, bins: [1, 1, 1, 1, 1] })));
    await runHere(['ingest', first, '--dataset', DATASET], { url: database.url });
    const flags = [other, '--dataset', DATASET, '--on-conflict', 'fail'];
    const { status, files } = await inspectJson(flags, database.url);
    expect(files[0]?.ingest?.error?.code).toBe('CONFLICT');
    expect(status).toBe((await runHere(['ingest', ...flags], { url: database.url })).status);
    expect([status, files[0]?.exitStatus]).toEqual([2, 2]);
  });

  test('says what ingesting would insert, find identical or in conflict, and changes nothing', async () => {
    const here = { url: database.url };
    const first = file('first.csv', csv(csvRow({ ls: 1 }), csvRow({ ls: 2 })));
    await runHere(['ingest', first, '--dataset', DATASET], here);
    const before = await dumpDatabase(database.url);
    const other = csvRow({ ls: 2, bins: [1, 1, 1, 1, 1] });
    const second = file('second.csv', csv(csvRow({ ls: 1 }), other, csvRow({ ls: 3 }), csvRow({ ls: 0 })));
    const { status, files } = await inspectJson([first, second, '--dataset', DATASET], database.url);
    expect(status).toBe(2);
    expect(files[0]?.ingest).toMatchObject({ outcome: 'known', counts: { ...none, inserted: 2 } });
    expect(files[1]?.ingest).toMatchObject({
      outcome: 'ingested',
      counts: { inserted: 1, identical: 1, conflicting: 1, replaced: 0, added: 0, rejected: 1 },
    });
    expect(files[1]?.ingest?.issues.find(({ code }) => code === 'CONFLICT')?.reason).toContain('first.csv');
    expect(await dumpDatabase(database.url)).toEqual(before);
    const { stdout } = await runHere(['inspect', second, '--dataset', DATASET], here);
    expect(stdout).toContain(
      'ingesting would give: 1 inserted, 1 identical, 1 conflicting, 0 replaced, 0 added, 1 rejected',
    );
  });

  test('of a file that another process reads just now says what is in it, and that the rest was not tried', async () => {
    const path = file('busy.csv', csv(csvRow({ ls: 1 })));
    await runHere(['ingest', path, '--dataset', DATASET], { url: database.url });
    await execute(
      database.url,
      "UPDATE data_file SET status = 'RUNNING', lease_owner = 'far/away 1 2 3', lease_expires_at = '2999-01-01T00:00:00.000+00:00'",
    );
    const { status, files } = await inspectJson([path, '--dataset', DATASET], database.url);
    expect(status).toBe(0);
    expect(files[0]).toMatchObject({
      ingest: null,
      notTried: expect.stringMatching(/^another process reads .*busy\.csv: it has come to byte \d+$/),
      contents: { runs: [{ lumisectionHistograms: 1 }] },
    });
  });

  test('asks for the dataset before it tries', async () => {
    const path = file('no-dataset.csv', csv(csvRow()));
    await runHere(['ingest', path, '--dataset', DATASET], { url: database.url });
    const { files } = await inspectJson([path], database.url);
    expect(files[0]).toMatchObject({ ingest: null, notTried: expect.stringContaining('--dataset'), exitStatus: 0 });
  });
});
