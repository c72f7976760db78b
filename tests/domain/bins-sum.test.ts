import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BinsSum } from '../../src/domain/bins-sum.ts';
import { CellSums } from '../../src/domain/cell-sums.ts';
import { exactSum } from '../../src/domain/exact-sum.ts';
import type { Bins, NumberArray } from '../../src/domain/histogram.ts';

const CELLS = 3;
const cells = (cell: fc.Arbitrary<number>) => fc.array(cell, { minLength: CELLS, maxLength: CELLS });
const whole = fc.oneof(fc.integer({ min: 0, max: 255 }), fc.constantFrom(2 ** 32 - 1, 0));
const any = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.double({ min: -1, max: 1, noNaN: true }),
  fc.constantFrom(0, -0, 1, 0.1, 2 ** 53, 2 ** 53 + 2, -(2 ** 53), 1e308, -1e308, Number.MAX_VALUE),
);
const numbers: fc.Arbitrary<NumberArray> = fc.oneof(
  cells(fc.integer({ min: 0, max: 255 })).map((list) => Uint8Array.from(list)),
  cells(whole).map((list) => Uint32Array.from(list)),
  cells(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })).map((list) => Int32Array.from(list)),
  cells(any).map((list) => Float32Array.from(list, (value) => (Math.abs(value) < 1e30 ? value : 1))),
  cells(any).map((list) => Float64Array.from(list)),
);
const column = (parts: readonly NumberArray[], cell: number) => parts.map((part) => part[cell] as number);
/** Whether they are the same numbers, whatever the sign of 0. */
const same = (sums: NumberArray, expected: readonly number[]) =>
  expect([...sums].map((value) => value + 0)).toEqual(expected.map((value) => value + 0));

describe('sums by cell', () => {
  test('are the true sums, rounded once, of whatever comes and whenever it is asked for', () => {
    fc.assert(
      fc.property(fc.array(numbers, { minLength: 1, maxLength: 6 }), (parts) => {
        const sums = new CellSums(parts[0] as NumberArray);
        for (const part of parts.slice(1)) {
          sums.totals();
          sums.add(part);
        }
        const expected = Array.from({ length: CELLS }, (_, cell) => exactSum(column(parts, cell)));
        same(sums.totals(), expected);
        same(sums.clone().totals(), expected);
      }),
      { numRuns: 300 },
    );
  });

  test('of integers go on beyond 2^53 without losing one', () => {
    const sums = new CellSums(Float64Array.of(2 ** 53 - 1));
    for (let i = 0; i < 4; i++) sums.add(Uint8Array.of(1));
    expect(sums.totals()[0]).toBe(Number(2n ** 53n - 1n + 4n));
    sums.add(Float64Array.of(-(2 ** 53)));
    expect(sums.totals()[0]).toBe(3);
    const large = new CellSums(Uint32Array.of(2 ** 32 - 1));
    for (let i = 0; i < 100; i++) large.add(Float64Array.of(2 ** 52 + 1));
    expect(large.totals()[0]).toBe(Number(2n ** 32n - 1n + 100n * (2n ** 52n + 1n)));
  });

  test('take numbers to cells that they are told, and leave out those without one', () => {
    const places = Int32Array.of(0, 1, 0, -1);
    const pair = fc.array(any, { minLength: 4, maxLength: 4 });
    fc.assert(
      fc.property(pair, pair, (one, other) => {
        const sums = new CellSums(2);
        sums.addAt(places, Float64Array.from(one));
        sums.addAt(places, Uint8Array.of(1, 2, 3, 4));
        sums.addAt(places, Float64Array.from(other));
        const at = (i: number) => [one[i] as number, other[i] as number];
        same(sums.totals(), [exactSum([...at(0), ...at(2), 4]), exactSum([...at(1), 2])]);
      }),
      { numRuns: 100 },
    );
  });
});

describe('the sum of histograms', () => {
  const section = fc.option(numbers, { nil: undefined });
  const counts = fc
    .record({ contents: numbers, sumw2: section })
    .map(({ contents, sumw2 }): Bins => ({ flow: false, contents, ...(sumw2 && { sumw2 }) }));
  const profiles = fc.record({ contents: numbers, sumw2: section, binEntries: numbers, binSumw2: section }).map(
    ({ contents, sumw2, binEntries, binSumw2 }): Bins => ({
      flow: false,
      contents,
      binEntries,
      ...(sumw2 && { sumw2 }),
      ...(binSumw2 && { binSumw2 }),
    }),
  );
  const sumOf = ([first, ...others]: readonly Bins[]): Bins => {
    const sum = new BinsSum(first as Bins);
    for (const part of others) sum.add(part);
    return sum.bins();
  };
  const expectSection = (sums: NumberArray | undefined, parts: readonly NumberArray[]) => {
    expect(sums).toBeDefined();
    const expected = Array.from({ length: CELLS }, (_, cell) => exactSum(column(parts, cell)));
    same(sums as NumberArray, expected);
  };
  const sizesOf = (contents: NumberArray) => Float64Array.from(contents, Math.abs);

  test('of counts has the squared weights of those that store them, and the sizes of the contents of the others', () => {
    fc.assert(
      fc.property(fc.array(counts, { minLength: 1, maxLength: 5 }), (parts) => {
        const sum = sumOf(parts);
        expectSection(
          sum.contents,
          parts.map(({ contents }) => contents),
        );
        if (parts.every(({ sumw2 }) => sumw2 === undefined)) expect(sum).not.toHaveProperty('sumw2');
        else
          expectSection(
            sum.sumw2,
            parts.map(({ sumw2, contents }) => sumw2 ?? sizesOf(contents)),
          );
      }),
      { numRuns: 300 },
    );
  });

  test('of profiles has the sums of each, and squares where every part knows them', () => {
    fc.assert(
      fc.property(fc.array(profiles, { minLength: 1, maxLength: 5 }), (parts) => {
        const sum = sumOf(parts);
        expectSection(
          sum.binEntries,
          parts.map(({ binEntries }) => binEntries as NumberArray),
        );
        const squares = parts.flatMap(({ sumw2 }) => sumw2 ?? []);
        if (squares.length < parts.length) expect(sum).not.toHaveProperty('sumw2');
        else expectSection(sum.sumw2, squares);
        if (parts.every(({ binSumw2 }) => binSumw2 === undefined)) expect(sum).not.toHaveProperty('binSumw2');
        else
          expectSection(
            sum.binSumw2,
            parts.map(({ binSumw2, binEntries }) => binSumw2 ?? (binEntries as NumberArray)),
          );
      }),
      { numRuns: 300 },
    );
  });
});
