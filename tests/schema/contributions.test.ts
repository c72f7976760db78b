import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openStore } from '../../src/store/open-store.ts';
import type { OnConflict, Store } from '../../src/store/store.ts';
import { batchesOf, counts } from '../store/writing/parts.ts';
import { beginFile, write } from '../store/writing/write.ts';
import { createTestStore, databases } from '../support/databases.ts';
import { type Ask, asker } from './ask.ts';

const OF_RUN = `query ($run: Int!) { run(number: $run) { histograms(first: 9) {
  nodes { dataFile { path } contributions { kind entries dataFile { path } } } } } }`;
const OF_LUMISECTIONS = `query ($run: Int!) { run(number: $run) {
  lumisectionHistograms(first: 9, orderBy: [{ field: LUMISECTION, direction: ASC }]) {
    nodes { contributions { kind entries dataFile { path } } } } } }`;

describe.each(databases)('the files of a histogram on $name', (database) => {
  let opened: Awaited<ReturnType<typeof createTestStore>>;
  let watched: Store;
  let ask: Ask;
  const statements: string[] = [];
  beforeAll(async () => {
    opened = await createTestStore(database);
    watched = await openStore(opened.url, { onStatement: (sql) => statements.push(sql) });
    ask = asker(watched);
  });
  afterAll(async () => {
    await watched.close();
    await opened.drop();
  });

  const bring = async (name: string, onConflict: OnConflict, cells: number[], lumisections: readonly number[]) => {
    const { ledger } = opened.store;
    const id = await beginFile(ledger, { sha256: name }, { path: `/data/${name}` });
    const parts = lumisections.map((ls) => ({
      run: 1,
      ls,
      me: 'a',
      bins: counts(...cells),
      entries: cells[1] ?? null,
    }));
    for (const batch of batchesOf(parts)) await write(ledger, id, batch, { onConflict });
  };
  const contribution = (kind: string, entries: number, name: string) => ({
    ...{ kind, entries },
    dataFile: { path: `/data/${name}` },
  });

  test('are all named, with what each has of it, in one statement a level', async () => {
    await bring('one', 'keep', [0, 1, 2, 3, 0], [0, 1, 2]);
    await bring('two', 'keep', [0, 1, 2, 3, 0], [0, 1]);
    await bring('three', 'add', [0, 5, 0, 0, 0], [0, 2]);
    await bring('four', 'add', [0, 7, 0, 0, 0], [2]);
    const sum = [
      contribution('ADDED', 1, 'one'),
      contribution('IDENTICAL', 1, 'two'),
      contribution('ADDED', 5, 'three'),
    ];
    const askOnce = async (query: string) => {
      await ask(query, { run: 1 });
      statements.length = 0;
      const { data, errors } = await ask(query, { run: 1 });
      expect(errors).toBeUndefined();
      expect(statements.filter((sql) => sql.includes('contribution')).length).toBe(1);
      expect(statements.filter((sql) => sql.includes('data_file')).length).toBe(1);
      return data.run;
    };
    expect((await askOnce(OF_RUN)).histograms.nodes).toEqual([{ dataFile: null, contributions: sum }]);
    expect((await askOnce(OF_LUMISECTIONS)).lumisectionHistograms.nodes).toEqual([
      { contributions: [contribution('BROUGHT', 1, 'one'), contribution('IDENTICAL', 1, 'two')] },
      {
        contributions: [
          contribution('ADDED', 1, 'one'),
          contribution('ADDED', 5, 'three'),
          contribution('ADDED', 7, 'four'),
        ],
      },
    ]);
  });
});
