import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { binErrors, binValues } from '../../src/domain/bin-values.ts';
import { viewedCells } from '../../src/domain/bins-view.ts';
import { encodeBins } from '../../src/domain/codec.ts';
import { InvalidInputError } from '../../src/domain/errors.ts';
import { exactSum } from '../../src/domain/exact-sum.ts';
import { planAxes, rebinned, shapeAfter } from '../../src/domain/rebin.ts';

const axis = (bins: number, edges?: number[]) => ({
  bins,
  min: edges?.[0] ?? 0,
  max: edges?.at(-1) ?? bins,
  title: '',
  ...(edges && { edges }),
});

describe('values and errors', () => {
  it('of counts are the counts and their roots', () => {
    const bins = { flow: false, contents: Int16Array.of(0, 4, -9) };
    expect(binValues(bins)).toBe(bins.contents);
    expect([...(binErrors(bins) ?? [])]).toEqual([0, 2, 3]);
  });

  it('of weighted histograms come from the sums of squared weights', () => {
    const bins = { flow: false, contents: Float64Array.of(0.5, 7), sumw2: Float64Array.of(0.25, 16) };
    expect([...(binErrors(bins) ?? [])]).toEqual([0.5, 4]);
  });

  it('of profiles are the mean and the error of the mean', () => {
    // y = 1, 3 in the first bin (mean 2, spread 1, two entries); nothing in the second; y = 5 twice in the third
    const bins = {
      flow: false,
      contents: Float64Array.of(4, 0, 10),
      sumw2: Float64Array.of(10, 0, 50),
      binEntries: Float64Array.of(2, 0, 2),
    };
    expect([...binValues(bins)]).toEqual([2, 0, 5]);
    expect([...(binErrors(bins) ?? [])]).toEqual([1 / Math.sqrt(2), 0, 0]);
  });

  it('of weighted profiles use the effective entries', () => {
    // y = 1 with weight 1 and y = 3 with weight 3: mean 2.5, spread^2 0.75, effective entries 16 / 10
    const bins = {
      flow: false,
      contents: Float64Array.of(10),
      sumw2: Float64Array.of(28),
      binEntries: Float64Array.of(4),
      binSumw2: Float64Array.of(10),
    };
    expect(binValues(bins)[0]).toBe(2.5);
    expect(binErrors(bins)?.[0]).toBeCloseTo(Math.sqrt(0.75 / 1.6), 14);
  });

  it('of profiles with an option are what it says', () => {
    // y = 1, 3 in the first bin (mean 2, spread 1); nothing in the second; y = 5 three times in the third
    const bins = {
      flow: false,
      contents: Float64Array.of(4, 0, 15),
      sumw2: Float64Array.of(10, 0, 75),
      binEntries: Float64Array.of(2, 0, 3),
    };
    expect([...(binErrors({ ...bins, errorOption: 'S' }) ?? [])]).toEqual([1, 0, 0]);
    expect([...(binErrors({ ...bins, errorOption: 'I' }) ?? [])]).toEqual([1 / Math.sqrt(2), 0, 1 / 6]);
    expect([...(binErrors({ ...bins, errorOption: 'G' }) ?? [])]).toEqual([1 / Math.sqrt(2), 0, 1 / Math.sqrt(3)]);
    // weights 1 and 3 of y = 2: sum of weights 4, effective entries 16 / 10
    const weighted = {
      flow: false,
      contents: Float64Array.of(8),
      sumw2: Float64Array.of(16),
      binEntries: Float64Array.of(4),
      binSumw2: Float64Array.of(10),
    };
    expect(binErrors({ ...weighted, errorOption: 'I' })?.[0]).toBeCloseTo(1 / Math.sqrt(19.2), 14);
    expect(binErrors({ ...weighted, errorOption: 'G' })?.[0]).toBe(0.5);
    // the spread is of the neighbours together: y = 1, 3, 5, 5, 5
    const [together] = binErrors(rebinned({ ...bins, errorOption: 'S' }, planAxes([axis(3)], [3], []))) ?? [];
    expect(together).toBeCloseTo(Math.sqrt(85 / 5 - (19 / 5) ** 2), 14);
  });

  it('of a profile whose squares are not known are no errors', () => {
    expect(binErrors({ flow: false, contents: Uint8Array.of(1), binEntries: Uint8Array.of(1) })).toBeNull();
  });
});

describe('rebinning', () => {
  it('adds neighbours of both axes, flow bins for themselves', () => {
    const contents = Uint8Array.from({ length: 6 * 4 }, (_, i) => i);
    const { contents: sums } = rebinned({ flow: true, contents }, planAxes([axis(4), axis(2)], [2, 2], []));
    expect([...sums]).toEqual([0, 3, 7, 5, 18, 42, 50, 28, 18, 39, 43, 23]);
  });

  it('moves what is cropped to the under- and overflow bins', () => {
    const contents = Uint8Array.of(1, 2, 4, 8, 16, 32);
    const plans = planAxes([axis(4)], null, [{ min: 1.5, max: 3 }]);
    expect([...rebinned({ flow: true, contents }, plans).contents]).toEqual([3, 4, 8, 48]);
    expect([...rebinned({ flow: false, contents: contents.subarray(1, 5) }, plans).contents]).toEqual([4, 8]);
  });

  it('crops by the edges of the axis', () => {
    const variable = axis(3, [0, 1, 10, 100]);
    expect(planAxes([variable], null, [{ min: 1, max: 10 }])).toMatchObject([{ first: 1, last: 2 }]);
    expect(planAxes([variable], null, [{ min: 9.5 }])).toMatchObject([{ first: 1, last: 3 }]);
    expect(planAxes([variable], null, [{ max: 0.5 }])).toMatchObject([{ first: 0, last: 1 }]);
  });

  it('loses no count, whatever is added up and cropped', () => {
    const cases = fc
      .record({ nx: fc.integer({ min: 1, max: 6 }), ny: fc.integer({ min: 1, max: 6 }) })
      .chain(({ nx, ny }) =>
        fc.record({
          axes: fc.constant([axis(nx * 2), axis(ny * 3)]),
          contents: fc
            .array(fc.integer({ min: 0, max: 2 ** 40 }), {
              minLength: (nx * 2 + 2) * (ny * 3 + 2),
              maxLength: (nx * 2 + 2) * (ny * 3 + 2),
            })
            .map((values) => Float64Array.from(values)),
          first: fc.integer({ min: 0, max: nx - 1 }),
        }),
      );
    const total = (numbers: ArrayLike<number>) => Array.from(numbers).reduce((a, b) => a + b, 0);
    fc.assert(
      fc.property(cases, ({ axes, contents, first }) => {
        const plans = planAxes(axes, [2, 3], [{ min: 2 * first }]);
        const sums = rebinned({ flow: true, contents, sumw2: contents }, plans);
        expect(total(sums.contents)).toBe(total(contents));
        expect(sums.sumw2).toEqual(sums.contents);
      }),
    );
  });

  it.each([
    [[3], [], /rebin: 3 does not divide the 4 bins of the x axis/],
    [[0], [], /rebin: 0 does not divide/],
    [[-2], [], /rebin: -2 does not divide/],
    [[2, 2], [], /rebin: takes one factor an axis, x first: 1 here, not 2/],
    [null, [{ min: 4 }], /crop: no bin of the x axis/],
    [null, [{ min: 3, max: 2 }], /crop: no bin of the x axis/],
    [null, [null, { min: 1 }], /crop: the histogram has no y axis/],
  ])('refuses %j, %j', (rebin, crop, reason) => {
    expect(() => planAxes([axis(4)], rebin, crop)).toThrow(InvalidInputError);
    expect(() => planAxes([axis(4)], rebin, crop)).toThrow(reason);
  });
});

describe('a projection', () => {
  const axes = [axis(2), axis(3)];
  // y outer, flow bins around
  const contents = Uint8Array.from({ length: 4 * 5 }, (_, i) => i);
  const project = (onto: 'X' | 'Y', flow = false, crop: { min?: number; max?: number }[] = [], rebin?: number[]) => {
    const plans = planAxes(axes, rebin, crop, { onto, flow });
    return { sums: [...rebinned({ flow: true, contents }, plans).contents], shape: shapeAfter(plans) };
  };

  it('adds up along the other axis, what is in range there; the flow bins of its own axis stay', () => {
    expect(project('X')).toEqual({ sums: [24, 27, 30, 33], shape: [2] });
    expect(project('Y')).toEqual({ sums: [3, 11, 19, 27, 35], shape: [3] });
  });

  it('adds what is cropped of the other axis with its flow bins, or not at all', () => {
    expect(project('X', false, [{}, { min: 1 }]).sums).toEqual([20, 22, 24, 26]);
    expect(project('X', true, [{}, { min: 1 }]).sums).toEqual([40, 45, 50, 55]);
    expect(project('X', true).sums).toEqual([40, 45, 50, 55]);
  });

  it('comes before rebinning, which has one axis left', () => {
    expect(project('X', false, [], [2])).toEqual({ sums: [24, 57, 33], shape: [1] });
    expect(project('Y', false, [{ max: 1 }], [3])).toEqual({ sums: [1, 27, 17], shape: [1] });
    expect(() => project('X', false, [], [2, 1])).toThrow('rebin: takes one factor an axis, x first: 1 here, not 2.');
    expect(() => planAxes([axis(2)], null, [], { onto: 'X', flow: false })).toThrow(
      'project: the histogram has one axis',
    );
  });

  it('is, of any numbers, each the true sum rounded once', () => {
    const number = fc.oneof(fc.double({ min: -1e9, max: 1e9, noNaN: true }), fc.constantFrom(2 ** 53, 1, -(2 ** 53)));
    const cases = fc.array(number, { minLength: 20, maxLength: 20 });
    fc.assert(
      fc.property(cases, fc.boolean(), (numbers, flow) => {
        const plans = planAxes(axes, null, [], { onto: 'X', flow });
        const { contents, sumw2 } = rebinned({ flow: true, contents: Float64Array.from(numbers) }, plans);
        const rows = flow ? [0, 1, 2, 3, 4] : [1, 2, 3];
        const expected = [0, 1, 2, 3].map((x) => exactSum(rows.map((y) => numbers[4 * y + x] as number)));
        expect([...contents].map((value) => value + 0)).toEqual(expected.map((value) => value + 0));
        expect(sumw2).toBeUndefined();
      }),
      { numRuns: 50 },
    );
  });

  it('of a profile is the profile of what is added: of its sums', () => {
    const bins = {
      flow: false,
      contents: Uint8Array.of(2, 4, 6, 8, 1, 1),
      binEntries: Uint8Array.of(1, 2, 3, 2, 1, 1),
      sumw2: Uint8Array.of(4, 8, 12, 32, 1, 1),
    };
    const view = { quantity: 'values', flow: false, normalize: null } as const;
    const plans = planAxes(axes, null, [], { onto: 'Y', flow: false });
    expect(viewedCells(encodeBins(bins), [3, 2], { ...view, plans })).toMatchObject({
      cells: Float64Array.of(2, 14 / 5, 1),
      dimension: 1,
    });
    const withFlow = planAxes(axes, null, [], { onto: 'Y', flow: true });
    expect(viewedCells(encodeBins(bins), [3, 2], { ...view, plans: withFlow })).toBeNull();
  });
});

describe('a view', () => {
  const view = { quantity: 'values', flow: false, plans: null, normalize: null } as const;
  const counts = encodeBins({ flow: true, contents: Uint8Array.of(9, 1, 3, 4, 9) });

  it('scales bins and errors alike, by what is in range', () => {
    const scaled = viewedCells(counts, [3], { ...view, normalize: 'INTEGRAL' });
    expect([...(scaled?.cells ?? [])]).toEqual([1 / 8, 3 / 8, 4 / 8]);
    const errors = viewedCells(counts, [3], { ...view, quantity: 'errors', normalize: 'MAX' });
    expect([...(errors?.cells ?? [])]).toEqual([1 / 4, Math.sqrt(3) / 4, 2 / 4]);
    expect([...(viewedCells(counts, [3], { ...view, flow: true, normalize: 'MAX' })?.cells ?? [])][0]).toBe(9 / 4);
  });

  it('is null where there is nothing to divide by', () => {
    const empty = encodeBins({ flow: true, contents: Uint8Array.of(9, 0, 0, 0, 9) });
    expect(viewedCells(empty, [3], { ...view, normalize: 'INTEGRAL' })).toBeNull();
    expect(viewedCells(empty, [3], { ...view, normalize: 'MAX' })).toBeNull();
  });

  it('of a profile adds its sums before it divides them', () => {
    const profile = encodeBins({
      flow: false,
      contents: Uint8Array.of(10, 2),
      binEntries: Uint8Array.of(1, 3),
      sumw2: Uint8Array.of(100, 2),
    });
    const plans = planAxes([axis(2)], [2], []);
    expect([...(viewedCells(profile, [2], { ...view, plans })?.cells ?? [])]).toEqual([3]);
    expect([...(viewedCells(profile, [2], view)?.cells ?? [])]).toEqual([10, 2 / 3]);
  });
});
