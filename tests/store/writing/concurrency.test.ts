import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Counts } from '../../../src/domain/record.ts';
import type { Database } from '../../../src/store/database.ts';
import { openStore } from '../../../src/store/open-store.ts';
import type { Store } from '../../../src/store/store.ts';
import { databases, type TestDatabase } from '../../support/databases.ts';
import { certification, type LumisectionRow, lumisections } from './batches.ts';
import { beginFile, openDatabase, write } from './write.ts';

const WRITERS = 8;

/** A different order for each writer, always the same. */
function shuffled<Item>(items: readonly Item[], seed: number): Item[] {
  const key = (i: number) => Math.imul(i + 1, 2_654_435_761 + seed * 40_503) >>> 0;
  return items
    .map((item, i) => [key(i), item] as const)
    .sort(([a], [b]) => a - b)
    .map(([, item]) => item);
}

describe.each(databases)('writers side by side on $name', ({ create }) => {
  let database: TestDatabase;
  let stores: Store[];
  let look: Database;
  beforeEach(async () => {
    database = await create({ migrated: true });
    stores = [];
    while (stores.length < WRITERS) stores.push(await openStore(database.url, { migrate: false }));
    look = await openDatabase(database.url);
  });
  afterEach(async () => {
    const findings = await stores[0]?.verify();
    for (const store of stores) await store.close();
    await look.close();
    await database.drop();
    expect(findings).toEqual([]);
  });
  const ask = async (sql: string) => (await look.arrays(sql)).map((row) => row.join(' '));

  const total = (all: readonly Counts[]) =>
    Object.fromEntries(
      (['inserted', 'identical', 'conflicting', 'replaced'] as const).map((name) => [
        name,
        all.reduce((sum, counts) => sum + counts[name], 0),
      ]),
    );

  /** Each writer writes all rows, in its own order, in batches. */
  async function writeAll(
    rowsOf: (writer: number) => readonly LumisectionRow[],
    onConflict: 'keep' | 'replace' = 'keep',
  ) {
    return Promise.all(
      stores.map(async ({ ledger }, writer) => {
        const file = await beginFile(ledger);
        const rows = shuffled(rowsOf(writer), writer);
        const counts: Counts[] = [];
        for (let i = 0; i < rows.length; i += 60) {
          counts.push((await write(ledger, file, lumisections(rows.slice(i, i + 60)), { onConflict })).counts);
        }
        return counts;
      }),
    );
  }

  const rows: LumisectionRow[] = Array.from({ length: 240 }, (_, i) => ({
    run: 1 + (i % 4),
    ls: 1 + (i % 20),
    me: `element ${i % 12}`,
    dataset: `/P/Run2018${'ABC'[i % 3]}-X-v1/DQMIO`,
    bins: [0, i % 5 === 0 ? 0 : 1, 0, 0, 0],
  }));
  const keys = new Set(rows.map(({ run, ls, me, dataset }) => [run, ls, me, dataset].join())).size;

  test('of the same rows: each is inserted once and identical otherwise, and nobody waits in a circle', async () => {
    const counts = (await writeAll(() => rows)).flat();
    const sums = total(counts);
    expect(sums.inserted).toBe(keys);
    expect((sums.identical ?? 0) + (sums.conflicting ?? 0)).toBe(WRITERS * rows.length - keys);
    expect(await ask('SELECT count(*) FROM lumisection_histogram')).toEqual([`${keys}`]);
    expect(await ask('SELECT sum(lumisection_count) FROM run_monitor_element')).toEqual([`${keys}`]);
    expect(await ask('SELECT count(*) FROM monitor_element')).toEqual(['12']);
  });

  test('of different rows: all are inserted', async () => {
    const counts = await writeAll((writer) =>
      rows.slice(0, 60).map((row, i) => ({ ...row, ls: 1000 * writer + i + 1 })),
    );
    expect(total(counts.flat())).toEqual({ inserted: 60 * WRITERS, identical: 0, conflicting: 0, replaced: 0 });
  });

  test('of contradicting rows: one stays, the others conflict', async () => {
    const distinct = Array.from({ length: 60 }, (_, i) => ({ run: 1, ls: i + 1 }));
    const counts = await writeAll((writer) => distinct.map((row) => ({ ...row, entries: writer })));
    expect(total(counts.flat())).toEqual({ inserted: 60, identical: 0, conflicting: 60 * (WRITERS - 1), replaced: 0 });
  });

  test('of rows that replace each other: the last one stays', async () => {
    const distinct = Array.from({ length: 60 }, (_, i) => ({ run: 1, ls: i + 1 }));
    const counts = await writeAll((writer) => distinct.map((row) => ({ ...row, entries: writer })), 'replace');
    expect(total(counts.flat())).toEqual({ inserted: 60, identical: 0, conflicting: 0, replaced: 60 * (WRITERS - 1) });
  });

  test('of certifications: versions are numbered without a gap', async () => {
    await Promise.all(
      stores.map(async ({ ledger }, writer) =>
        write(ledger, await beginFile(ledger), certification({ 1: [[1, 10 + writer]] }), { source: 'golden' }),
      ),
    );
    expect(await ask('SELECT version FROM certification_version ORDER BY 1')).toEqual(stores.map((_, i) => `${i + 1}`));
  });

  test('while files are withdrawn: what another file has alike stays', async () => {
    const distinct = Array.from({ length: 50 }, (_, i) => ({ run: 1, ls: i + 1, me: `element ${i % 5}` }));
    await Promise.all(
      stores.map(async ({ ledger }, writer) => {
        const file = await beginFile(ledger);
        await write(ledger, file, lumisections(shuffled(distinct, writer)));
        if (writer % 2 === 1) await ledger.withdraw(file);
      }),
    );
    expect(await ask('SELECT count(*) FROM lumisection_histogram')).toEqual(['50']);
    expect(await ask('SELECT count(DISTINCT file_id) FROM contribution')).toEqual([`${WRITERS / 2 - 1}`]);
  });

  test('through one ledger, while the file is withdrawn that brought the names of both: what comes stays', async () => {
    const { ledger } = stores[0] as Store;
    for (let round = 0; round < 3; round++) {
      const [first, second] = [await beginFile(ledger), await beginFile(ledger)];
      await write(ledger, first, lumisections([{ run: 1, ls: 1, me: 'shared' }]));
      const rows = [
        { run: 1, ls: 2, me: 'shared' },
        { run: 1, ls: 2, me: `new ${round}` },
      ];
      await Promise.all([ledger.withdraw(first), write(ledger, second, lumisections(rows))]);
      expect(await ask('SELECT count(*) FROM lumisection_histogram')).toEqual(['2']);
      await ledger.withdraw(second);
    }
  });

  test('beginning one file: one row of the ledger', async () => {
    const ids = await Promise.all(stores.map(({ ledger }) => beginFile(ledger, { sha256: 'same' })));
    expect(new Set(ids).size).toBe(1);
  });
});
