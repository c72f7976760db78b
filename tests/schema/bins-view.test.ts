import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Store } from '../../src/store/store.ts';
import { createTestStore, databases } from '../support/databases.ts';
import { type Ask, asker } from './ask.ts';
import { type Booking, lumisectionBatch } from './batch.ts';
import { ingest } from './world.ts';

const DATASET = '/ZeroBias/Run2023C-PromptReco-v1/DQMIO';
const axis = (bins: number) => ({ bins, min: -1, max: 1, title: 'cm' });
const MAP: Booking = {
  path: 'PixelPhase1/Tracks/PXForward/clusterposition_xy_ontrack_PXDisk_+1',
  title: '',
  axes: [axis(8), axis(4)],
};
const PROFILE: Booking = { path: 'Tracking/pt_vs_eta', title: '', axes: [axis(2)] };

/** As a physicist types it. */
const ONE_MAP = `query OneMap { lumisectionHistogram(run: 367129, lumisection: 3, dataset: "${DATASET}",
    monitorElement: "${MAP.path}") {
    shape                      # y then x, without flow bins
    bins                       # in-range contents, flat, y outer
    all: bins(flow: true)      # with under/overflow; null and a warning where the file had none
    grid: bins(layout: NESTED) # [[...], ...] rows of y
    packed: binsBase64(type: FLOAT32)
    rebinned: bins(rebin: [4, 4], normalize: INTEGRAL)
    integral underflow overflow errors } }`;

const of = (path: string, fields: string) =>
  `{ histogram: lumisectionHistogram(run: 367129, lumisection: 3, dataset: "${DATASET}", monitorElement: "${path}") { ${fields} } }`;

describe.each(databases)('bins on $name', (database) => {
  let opened: { store: Store; drop(): Promise<void> };
  let ask: Ask;
  const contents = Float64Array.from({ length: 10 * 6 }, (_, i) => i % 7);

  beforeAll(async () => {
    opened = await createTestStore(database);
    ask = asker(opened.store);
    const row = { run: 367129, lumisection: 3, dataset: DATASET };
    await ingest(opened.store, { path: 'views.csv', format: 'test', dataset: DATASET }, [
      lumisectionBatch([
        { ...row, element: MAP, contents },
        {
          ...row,
          element: PROFILE,
          contents: Float64Array.of(7, 4, 0, 8),
          sections: { sumw2: Float64Array.of(49, 10, 0, 64), binEntries: Float64Array.of(1, 2, 0, 1) },
        },
      ]),
    ]);
  });
  afterAll(() => opened.drop());

  it('come in rows, rebinned, scaled and with errors', async () => {
    const { data, errors } = await ask(ONE_MAP);
    expect(errors).toBeUndefined();
    const { shape, bins, all, grid, rebinned, integral, errors: deviations } = data.lumisectionHistogram;
    expect(shape).toEqual([4, 8]);
    expect(all).toEqual([...contents]);
    expect(grid).toEqual([1, 2, 3, 4].map((row) => [...contents.subarray(row * 10 + 1, row * 10 + 9)]));
    expect(bins).toEqual(grid.flat());
    expect(deviations).toEqual(bins.map(Math.sqrt));
    const half = (from: number) => grid.flatMap((row: number[]) => row.slice(from, from + 4));
    const sums = [half(0), half(4)].map((part) => part.reduce((a: number, b: number) => a + b, 0));
    expect(integral).toBe(bins.reduce((a: number, b: number) => a + b, 0));
    expect(rebinned).toEqual(sums.map((sum) => sum / integral));
  });

  it('are cropped in units of the axes, packed alike', async () => {
    const given = 'crop: { x: { min: 0 }, y: { max: 0 } }, flow: true, rebin: [4, 2]';
    const { data, errors } = await ask(of(MAP.path, `bins(${given}) packed: binsBase64(${given}, type: INT32)`));
    expect(errors).toBeUndefined();
    const { bins, packed } = data.histogram;
    const bytes = Buffer.from(packed, 'base64');
    expect(bins).toEqual(Array.from({ length: 9 }, (_, i) => bytes.readInt32LE(4 * i)));
    expect(bins.reduce((a: number, b: number) => a + b, 0)).toBe(contents.reduce((a, b) => a + b, 0));
    const kept = [1, 2].flatMap((row) => [...contents.subarray(row * 10 + 5, row * 10 + 9)]);
    expect(bins[4]).toBe(kept.reduce((a, b) => a + b, 0));
  });

  it.each([
    ['rebin: [3, 2]', 'rebin: 3 does not divide the 8 bins of the x axis.', 'rebin'],
    ['rebin: [2]', 'rebin: takes one factor an axis, x first: 2 here, not 1.', 'rebin'],
    ['crop: { y: { min: 5 } }', 'crop: no bin of the y axis lies between 5 and 1.', 'crop'],
  ])('are refused with %s', async (given, message, field) => {
    const { errors } = await ask(of(MAP.path, `bins(${given})`));
    expect(errors).toMatchObject([{ message, extensions: { code: 'BAD_USER_INPUT', field } }]);
  });

  it('of a profile are its means, with the errors of the means', async () => {
    const { data, errors } = await ask(
      of(
        PROFILE.path,
        'bins all: bins(flow: true) errors underflow overflow grid: bins(layout: NESTED) sum: bins(rebin: [2])',
      ),
    );
    expect(errors).toBeUndefined();
    expect(data.histogram).toEqual({
      bins: [2, 0],
      all: [7, 2, 0, 8],
      errors: [1 / Math.sqrt(2), 0],
      underflow: 7,
      overflow: 8,
      grid: [2, 0],
      sum: [2],
    });
  });
});
