import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exactSum } from '../../src/domain/exact-sum.ts';
import type { Store } from '../../src/store/store.ts';
import { createTestStore, databases } from '../support/databases.ts';
import { type Ask, asker } from './ask.ts';
import { type Booking, lumisectionBatch, runBatch } from './batch.ts';
import { ingest } from './world.ts';

const DATASET = '/ZeroBias/Run2018A-UL2018-v1/DQMIO';
const axis = { bins: 2, min: 0, max: 2, title: 'x' };
const COUNTS: Booking = { path: 'Demo/counts', title: 'b', axes: [axis] };
const RETITLED: Booking = { ...COUNTS, title: 'a' };
const WEIGHTS: Booking = { path: 'Demo/weights', title: '', axes: [axis] };
const PROFILE: Booking = { path: 'Demo/profile', title: '', axes: [axis] };
const MOVED: Booking = { path: 'Demo/moved', title: '', axes: [axis] };
const WIDER: Booking = { ...MOVED, axes: [{ ...axis, max: 3 }] };
const FLOW: Booking = { path: 'Demo/flow', title: '', axes: [axis] };
const RATIO: Booking = { path: 'Demo/ratio', title: '', axes: [axis] };
/** More than are read at once. */
const LONG: Booking = { path: 'Demo/long', title: '', axes: [axis] };
const MANY = 600;
const WHOLE: Booking = { path: 'Demo/whole', title: '', axes: [axis] };

const BIG = 2 ** 53 - 1;
const WEIGHT_OF = (lumisection: number) => [0, 0.1 * lumisection, 1e16 * (lumisection % 2 === 0 ? 1 : -1), 0];

describe.each(databases)('a sum of histograms on $name', (database) => {
  let opened: { store: Store; drop(): Promise<void> };
  let ask: Ask;
  const sumOf = async (element: string, fields: string, where = '{}', field = 'histogramSum') => {
    const { data, errors } = await ask(
      `{ sum: ${field}(monitorElement: "${element}", dataset: "${DATASET}", where: ${where}) { ${fields} } }`,
    );
    expect(errors).toBeUndefined();
    return data.sum;
  };
  const refusal = async (element: string, where = '{}', fields = 'bins') => {
    const { errors } = await ask(
      `{ histogramSum(monitorElement: "${element}", dataset: "${DATASET}", where: ${where}) { ${fields} } }`,
    );
    return `${errors?.[0]?.extensions.code}: ${errors?.[0]?.message}`;
  };

  beforeAll(async () => {
    opened = await createTestStore(database);
    ask = asker(opened.store);
    const { store } = opened;
    const row = (run: number, lumisection: number, element: Booking, ...contents: number[]) => ({
      ...{ run, lumisection, dataset: DATASET, element },
      contents: Float64Array.from(contents),
    });
    await ingest(store, { path: 'lumisections.csv', format: 'test' }, [
      {
        kind: 'lumisections',
        lumisections: [1, 2].flatMap((run) => [1, 2, 3, 4, 5, 6].map((number) => ({ run, number }))),
      },
    ]);
    await ingest(store, { path: 'counts.csv', format: 'test', dataset: DATASET }, [
      lumisectionBatch([
        ...[1, 2, 4].map((ls) => row(1, ls, COUNTS, 1, ls, 10 * ls, 2)),
        row(2, 2, RETITLED, 0, BIG, 1, 0),
        row(2, 3, RETITLED, 0, 2, BIG, 0),
        ...[1, 2, 3, 4, 5].map((ls) => row(1, ls, WEIGHTS, ...WEIGHT_OF(ls))),
        {
          ...row(1, 1, PROFILE, 0, 4, 10, 0),
          sections: { sumw2: Float64Array.of(0, 10, 50, 0), binEntries: Float64Array.of(0, 2, 2, 0) },
        },
        {
          ...row(1, 2, PROFILE, 0, 5, 1, 0),
          sections: { sumw2: Float64Array.of(0, 25, 1, 0), binEntries: Float64Array.of(0, 1, 1, 0) },
        },
        row(1, 1, MOVED, 0, 1, 2, 0),
        row(1, 5, WIDER, 0, 1, 2, 0),
        row(2, 1, WIDER, 0, 1, 2, 0),
        row(1, 1, FLOW, 0, 1, 2, 0),
        { ...row(1, 2, FLOW, 1, 2), flow: false },
        row(1, 1, RATIO, 0, 0.5, 1, 0),
        ...Array.from({ length: MANY }, (_, i) => row(3, i + 1, LONG, 0, 1, i, 0)),
      ]),
      runBatch([1, 2].map((run) => ({ ...row(run, 0, WHOLE, 0, run, 3 * run, 1) }))),
    ]);
    const batch = runBatch([{ ...row(1, 0, RATIO, 0, 0.5, 1, 0) }]);
    const [marked] = batch.monitorElements;
    await ingest(store, { path: 'marks.csv', format: 'test', dataset: DATASET }, [
      { ...batch, monitorElements: [{ ...marked, efficiency: true } as never] },
    ]);
  });
  afterAll(() => opened.drop());

  it('adds counts bin by bin, says what it was made of and what was missing', async () => {
    const fields = `title histogramCount runCount runs lumisections { run first last } missing { run first last } missingCount
      entries integral underflow overflow meanX bins all: bins(flow: true) errors shape monitorElement { path } dataset { name }`;
    expect(await sumOf(COUNTS.path, fields, '{ run: { number: { eq: 1 } } }')).toEqual({
      title: 'b',
      histogramCount: 3,
      runCount: 1,
      runs: [1],
      lumisections: [
        { run: 1, first: 1, last: 2 },
        { run: 1, first: 4, last: 4 },
      ],
      missing: [
        { run: 1, first: 3, last: 3 },
        { run: 1, first: 5, last: 6 },
      ],
      missingCount: 3,
      entries: 86,
      integral: 77,
      underflow: 3,
      overflow: 6,
      meanX: (7 * 0.5 + 70 * 1.5) / 77,
      bins: [7, 70],
      all: [3, 7, 70, 6],
      errors: [Math.sqrt(7), Math.sqrt(70)],
      shape: [2],
      monitorElement: { path: COUNTS.path },
      dataset: { name: DATASET },
    });
  });

  it('is cut to ranges and masks, across runs, beyond 2^53 too', async () => {
    const fields =
      'histogramCount bins lumisections { run first last } missing { run first last } runs(first: 1) runCount';
    const expected = [Number(BigInt(BIG) + 2n + 2n), Number(BigInt(BIG) + 1n + 20n)];
    expect(await sumOf(COUNTS.path, fields, '{ mask: "1:2-3 | 2:2-3" }')).toEqual({
      histogramCount: 3,
      bins: expected,
      lumisections: [
        { run: 1, first: 2, last: 2 },
        { run: 2, first: 2, last: 3 },
      ],
      missing: [{ run: 1, first: 3, last: 3 }],
      runs: [1],
      runCount: 2,
    });
    const range = '{ run: { number: { eq: 1 } }, lumisection: { number: { gte: 2, lte: 3 } } }';
    expect(await sumOf(COUNTS.path, 'bins missingCount', range)).toEqual({ bins: [2, 20], missingCount: 1 });
  });

  it('goes on where one reading ends', async () => {
    expect(await sumOf(LONG.path, 'histogramCount bins lumisections { run first last }')).toEqual({
      histogramCount: MANY,
      bins: [MANY, (MANY * (MANY - 1)) / 2],
      lumisections: [{ run: 3, first: 1, last: MANY }],
    });
  });

  it('of weights is the true sum of each bin, rounded once', async () => {
    const column = (cell: number) => exactSum([1, 2, 3, 4, 5].map((ls) => WEIGHT_OF(ls)[cell] as number));
    expect((await sumOf(WEIGHTS.path, 'bins')).bins).toEqual([column(1), column(2)]);
  });

  it('of profiles is the profile of all that was filled', async () => {
    // y = 1, 3 and 5 in the first bin, 5, 5 and 1 in the second
    const { bins, errors } = await sumOf(PROFILE.path, 'bins errors');
    expect(bins).toEqual([3, 11 / 3]);
    expect(errors[0]).toBeCloseTo(Math.sqrt((35 / 3 - 9) / 3), 14);
  });

  it('takes the same arguments of bins as a histogram', async () => {
    const fields = 'rebinned: bins(rebin: [2]) scaled: bins(normalize: INTEGRAL) binsBase64(type: INT32)';
    const { rebinned, scaled, binsBase64 } = await sumOf(COUNTS.path, fields, '{ mask: "1" }');
    expect({ rebinned, scaled }).toEqual({ rebinned: [77], scaled: [7 / 77, 70 / 77] });
    expect(Buffer.from(binsBase64, 'base64').readInt32LE(4)).toBe(70);
  });

  it('of whole runs adds their histograms as they are stored', async () => {
    const fields = 'bins histogramCount runs lumisections { run } missingCount entries';
    expect(await sumOf(WHOLE.path, fields, '{}', 'runHistogramSum')).toEqual({
      bins: [3, 9],
      histogramCount: 2,
      runs: [1, 2],
      lumisections: [],
      missingCount: 0,
      entries: 14,
    });
  });

  it('of nothing has no contents, and says what was missing', async () => {
    const fields =
      'histogramCount entries integral bins axes { bins } shape title underflow missing { run first last }';
    expect(await sumOf(COUNTS.path, fields, '{ mask: "2:4-9" }')).toEqual({
      ...{ histogramCount: 0, entries: null, integral: null, bins: null, axes: null, shape: null, title: null },
      ...{ underflow: null, missing: [{ run: 2, first: 4, last: 6 }] },
    });
  });

  it('never adds other axes, other flow bins or ratios, and names where they are', async () => {
    expect(await refusal(MOVED.path)).toBe(
      'BAD_USER_INPUT: The histogram of run 1, lumisection 5 has an x axis of 2 bins from 0 to 3, not 2 from 0 to 2 (that of run 1, lumisection 1): such are never added. Select one kind with `where`.',
    );
    expect((await sumOf(MOVED.path, 'bins', '{ mask: "1:5 | 2" }')).bins).toEqual([2, 4]);
    expect(await refusal(FLOW.path)).toContain(
      'run 1, lumisection 2 has no under- and overflow bins (that of run 1, lumisection 1)',
    );
    expect(await refusal(RATIO.path)).toBe(
      'BAD_USER_INPUT: monitorElement: Demo/ratio is an efficiency: its contents are ratios, and no sum of them is one',
    );
    expect(await refusal('Demo/none')).toContain('NOT_FOUND');
    expect(await refusal(COUNTS.path, '{ mask: "nobody" }')).toContain('NOT_FOUND');
    expect(await refusal(COUNTS.path, '{}', 'missing(first: -1) { run }')).toContain('first: -1 is not between');
  });

  it('leaves bins of an efficiency as they are, or refuses to add them', async () => {
    const of = (fields: string) =>
      ask(
        `{ h: lumisectionHistogram(run: 1, lumisection: 1, dataset: "${DATASET}", monitorElement: "Demo/ratio") { ${fields} } }`,
      );
    expect((await of('bins bins2: bins(crop: { x: { min: 1 } })')).data.h).toEqual({ bins: [0.5, 1], bins2: [1] });
    for (const fields of ['bins(rebin: [2])', 'errors(rebin: [2])', 'binsBase64(rebin: [2])']) {
      expect((await of(fields)).errors).toMatchObject([
        { message: 'rebin, project: the monitor element is an efficiency, and ratios are never added.' },
      ]);
    }
  });
});
