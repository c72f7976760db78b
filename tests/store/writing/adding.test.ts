import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { decodeBins } from '../../../src/domain/codec.ts';
import type { Database } from '../../../src/store/database.ts';
import type { BeginOptions, IngestOptions, Ledger, Store } from '../../../src/store/store.ts';
import { execute } from '../../support/database-dump.ts';
import { createTestStore, databases } from '../../support/databases.ts';
import { runLevel } from './batches.ts';
import { AXIS, batchesOf, counts, type Part } from './parts.ts';
import { beginFile, counted, openDatabase, write } from './write.ts';

const part = (changes: Partial<Part> = {}): Part => ({
  run: 1,
  ls: 1,
  me: 'charge',
  bins: counts(1, 2, 3, 4, 5),
  entries: 15,
  ...changes,
});

describe.each(databases)('partial counts on $name', (database) => {
  let store: Store;
  let ledger: Ledger;
  let url: string;
  let look: Database;
  let drop: () => Promise<void>;
  let contradictions: unknown[];
  beforeEach(async () => {
    ({ store, url, drop } = await createTestStore(database));
    ledger = store.ledger;
    look = await openDatabase(url);
    contradictions = [];
  });
  afterEach(async () => {
    const findings = await store.verify();
    await look.close();
    await drop();
    expect(findings.map(({ check }) => check)).toEqual(contradictions);
  });

  const ask = async (sql: string) => (await look.arrays(sql)).map((row) => row.join(' '));
  const add = async (file: number, parts: readonly Part[], options: Partial<IngestOptions> = {}) => {
    const [batch = null] = batchesOf(parts);
    const conflictIssue: IngestOptions['conflictIssue'] = ({ row, notAdded, earlierPath, sameFile }) => ({
      severity: 'CONFLICTING',
      code: 'TEST',
      reason: `row ${row} of ${sameFile ? 'the same file' : earlierPath}: ${notAdded}`,
    });
    return write(ledger, file, batch, { onConflict: 'add', conflictIssue, ...options });
  };
  const stored = async () =>
    (
      await look.arrays<[number, number | null, number, number, Uint8Array]>(
        'SELECT lumisection_number, file_id, entries, integral, bins FROM lumisection_histogram ORDER BY 1',
      )
    ).map(([ls, file, entries, integral, bins]) => {
      return `LS ${ls} of ${file}: ${entries} entries, ${integral} in range, ${[...decodeBins(bins, [3]).contents]}`;
    });
  const reasons = () => ask('SELECT reason FROM ingest_issue ORDER BY file_id, number');

  test('of two files are added, bin by bin, with their entries and moments', async () => {
    const [a, b] = [await beginFile(ledger), await beginFile(ledger)];
    expect(counted(await add(a, [part(), part({ ls: 2 })]))).toEqual({ inserted: 2 });
    expect(counted(await add(b, [part({ bins: counts(0, 300, 0, 1, 0), entries: 301 })]))).toEqual({ added: 1 });
    expect(await stored()).toEqual([
      'LS 1 of null: 316 entries, 310 in range, 1,302,3,5,5',
      `LS 2 of ${a}: 15 entries, 9 in range, 1,2,3,4,5`,
    ]);
    const [[mean] = [0]] = await look.arrays<[number]>(
      'SELECT mean_x FROM lumisection_histogram WHERE file_id IS NULL',
    );
    expect(mean).toBeCloseTo((302 * 0.5 + 3 * 1.5 + 5 * 2.5) / 310, 12);
    expect(await ask('SELECT file_id, part, entries FROM contribution ORDER BY file_id')).toEqual([
      `${a} 0 15`,
      `${b} 0 301`,
    ]);
    await ledger.finish(b, { status: 'DONE' });
    expect(await ask(`SELECT inserted, added FROM data_file WHERE id = ${b}`)).toEqual(['0 1']);
  });

  test('that are equal are two parts, and so are two rows of one file', async () => {
    const [a, b] = [await beginFile(ledger), await beginFile(ledger)];
    expect(counted(await add(a, [part(), part()]))).toEqual({ inserted: 1, added: 1 });
    expect(counted(await add(b, [part()]))).toEqual({ added: 1 });
    expect(counted(await add(a, [part()]))).toEqual({ added: 1 });
    expect(await stored()).toEqual(['LS 1 of null: 60 entries, 36 in range, 4,8,12,16,20']);
    await ledger.withdraw(a);
    expect(await stored()).toEqual([`LS 1 of ${b}: 15 entries, 9 in range, 1,2,3,4,5`]);
    expect(await ask('SELECT * FROM contribution')).toEqual([]);
  });

  test('that round to whole numbers on the way are added up from all parts', async () => {
    for (const value of [1e-20, 1, -1]) {
      await add(await beginFile(ledger), [part({ bins: counts(0, value, 0, 0, 0), entries: 1 })]);
    }
    expect(await stored()).toEqual(['LS 1 of null: 3 entries, 1e-20 in range, 0,1e-20,0,0,0']);
  });

  test('beyond exact integers are added up from all parts', async () => {
    for (const value of [2 ** 53 - 1, 1, 1, -(2 ** 53 - 1)]) {
      await add(await beginFile(ledger), [part({ bins: counts(0, value, 0, 0, 0) })]);
    }
    expect(await stored()).toEqual(['LS 1 of null: 60 entries, 2 in range, 0,2,0,0,0']);
  });

  test('of a run are added as those of a lumisection are', async () => {
    const [a, b] = [await beginFile(ledger), await beginFile(ledger)];
    await add(a, [part({ ls: 0, title: 'charge' })]);
    expect(counted(await add(b, [part({ ls: 0, title: 'charge' })]))).toEqual({ added: 1 });
    expect(await ask('SELECT file_id, title, entries, integral, mean_x FROM run_histogram')).toEqual([
      ` charge 30 18 ${(2 * 0.5 + 3 * 1.5 + 4 * 2.5) / 9}`,
    ]);
    await ledger.withdraw(a);
    expect(await ask('SELECT file_id, title, entries, integral FROM run_histogram')).toEqual([`${b} charge 15 9`]);
  });

  test('of profiles are sums of their sums', async () => {
    const profile = (sums: number[], entries: number[]): Part =>
      part({
        bins: {
          ...counts(...sums),
          binEntries: Float64Array.from(entries),
          sumw2: Float64Array.from(sums, (sum) => sum * sum),
        },
      });
    await add(await beginFile(ledger), [profile([0, 0.5, 0, 2, 0], [0, 1, 0, 1, 0])]);
    expect(counted(await add(await beginFile(ledger), [profile([0, 0.25, 0, 0, 0], [0, 1, 0, 0, 0])]))).toEqual({
      added: 1,
    });
    const [[integral, blob] = [0, new Uint8Array()]] = await look.arrays<[number, Uint8Array]>(
      'SELECT integral, bins FROM lumisection_histogram',
    );
    expect(integral).toBe(3);
    const { contents, binEntries, sumw2 } = decodeBins(blob, [3]);
    expect([contents, binEntries, sumw2].map((numbers) => [...(numbers ?? [])])).toEqual([
      [0, 0.75, 0, 2, 0],
      [0, 2, 0, 1, 0],
      [0, 0.3125, 0, 4, 0],
    ]);
  });

  test.each<[string, Partial<Part>, string]>([
    ['axes', { axes: [{ ...AXIS, max: 4 }] }, 'has an x axis of 3 bins from 0 to 4, not 3 from 0 to 3'],
    [
      'labels',
      { axes: [{ ...AXIS, labels: ['a', 'b', 'c'] }] },
      'has an x axis of other labels: bin 1 is "a", not null',
    ],
    ['flow bins', { bins: { flow: false, contents: Float64Array.of(1, 2, 3) } }, 'has no under- and overflow bins'],
    ['sums beyond a float64', { bins: counts(0, Number.MAX_VALUE, 0, 0, 0) }, 'adds up to more than a float64 holds'],
  ])('with other %s are refused, and say why', async (_, changes, reason) => {
    const a = await beginFile(ledger, {}, { path: '/data/a.root' });
    const b = await beginFile(ledger);
    const first = part({ bins: counts(0, Number.MAX_VALUE, 0, 0, 0) });
    await add(a, [first, part({ ls: 2 })]);
    expect(counted(await add(b, [part(changes), part({ ls: 2 })]))).toEqual({ conflicting: 1, added: 1 });
    expect(await reasons()).toEqual([`row 0 of /data/a.root: ${reason}`]);
    await ledger.finish(b, { status: 'DONE' });
    expect(await ask('SELECT lumisection_number, file_id FROM contribution ORDER BY file_id')).toEqual([
      `2 ${a}`,
      `2 ${b}`,
    ]);
  });

  test.each<[string, Partial<Part>]>([
    ['entries', { entries: Number.MAX_VALUE }],
    ['squared weights', { bins: { ...counts(0, 1, 0, 0, 0), sumw2: Float64Array.of(0, Number.MAX_VALUE, 0, 0, 0) } }],
  ])('whose %s add up to more than a float64 holds are refused', async (_, changes) => {
    await add(await beginFile(ledger), [part(changes)]);
    expect(counted(await add(await beginFile(ledger), [part({ ...changes, title: 'other' })]))).toEqual({
      conflicting: 1,
    });
    expect(await reasons()).toEqual([expect.stringMatching(/adds up to more than a float64 holds$/)]);
  });

  test('are no efficiencies: equal ones are identical, others in conflict', async () => {
    const ratio = part({ me: 'efficiency', efficiency: true });
    const [a, b] = [await beginFile(ledger), await beginFile(ledger)];
    await add(a, [ratio]);
    const { efficiency: _, ...unmarked } = ratio;
    expect(counted(await add(b, [unmarked, { ...unmarked, entries: 16 }]))).toEqual({ identical: 1, conflicting: 1 });
    expect(await reasons()).toEqual([expect.stringMatching(/is an efficiency: ratios are never added$/)]);
    await ledger.withdraw(a);
    expect(await stored()).toEqual([`LS 1 of ${b}: 15 entries, 9 in range, 1,2,3,4,5`]);
  });

  test('are no statistics without bins', async () => {
    const [a, b] = [await beginFile(ledger), await beginFile(ledger)];
    const summary = (mean: number) => runLevel([{ mean }]);
    await write(ledger, a, summary(1), { onConflict: 'add' });
    expect(counted(await write(ledger, b, summary(1), { onConflict: 'add' }))).toEqual({ identical: 1 });
    const { conflicts, ...outcome } = await write(ledger, b, summary(2), { onConflict: 'add' });
    expect(counted({ conflicts, ...outcome })).toEqual({ conflicting: 1 });
    expect(conflicts[0]?.notAdded).toBe('has no bins: statistics alone cannot be added');
  });

  describe('met by rows that are not to be added:', () => {
    let a: number;
    let b: number;
    let c: number;
    beforeEach(async () => {
      [a, b, c] = [await beginFile(ledger), await beginFile(ledger), await beginFile(ledger)];
      await add(a, [part()]);
      await add(b, [part()]);
    });
    const sum = part({ bins: counts(2, 4, 6, 8, 10), entries: 30 });

    test('keep compares with the sum, which stays', async () => {
      expect(counted(await add(c, [sum], { onConflict: 'keep' }))).toEqual({ identical: 1 });
      expect(counted(await add(c, [part()], { onConflict: 'keep' }))).toEqual({ conflicting: 1 });
      expect(await reasons()).toEqual(['row 0 of null: undefined']);
      await ledger.withdraw(b);
      expect(await stored()).toEqual([`LS 1 of ${a}: 15 entries, 9 in range, 1,2,3,4,5`]);
    });

    test('replace puts one histogram in the place of the whole sum', async () => {
      expect(counted(await add(c, [part({ entries: 7 })], { onConflict: 'replace' }))).toEqual({ replaced: 1 });
      expect(await stored()).toEqual([`LS 1 of ${c}: 7 entries, 9 in range, 1,2,3,4,5`]);
      expect(await ask('SELECT * FROM contribution')).toEqual([]);
      await ledger.withdraw(a);
      await ledger.withdraw(c);
      expect(await stored()).toEqual([]);
    });

    test('a file that has the share of another one alike takes it over', async () => {
      await ledger.withdraw(b);
      expect(counted(await add(c, [part()], { onConflict: 'keep' }))).toEqual({ identical: 1 });
      await add(b, [part({ entries: 1 })]);
      await ledger.withdraw(a);
      expect(await stored()).toEqual(['LS 1 of null: 16 entries, 18 in range, 2,4,6,8,10']);
      expect(await ask('SELECT file_id, entries FROM contribution ORDER BY file_id')).toEqual([`${b} 1`, `${c} 15`]);
      await ledger.withdraw(b);
      expect(await stored()).toEqual([`LS 1 of ${c}: 15 entries, 9 in range, 1,2,3,4,5`]);
    });
  });

  describe('of a file that is read again', () => {
    const identity = { dataset: '', source: '', format: 'test', meMap: '' };
    const begin = (sha256: string, path: string, options: Partial<BeginOptions> = {}) =>
      ledger.begin({ ...identity, sha256 }, { path, size: 1 }, { force: false, takeBack: true, ...options });

    test('count once, however often they are', async () => {
      await add(await beginFile(ledger), [part()]);
      for (const force of [false, true, true]) {
        const { file } = await begin('again', '/data/again.root', { force });
        expect(counted(await add(file.id, [part()]))).toEqual({ added: 1 });
        await ledger.finish(file.id, { status: 'DONE' });
      }
      expect((await begin('again', '/data/other-name.root')).known).toBe(true);
      expect(await stored()).toEqual(['LS 1 of null: 30 entries, 18 in range, 2,4,6,8,10']);
    });

    test('and has another content now take the place of those it had', async () => {
      await add(await beginFile(ledger), [part()]);
      const { file: old } = await begin('old', '/data/grows.root');
      await add(old.id, [part(), part({ ls: 2 })]);
      await ledger.finish(old.id, { status: 'DONE' });
      const { file } = await begin('new', '/data/grows.root');
      expect(await stored()).toEqual(['LS 1 of 1: 15 entries, 9 in range, 1,2,3,4,5']);
      await add(file.id, [part({ entries: 1 })]);
      await ledger.finish(file.id, { status: 'DONE' });
      expect(await stored()).toEqual(['LS 1 of null: 16 entries, 18 in range, 2,4,6,8,10']);
      expect(await ask(`SELECT status, error_code, added FROM data_file WHERE id = ${old.id}`)).toEqual([
        'CANCELLED SUPERSEDED 0',
      ]);
      expect(await ask('SELECT code, severity FROM ingest_issue')).toEqual(['EARLIER_CONTENT NOTE']);
    });

    test('under other names, with other content, are parts of their own', async () => {
      for (const name of ['a', 'b', 'c']) {
        const { file } = await begin(name, `/data/${name}.root`);
        await add(file.id, [part()]);
      }
      expect(await stored()).toEqual(['LS 1 of null: 45 entries, 27 in range, 3,6,9,12,15']);
    });
  });

  test('are counted as empty where their sum is', async () => {
    const [a, b] = [await beginFile(ledger), await beginFile(ledger)];
    const empty = () => ask('SELECT lumisection_count, empty_count FROM run_monitor_element');
    await add(a, [part({ bins: counts(1, 0, 0, 0, 0) })]);
    expect(await empty()).toEqual(['1 1']);
    await add(b, [part()]);
    expect(await empty()).toEqual(['1 0']);
    await ledger.withdraw(b);
    expect(await empty()).toEqual(['1 1']);
  });

  test('of many files are added side by side, and none is lost', async () => {
    const files = await Promise.all(Array.from({ length: 8 }, () => beginFile(ledger)));
    const parts = Array.from({ length: 20 }, (_, i) => part({ ls: i + 1, bins: counts(0, 0.1, 0, 1, 0) }));
    await Promise.all(files.map((file) => add(file, parts)));
    const [bins] = await look.arrays<[Uint8Array]>('SELECT DISTINCT bins FROM lumisection_histogram');
    expect(await ask('SELECT count(*) FROM lumisection_histogram')).toEqual(['20']);
    expect([...decodeBins((bins as [Uint8Array])[0], [3]).contents]).toEqual([0, 0.8, 0, 8, 0]);
  });

  test('that do not add up are found', async () => {
    for (const name of ['a', 'b'])
      await add(await beginFile(ledger, { sha256: name }), [part(), part({ ls: 2 }), part({ ls: 3 })]);
    await execute(url, 'UPDATE contribution SET entries = 16 WHERE lumisection_number = 1 AND file_id = 1');
    await execute(url, 'DELETE FROM contribution WHERE lumisection_number = 2 AND file_id = 1');
    await execute(url, 'UPDATE lumisection_histogram SET file_id = 2 WHERE lumisection_number = 3');
    contradictions = ['share:alone', 'share:owner', 'contribution:owner', 'share:sum'];
    const [sum] = (await store.verify()).filter(({ check }) => check === 'share:sum');
    expect(sum?.examples.join()).toContain('30 entries, not 31');
  });
});
