import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addBins, addWhole, differingAxes, isWhole, whyNotAdded } from '../../src/domain/add-bins.ts';
import type { Axis } from '../../src/domain/axis.ts';
import { decodeBins, encodeBins } from '../../src/domain/codec.ts';
import { ExactSum, exactSum } from '../../src/domain/exact-sum.ts';
import type { Bins } from '../../src/domain/histogram.ts';

/** A double as a multiple of 2^-1074, exactly. */
function units(value: number): bigint {
  const bits = new BigUint64Array(Float64Array.of(value).buffer)[0] as bigint;
  const exponent = Number((bits >> 52n) & 0x7ffn);
  const mantissa = bits & 0xf_ffff_ffff_ffffn;
  const size = exponent === 0 ? mantissa : (mantissa | (1n << 52n)) << BigInt(exponent - 1);
  return value < 0 ? -size : size;
}

/** The double next to a multiple of 2^-1074, half to even. */
function nearest(total: bigint): number {
  const size = total < 0n ? -total : total;
  const excess = Math.max(0, size.toString(2).length - 53);
  const low = size & ((1n << BigInt(excess)) - 1n);
  const half = excess === 0 ? 0n : 1n << BigInt(excess - 1);
  let kept = size >> BigInt(excess);
  if (excess > 0 && (low > half || (low === half && (kept & 1n) === 1n))) kept++;
  // exact: at most 53 bits, times a power of 2 in two steps that stay in range
  const exponent = excess - 1074;
  const step = Math.trunc(exponent / 2);
  const value = Number(kept) * 2 ** step * 2 ** (exponent - step);
  return total < 0n ? -value : value;
}

const double = fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e300, max: 1e300 });

describe('the exact sum', () => {
  test('is the double next to the true sum', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(double, fc.double({ min: -1, max: 1, noNaN: true })), { maxLength: 12 }),
        (values) => {
          const expected = nearest(values.reduce((sum, value) => sum + units(value), 0n));
          expect(exactSum(values) === expected).toBe(true);
        },
      ),
      { numRuns: 2000 },
    );
  });

  test('is so where large numbers cancel or tie, and the smallest decide', () => {
    const powers = fc.constantFrom(-1074, -1073, -874, -752, -700, -1, 847, 899, 900, 947, 948, 999, 1000);
    const some = fc.tuple(powers, fc.integer({ min: -3, max: 3 })).map(([power, times]) => times * 2 ** power);
    fc.assert(
      fc.property(fc.array(fc.oneof(some, some, double), { maxLength: 9 }), (values) => {
        expect(exactSum(values) === nearest(values.reduce((sum, value) => sum + units(value), 0n))).toBe(true);
      }),
      { numRuns: 2000 },
    );
    expect(exactSum([9.174860240509062e299, -5e-324, 9.174860240509057e299])).toBe(1.8349720481018117e300);
    expect(exactSum([1e300, 5e-324, -1e300])).toBe(5e-324);
  });

  test('does not depend on the order, near the ends of the range neither', () => {
    const any = fc.oneof(double, fc.constantFrom(Number.MAX_VALUE, -Number.MAX_VALUE, 5e-324, 1e308, -1e308, -0));
    fc.assert(
      fc.property(
        fc
          .array(any, { minLength: 1, maxLength: 8 })
          .chain((values) => fc.tuple(fc.constant(values), fc.shuffledSubarray(values, { minLength: values.length }))),
        ([values, shuffled]) => {
          expect(exactSum(shuffled) === exactSum(values)).toBe(true);
        },
      ),
      { numRuns: 2000 },
    );
    expect(exactSum([1e308, 1e308, -1e308])).toBe(1e308);
    expect(exactSum([Number.MAX_VALUE, Number.MAX_VALUE])).toBe(Number.POSITIVE_INFINITY);
  });

  test('is that of numbers that come one by one, in parts and in any order', () => {
    const any = fc.oneof(double, fc.double({ min: -1, max: 1, noNaN: true }), fc.constantFrom(1e308, -1e308, 2 ** 53));
    const parts = fc.array(fc.array(any, { maxLength: 6 }), { maxLength: 4 });
    fc.assert(
      fc.property(parts, (parts) => {
        const sums = parts.map((values) => {
          const sum = new ExactSum();
          for (const value of values) sum.add(value);
          return sum;
        });
        expect(ExactSum.of(sums).total() === exactSum(parts.flat())).toBe(true);
        expect(ExactSum.of(sums.reverse()).total() === exactSum(parts.flat())).toBe(true);
      }),
      { numRuns: 300 },
    );
    const infinite = new ExactSum();
    infinite.add(1);
    infinite.add(Number.POSITIVE_INFINITY);
    expect(infinite.total()).toBe(Number.POSITIVE_INFINITY);
    infinite.add(Number.NEGATIVE_INFINITY);
    expect(infinite.total()).toBeNaN();
  });

  test.each([
    [[0.1, 0.2, 0.3, -0.6], 2.7755575615628914e-17],
    [[1, 1e100, 1, -1e100], 2],
    [[], 0],
    [[1, Number.POSITIVE_INFINITY], Number.POSITIVE_INFINITY],
    [[Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY], Number.NaN],
    [[1, Number.NaN], Number.NaN],
  ])('of %j is %d', (values, sum) => {
    expect(exactSum(values)).toBe(sum);
  });
});

const counts = (...contents: number[]): Bins => ({ flow: false, contents: Float64Array.from(contents) });
/** As it comes back from the database. */
const stored = (bins: Bins): Bins => decodeBins(encodeBins(bins), [bins.contents.length]);

describe('adding bins', () => {
  test('widens integers as far as they need', () => {
    const sum = addBins([stored(counts(200, 0)), stored(counts(100, 1))]);
    expect(stored(sum)).toEqual({ flow: false, contents: Uint16Array.of(300, 1) });
    expect(stored(addBins([counts(2 ** 32 - 1), counts(1)]))).toEqual({
      flow: false,
      contents: Float64Array.of(2 ** 32),
    });
  });

  test('keeps float32 where it holds every sum, and takes float64 where it does not', () => {
    const part = (...contents: number[]) => ({ flow: false, contents: Float32Array.from(contents) });
    expect(addBins([part(0.5, 1), part(0, 1)]).contents).toEqual(Float32Array.of(0.5, 2));
    expect(addBins([part(0.1), part(0.2)]).contents).toEqual(Float64Array.of(Math.fround(0.1) + Math.fround(0.2)));
    expect(addBins([part(0.5), counts(0.25)]).contents).toEqual(Float64Array.of(0.75));
  });

  test('takes the sizes of contents for the squared weights that a part does not store, as ROOT does', () => {
    const weighted = { ...counts(-2, 1), sumw2: Float64Array.of(4, 1) };
    expect(addBins([weighted, counts(3, -5)])).toEqual({ ...counts(1, -4), sumw2: Float64Array.of(7, 6) });
    expect(addBins([counts(1, 1), counts(3, 5)])).toEqual(counts(4, 6));
  });

  test('adds the sums of profiles; weights of an unweighted part are its entries', () => {
    const profile = { ...counts(6, 0), sumw2: Float64Array.of(12, 0), binEntries: Float64Array.of(3, 0) };
    const weighted = { ...counts(1, 1), sumw2: Float64Array.of(1, 1), binEntries: Float64Array.of(2, 1) };
    const heavy = { ...weighted, binSumw2: Float64Array.of(4, 1) };
    const sums = { ...counts(7, 1), sumw2: Float64Array.of(13, 1), binEntries: Float64Array.of(5, 1) };
    expect(addBins([profile, weighted])).toEqual(sums);
    expect(addBins([profile, heavy])).toEqual({ ...sums, binSumw2: Float64Array.of(7, 1) });
    const { sumw2: _, ...unknown } = profile;
    expect(addBins([unknown, weighted])).not.toHaveProperty('sumw2');
  });

  const number = fc.oneof(fc.integer({ min: 0, max: 300 }), fc.double({ min: -1e9, max: 1e9, noNaN: true }));
  const bins = (cell: fc.Arbitrary<number>) =>
    fc
      .tuple(
        fc.array(cell, { minLength: 3, maxLength: 3 }),
        fc.option(fc.array(cell, { minLength: 3, maxLength: 3 }), { nil: undefined }),
      )
      .map(([contents, squares]) =>
        stored({ ...counts(...contents), ...(squares && { sumw2: Float64Array.from(squares) }) }),
      );

  test('gives the same bytes in any order', () => {
    const shuffled = fc
      .array(bins(number), { minLength: 2, maxLength: 6 })
      .chain((parts) => fc.tuple(fc.constant(parts), fc.shuffledSubarray(parts, { minLength: parts.length })));
    fc.assert(
      fc.property(shuffled, ([parts, others]) => {
        expect(encodeBins(addBins(others))).toEqual(encodeBins(addBins(parts)));
      }),
    );
  });

  test('of whole numbers one after another gives what adding them all at once gives, or says that it cannot', () => {
    const large = fc.constantFrom(0, 1, 7, 2 ** 32, 2 ** 40, 2 ** 52, Number.MAX_SAFE_INTEGER, -3, -(2 ** 52));
    fc.assert(
      fc.property(fc.array(bins(large), { minLength: 2, maxLength: 6 }), (parts) => {
        expect(parts.every(isWhole)).toBe(true);
        let sum: Bins | null = parts[0] as Bins;
        for (const part of parts.slice(1)) sum = sum && addWhole(stored(sum), part);
        if (sum) expect(encodeBins(sum)).toEqual(encodeBins(addBins(parts)));
      }),
      { numRuns: 1000 },
    );
    expect(addWhole(counts(2 ** 53 - 1), counts(1))).toBeNull();
    expect(addWhole(counts(0.5), counts(0.5))).toBeNull();
    expect(addWhole(counts(1), { ...counts(1), sumw2: Float64Array.of(1) })).toBeNull();
    expect(addWhole(counts(1), counts(2))).toEqual(counts(3));
  });
});

describe('what cannot be added', () => {
  const axis: Axis = { bins: 2, min: 0, max: 10, title: '' };
  const booked = (...axes: Axis[]) => ({ binning: { axes }, bins: counts(1, 2) });

  test('nothing, where titles alone differ', () => {
    expect(differingAxes({ axes: [axis] }, { axes: [{ ...axis, title: 'charge' }] })).toBeNull();
  });

  test.each<[string, Partial<Axis>, string]>([
    ['bins', { bins: 3 }, 'has an x axis of 2 bins from 0 to 10, not 3 from 0 to 10'],
    ['range', { max: 11 }, 'has an x axis of 2 bins from 0 to 10, not 2 from 0 to 11'],
    ['edges', { edges: [0, 4, 10] }, 'has an x axis of equal bins, not unequal ones'],
    ['labels', { labels: ['a', null] }, 'has an x axis of other labels: bin 1 is null, not "a"'],
  ])('other %s', (_, change, reason) => {
    expect(whyNotAdded(booked(axis), booked({ ...axis, ...change }))).toBe(reason);
  });

  test('an edge in the middle, or another y axis', () => {
    const edged = (edge: number) => booked({ ...axis, edges: [0, edge, 10] });
    expect(whyNotAdded(edged(3), edged(4))).toBe('has an x axis of other edges: edge 1 is 3, not 4');
    expect(whyNotAdded(booked(axis, axis), booked(axis, { ...axis, bins: 1 }))).toContain('has a y axis of 2 bins');
  });

  test('bins with and without flow bins; profiles and counts', () => {
    const one = booked(axis);
    const flow = { ...one, bins: { flow: true, contents: Float64Array.of(0, 1, 2, 0) } };
    const profile = { ...one, bins: { ...counts(1, 2), binEntries: Float64Array.of(1, 1) } };
    expect(whyNotAdded(one, flow)).toBe('has no under- and overflow bins');
    expect(whyNotAdded(flow, one)).toContain('and the other has none');
    expect(whyNotAdded(profile, one)).toContain('is a profile');
    expect(whyNotAdded(one, profile)).toBe('is no profile');
  });
});

describe('profiles with an option of errors', () => {
  const profile = (errorOption?: 'S' | 'G'): Bins => {
    const numbers = { contents: Uint8Array.of(1, 2), sumw2: Uint8Array.of(1, 4), binEntries: Uint8Array.of(1, 1) };
    return { flow: false, ...numbers, ...(errorOption && { errorOption }) };
  };
  const binning = { axes: [{ bins: 2, min: 0, max: 2, title: '' }] };

  test('keep it when they are added, and are not added to others', () => {
    expect(addBins([profile('S'), profile('S')]).errorOption).toBe('S');
    expect(addWhole(profile('S'), profile('S'))?.errorOption).toBe('S');
    expect(addBins([profile(), profile()])).not.toHaveProperty('errorOption');
    const speaksAgainst = (one: Bins, other: Bins) => whyNotAdded({ binning, bins: one }, { binning, bins: other });
    expect(speaksAgainst(profile('S'), profile('S'))).toBeNull();
    expect(speaksAgainst(profile('S'), profile())).toBe(
      'is a profile with the option of errors S, and the other has errors of the mean',
    );
    expect(speaksAgainst(profile(), profile('G'))).toContain('the other has the option of errors G');
  });
});
