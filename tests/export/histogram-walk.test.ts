import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CursorValues, Filter } from '../../src/domain/filter.ts';
import { equals } from '../../src/domain/filter.ts';
import { walkHistograms } from '../../src/export/histogram-walk.ts';
import type { HistogramNoun } from '../../src/store/histogram-runs.ts';
import type { Store } from '../../src/store/store.ts';
import { lumisectionBatch } from '../schema/batch.ts';
import { contentsOf, DISK, fillWorld, ingest, UL2018 } from '../schema/world.ts';
import { createTestStore, databases } from '../support/databases.ts';

describe.each(databases)('a walk through histograms on $name', (database) => {
  let opened: { store: Store; drop(): Promise<void> };
  let statements: string[] = [];

  beforeAll(async () => {
    opened = await createTestStore(database, { onStatement: (sql) => statements.push(sql) });
    await fillWorld(opened.store);
    const small = [400_001, 400_003].flatMap((run) =>
      [1, 2].map((lumisection) => ({
        run,
        lumisection,
        dataset: UL2018,
        element: DISK,
        contents: contentsOf(DISK, 1),
      })),
    );
    await ingest(opened.store, { path: 'small.csv', format: 'test', dataset: UL2018 }, [lumisectionBatch(small)]);
  });
  afterAll(() => opened.drop());

  const walked = async (noun: HistogramNoun, pageRows: number, after?: CursorValues, where?: Filter) => {
    const keys: CursorValues[] = [];
    const walk = { noun, where, after, fields: ['entries'], pageRows };
    for await (const page of walkHistograms(opened.store, walk)) {
      for (let at = 0; at < page.length; at++) keys.push(page.key(at));
    }
    return keys;
  };

  it.each(['lumisectionHistogram', 'runHistogram'] as const)(
    'meets each %s once, in the order of the key, whatever fits into a page, and what follows any key',
    async (noun) => {
      const all = await walked(noun, 1_000);
      expect(all.length).toBeGreaterThan(noun === 'runHistogram' ? 2 : 35);
      const sorted = [...all].sort((a, b) => {
        const differing = a.findIndex((value, i) => value !== b[i]);
        return Number(a[differing]) - Number(b[differing]);
      });
      expect(all).toEqual(sorted);
      for (const pageRows of [1, 3]) expect(await walked(noun, pageRows)).toEqual(all);
      for (let i = 0; i < all.length; i += 4) expect(await walked(noun, 7, all[i])).toEqual(all.slice(i + 1));
    },
  );

  it('goes on behind a key that is not there any more, nor its run', async () => {
    const all = await walked('lumisectionHistogram', 100);
    const from = (run: number) => all.filter(([of]) => (of as number) >= run);
    expect(await walked('lumisectionHistogram', 100, [400_000, 9_999, 9_999, 9_999])).toEqual(from(400_001));
    expect(await walked('lumisectionHistogram', 1, [400_002, 9_999, 9_999, 9_999])).toEqual(from(400_003));
    const inLast = equals('runNumber', 400_003);
    expect(await walked('lumisectionHistogram', 100, [400_002, 9_999, 9_999, 9_999], inLast)).toEqual(from(400_003));
  });

  it('looks for its place within a run by what follows the run in the key', async () => {
    statements = [];
    const keys = await walked('lumisectionHistogram', 5, undefined, equals('runNumber', 315_257));
    expect(keys.length).toBeGreaterThan(30);
    const continued = statements.filter((sql) => sql.includes(') > ('));
    expect(continued.length).toBeGreaterThan(5);
    for (const sql of continued) expect(sql).toMatch(/\("?t"?\."?monitor_element_id"?, /);
  });
});
