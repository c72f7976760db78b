import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bothOf, equals } from '../../src/domain/filter.ts';
import { openExport } from '../../src/export/export-histograms.ts';
import type { Store } from '../../src/store/store.ts';
import { type Booking, lumisectionBatch } from '../schema/batch.ts';
import { ingest, UL2018 } from '../schema/world.ts';
import { createTestStore, databases } from '../support/databases.ts';

const MAP: Booking = {
  path: 'Export/map',
  title: '',
  axes: [0, 1].map(() => ({ bins: 80, min: 0, max: 80, title: '' })),
};
/** Nothing that deflates, so that a hundred are a page. */
const noise = Float64Array.from({ length: 82 * 82 }, (_, i) => Math.imul(i, 2_654_435_761) >>> 24);

describe.each(databases)('a matrix that is exported from $name', (database) => {
  let opened: { store: Store; drop(): Promise<void> };
  beforeAll(async () => {
    opened = await createTestStore(database);
    await bring(1, 320);
    await bring(331, 340);
  });
  afterAll(() => opened.drop());

  const bring = (first: number, last: number) => {
    const of = { run: 500_000, dataset: UL2018, element: MAP, contents: noise };
    const rows = Array.from({ length: last - first + 1 }, (_, i) => ({ ...of, lumisection: first + i }));
    return ingest(opened.store, { path: 'maps.csv', format: 'test', dataset: UL2018 }, [lumisectionBatch(rows)]);
  };

  /** The end of the file is asked for when `meanwhile` is done, its beginning before. */
  async function exported(meanwhile: () => Promise<unknown>): Promise<number> {
    const asked = { noun: 'lumisectionHistogram', after: undefined, limit: 1_000_000, asked: {} } as const;
    const where = bothOf(equals('runNumber', 500_000));
    const { bytes } = await openExport(opened.store, 'npy', { ...asked, where, type: 'INT32', flow: false });
    await meanwhile();
    let count = 0;
    for await (const piece of bytes) count += piece.length;
    return count;
  }
  const changed = { code: 'UNAVAILABLE', message: expect.stringContaining('came or went') };

  it('is whole where nothing changes', async () => {
    expect(await exported(async () => {})).toBeGreaterThan(330 * 6_400 * 4);
  });

  it('breaks off where a histogram comes between those that were counted', async () => {
    await expect(exported(() => bring(325, 325))).rejects.toMatchObject(changed);
  });

  it('breaks off where one is taken away, or another comes for it', async () => {
    const file = await bring(326, 327);
    await expect(exported(() => opened.store.ledger.withdraw(file))).rejects.toMatchObject(changed);
    const last = await bring(341, 341);
    const exchange = async () => {
      await opened.store.ledger.withdraw(last);
      await bring(328, 328);
    };
    await expect(exported(exchange)).rejects.toMatchObject(changed);
  });
});
