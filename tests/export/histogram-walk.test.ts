import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeBins } from '../../src/domain/codec.ts';
import type { CursorValues, Filter } from '../../src/domain/filter.ts';
import { equals } from '../../src/domain/filter.ts';
import { computeMoments } from '../../src/domain/moments.ts';
import { type Shape, shapeOf } from '../../src/domain/shape.ts';
import { walkHistograms } from '../../src/export/histogram-walk.ts';
import type { HistogramNoun } from '../../src/store/histogram-runs.ts';
import type { Store } from '../../src/store/store.ts';
import { type Booking, lumisectionBatch } from '../schema/batch.ts';
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

  describe('whose bins are large', () => {
    const MAP: Booking = {
      path: 'Walk/map',
      title: '',
      axes: [0, 1].map(() => ({ bins: 100, min: 0, max: 100, title: '' })),
    };
    const LUMISECTIONS = Array.from({ length: 9 }, (_, i) => i + 1);
    // nothing that deflates
    const noise = (seed: number) =>
      Float64Array.from({ length: 102 * 102 }, (_, i) => Math.imul(i + seed * 20_000, 2_654_435_761) >>> 24);
    const bring = (seed: number) => {
      const rows = LUMISECTIONS.flatMap((lumisection) => {
        const of = { run: 400_010, lumisection, dataset: UL2018 };
        const map = { ...of, element: MAP, contents: noise(seed + lumisection) };
        return [map, { ...of, element: DISK, contents: contentsOf(DISK, seed) }];
      });
      return ingest(opened.store, { path: 'maps.csv', format: 'test', dataset: UL2018 }, [lumisectionBatch(rows)]);
    };

    // a monitor element of which something is left keeps its id
    beforeAll(async () => {
      const kept = { run: 400_011, lumisection: 1, dataset: UL2018, element: MAP, contents: noise(0) };
      await ingest(opened.store, { path: 'kept.csv', format: 'test', dataset: UL2018 }, [lumisectionBatch([kept])]);
    });

    /** Integral and sum of bins of all histograms; `meanwhile` is done when a page with a map was read. */
    async function sums(meanwhile: () => Promise<unknown>) {
      const found: (readonly [key: string, integral: number, sum: number])[] = [];
      let isDone = false;
      const shapes = { [DISK.path]: shapeOf(DISK), [MAP.path]: shapeOf(MAP) };
      const where = equals('runNumber', 400_010);
      const walk = { noun: 'lumisectionHistogram', where, fields: ['integral', 'bins'], pageRows: 3 } as const;
      for await (const page of walkHistograms(opened.store, walk)) {
        const elements = await opened.store.reads.monitorElements(page.monitorElementIds.slice(0, page.length));
        if (!isDone && elements.some((element) => element?.path === MAP.path)) {
          isDone = true;
          await meanwhile();
        }
        const blobs = await page.blobs(Array.from({ length: page.length }, (_, at) => at));
        for (const [at, blob] of blobs.entries()) {
          const shape = shapes[elements[at]?.path ?? MAP.path] as Shape;
          const key = `${elements[at]?.path} ${page.lumisections[at]}`;
          const bins = decodeBins(blob as Uint8Array, shape);
          const { integral } = computeMoments(bins, [DISK, MAP].find(({ path }) => key.startsWith(path))?.axes ?? []);
          found.push([key, page.column('integral')[at] as number, integral as number]);
        }
      }
      return found;
    }

    it('meets each once, small ones between them as well, with bins that belong to the rest of the row', async () => {
      const file = await bring(1);
      let other = 0;
      const found = await sums(async () => {
        await opened.store.ledger.withdraw(file);
        other = await bring(50);
      });
      const keys = [DISK, MAP].flatMap(({ path }) => LUMISECTIONS.map((lumisection) => `${path} ${lumisection}`));
      expect(found.map(([key]) => key).sort()).toEqual(keys.sort());
      for (const [key, integral, sum] of found) expect([key, sum]).toEqual([key, integral]);
      await opened.store.ledger.withdraw(other);
    });

    it('leaves out those that are taken away before their page is read', async () => {
      const file = await bring(1);
      const found = await sums(() => opened.store.ledger.withdraw(file));
      expect(found.length).toBeGreaterThan(0);
      expect(found.length).toBeLessThan(2 * LUMISECTIONS.length);
      for (const [key, integral, sum] of found) expect([key, sum]).toEqual([key, integral]);
    });
  });
});
