import { copyFileSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { csv, csvRow } from '../support/csv-files.ts';
import { dumpDatabase, execute } from '../support/database-dump.ts';
import { createTestStore, databases } from '../support/databases.ts';
import { ingestFolder, none } from '../support/ingest-files.ts';
import { dqmioFile, type WrittenElement } from '../support/root-writer/dqmio.ts';
import { elementsOfEveryType } from '../support/root-writer/elements.ts';
import { ingestJson, runHere } from '../support/run-cli.ts';

const { folder, file } = ingestFolder('adding');

const DATASET = '/ZeroBias/Run2023C-PromptReco-v1/DQMIO';
const RUN = 367129;
const table = (name: string, ...parts: readonly (readonly number[])[]) =>
  file(name, csv(...parts.map((bins, i) => csvRow({ run: RUN, ls: i + 1, bins, entries: 10 }))));
const histogram = (fullName: string, contents: readonly number[], max = 1): WrittenElement => ({
  tree: 'TH1Fs',
  fullName,
  value: { fXaxis: { fNbins: contents.length, fXmin: 0, fXmax: max }, fEntries: 5, fArray: [0, ...contents, 0] },
});
const dqmio = (name: string, elements: readonly WrittenElement[], lumi = 0) =>
  file(`ZeroBias-Run2023C-PromptReco-v1-DQMIO-${name}.root`, dqmioFile([{ run: RUN, lumi, elements }]));

describe.each(databases)('partial counts in files, on $name', (database) => {
  let opened: Awaited<ReturnType<typeof createTestStore>>;
  beforeEach(async () => {
    opened = await createTestStore(database);
  });
  afterEach(async () => {
    const findings = await opened.store.verify();
    await opened.drop();
    expect(findings).toEqual([]);
  });
  const ingest = (...args: string[]) =>
    ingestJson([...args, '--dataset', DATASET], { url: opened.url }, runHere).then(({ files, total, status }) => ({
      counts: files.map(({ counts }) => counts),
      outcomes: files.map(({ outcome }) => outcome),
      issues: files.flatMap(({ issues }) => issues.map(({ code, reason }) => `${code}: ${reason}`)),
      total,
      status,
    }));
  /** Entries and integral of each histogram. */
  const stored = async (kind: 'lumisectionHistograms' | 'runHistograms' = 'lumisectionHistograms') => {
    const from = kind === 'runHistograms' ? 6 : 6;
    return (await dumpDatabase(opened.url))[kind].map((row) =>
      row
        .split(' | ')
        .slice(from, from + 2)
        .map(Number),
    );
  };

  test('are added when told so, once for the same bytes, and the report says how many', async () => {
    const [one, two] = [table('one.csv', [0, 1, 2, 3, 0], [0, 1, 1, 1, 0]), table('two.csv', [0, 1, 2, 3, 0])];
    const first = await ingest(one, two, '--on-conflict', 'add');
    expect(first.counts).toEqual([
      { ...none, inserted: 2 },
      { ...none, added: 1 },
    ]);
    expect(first).toMatchObject({ status: 0, total: { inserted: 2, added: 1 } });
    expect(await stored()).toEqual([
      [20, 12],
      [10, 3],
    ]);
    const before = await dumpDatabase(opened.url);
    const copy = join(folder, 'another-name.csv');
    copyFileSync(two, copy);
    expect((await ingest(one, two, copy, '--on-conflict', 'add')).outcomes).toEqual(['known', 'known', 'known']);
    expect((await ingest(two, '--on-conflict', 'add', '--force')).counts).toEqual([{ ...none, added: 1 }]);
    expect(await dumpDatabase(opened.url)).toEqual(before);
    const { stdout } = await runHere(['ingest', one, '--dataset', DATASET], { url: opened.url });
    expect(stdout).toMatch(/replaced +added +rejected/);
  });

  test('that were read with another choice of monitor elements count once all the same', async () => {
    const [one, two] = [table('a.csv', [0, 1, 2, 3, 0]), table('b.csv', [0, 2, 2, 2, 0])];
    await ingest(one, two, '--on-conflict', 'add');
    const again = await ingest(two, '--on-conflict', 'add', '--include', 'ch*');
    expect(again).toMatchObject({ outcomes: ['ingested'], counts: [{ ...none, identical: 1 }] });
    expect(await stored()).toEqual([[20, 12]]);
  });

  test('of a file that is rewritten take the place of the old ones, whatever links it is named through', async () => {
    const name = `grows-${database.name}.csv`;
    const [link, disk] = [join(folder, `latest-${database.name}.csv`), join(folder, `disk-${database.name}`)];
    const real = table(name, [0, 1, 2, 3, 0]);
    symlinkSync(real, link);
    symlinkSync(folder, disk);
    await ingest(link, '--on-conflict', 'add');
    for (const [grown, path] of [real, link, join(disk, name)].entries()) {
      table(name, [0, 2 + grown, 2, 3, 0]);
      expect((await ingest(path, '--on-conflict', 'add')).counts).toEqual([{ ...none, inserted: 1 }]);
      expect(await stored()).toEqual([[10, 7 + grown]]);
    }
    // another file behind the same link
    rmSync(link);
    symlinkSync(table('other.csv', [0, 1, 1, 1, 0]), link);
    expect((await ingest(link, '--on-conflict', 'add')).counts).toEqual([{ ...none, added: 1 }]);
  });

  test('of a file that an earlier version knew by the name of a link are replaced through that link', async () => {
    const real = table('old.csv', [0, 1, 2, 3, 0]);
    const link = join(folder, `old-link-${database.name}.csv`);
    symlinkSync(real, link);
    await ingest(link, '--on-conflict', 'add');
    await execute(opened.url, `UPDATE data_file SET path = '${link}'`);
    table('old.csv', [0, 2, 2, 3, 0]);
    expect((await ingest(link, '--on-conflict', 'add')).counts).toEqual([{ ...none, inserted: 1 }]);
    expect(await stored()).toEqual([[10, 7]]);
  });

  test('are kept apart unless told so: a CSV is no DQMIO file', async () => {
    const paths = [table('kept-1.csv', [0, 1, 2, 3, 0]), table('kept-2.csv', [0, 1, 2, 4, 0])];
    expect((await ingest(...paths)).counts).toEqual([
      { ...none, inserted: 1 },
      { ...none, conflicting: 1 },
    ]);
    expect(await stored()).toEqual([[10, 6]]);
  });

  test('with other axes are conflicts that say in what, and where the other one is', async () => {
    const one = file('axis-1.csv', csv(csvRow({ run: RUN }), csvRow({ run: RUN, ls: 2 })));
    const two = file('axis-2.csv', csv(csvRow({ run: RUN, xmax: 4 }), csvRow({ run: RUN, ls: 2 })));
    const { counts, issues, status } = await ingest(one, two, '--on-conflict', 'add');
    expect(counts[1]).toEqual({ ...none, conflicting: 1, added: 1 });
    expect(issues).toEqual([
      `NOT_ADDED: has an x axis of 3 bins from 0 to 4, not 3 from 0 to 3; what ${one} brought under this key stays`,
    ]);
    expect(status).toBe(2);
    const strict = await ingest(two, '--on-conflict', 'add', '--strict', '--force');
    expect(strict.outcomes).toEqual(['failed']);
    expect((await dumpDatabase(opened.url)).contributions).toEqual([]);
  });

  test('are told before they are added', async () => {
    const [one, two] = [table('told-1.csv', [0, 1, 2, 3, 0]), table('told-2.csv', [0, 1, 2, 3, 0], [0, 1, 1, 1, 0])];
    await ingest(one);
    const before = await dumpDatabase(opened.url);
    const expected = { ...none, inserted: 1, added: 1 };
    expect((await ingest(two, '--on-conflict', 'add', '--dry-run')).counts).toEqual([expected]);
    const args = ['inspect', two, '--dataset', DATASET, '--on-conflict', 'add'];
    expect(JSON.parse((await runHere([...args, '--json'], { url: opened.url })).stdout).files[0].ingest.counts).toEqual(
      expected,
    );
    expect((await runHere(args, { url: opened.url })).stdout).toContain(
      '1 inserted, 0 identical, 0 conflicting, 0 replaced, 1 added',
    );
    expect(await dumpDatabase(opened.url)).toEqual(before);
  });

  test('of DQMIO files are added unless told otherwise, of a run and of a lumisection', async () => {
    const contents = [0.5, 2, 3];
    const names = ['job-1', 'job-2', 'job-3'];
    const paths = names.flatMap((name, i) => [
      dqmio(name, [
        histogram(
          'A/charge',
          contents.map((value) => value + i),
        ),
      ]),
      dqmio(
        `${name}-ls`,
        [
          histogram(
            'A/charge',
            contents.map((value) => value * i),
          ),
        ],
        4,
      ),
    ]);
    const { counts } = await ingest(...paths);
    expect(counts.map(({ inserted, added }) => inserted - added)).toEqual([1, 1, -1, -1, -1, -1]);
    expect(await stored('runHistograms')).toEqual([[15, 25.5]]);
    expect(await stored()).toEqual([[15, 16.5]]);
    const other = dqmio('job-4', [histogram('A/charge', contents, 2)]);
    expect((await ingest(other)).issues).toEqual([
      expect.stringMatching(/^NOT_ADDED: has an x axis of 3 bins from 0 to 2/),
    ]);
    const kept = dqmio('job-5', [histogram('A/charge', [9, 9, 9])]);
    expect((await ingest(kept, '--on-conflict', 'keep')).issues).toEqual([
      expect.stringMatching(/^CONFLICT: the sum of several files has this key/),
    ]);
  });

  test('of every type that a DQMIO file holds are twice as many after a second file', async () => {
    const elements = elementsOfEveryType(3);
    const integrals = async () => (await stored()).map(([, integral]) => integral);
    await ingest(dqmio('types-1', elements, 1));
    const once = await integrals();
    // the same histograms in other bytes
    const { counts, issues } = await ingest(dqmio('types-2', [...elements, histogram('Z/more', [1])], 1));
    expect(issues.filter((issue) => issue.startsWith('NOT_ADDED'))).toEqual([]);
    expect(counts[0]?.added).toBe(once.length);
    expect(await integrals()).toEqual([...once.map((integral) => 2 * (integral as number)), 1]);
  });
});
