import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BAD, coverageOf, covered, GOOD, sampleOf, UNKNOWN } from '../../../src/domain/evaluation/sample.ts';
import { binBy, slice } from '../../../src/domain/evaluation/slices.ts';
import { effectiveSize, weightsOf } from '../../../src/domain/evaluation/weighting.ts';
import { anyRows, runOf, sampleFrom, scoredOf, sumOf } from './made.ts';

const placesOf = ({ run, lumisection }: { run: Int32Array; lumisection: Int32Array }) =>
  [...run].map((number, i) => `${number}:${lumisection[i]}`);

describe('a sample', () => {
  it('holds what has truth, by run and lumisection, however it came', () => {
    fc.assert(
      fc.property(anyRows, (rows) => {
        const sample = sampleFrom([...rows].reverse());
        const expected = rows
          .filter(({ truth }) => truth !== UNKNOWN)
          .sort((a, b) => a.run - b.run || a.lumisection - b.lumisection);
        expect(placesOf(sample)).toEqual(expected.map(({ run, lumisection }) => `${run}:${lumisection}`));
        expect([...sample.score]).toEqual(expected.map(({ score }) => score ?? Number.NaN));
        expect([...sample.weight]).toEqual(expected.map(({ weight }) => weight));
        expect(sample).toEqual(sampleFrom(rows));
      }),
      { numRuns: 40 },
    );
  });

  it('counts what was expected, scored and missing, and what has no truth', () => {
    const rows = [
      ...runOf(1, { bad: [1, null], good: [2, null, Number.POSITIVE_INFINITY] }),
      { run: 2, lumisection: 1, truth: UNKNOWN, score: 3 },
      { run: 2, lumisection: 2, truth: UNKNOWN, score: null },
    ];
    const coverage = { expected: 5, scored: 2, missing: 3, missingBad: 1, missingGood: 2, withoutTruth: 2 };
    expect(coverageOf(scoredOf(rows))).toEqual(coverage);
    expect(coverageOf(sampleFrom(rows))).toEqual({ ...coverage, withoutTruth: 0 });
    expect([...covered(sampleFrom(rows)).score]).toEqual([1, 2]);
  });

  it.each([
    ['a lumisection twice', { lumisection: [1, 1, 2] }, 'run 1, lumisection 1: two scores, expected one'],
    ['another truth', { truth: [1, 2, 0] }, 'truth: expected 1, 0 or -1, not 2'],
    ['a truth too few', { truth: [1, 0] }, 'truth: expected 3 values, one for each run, not 2'],
    ['a weight of 0', { weight: [1, 0, 1] }, 'weight: expected more than 0, not 0'],
    ['a weight that is none', { weight: [1, 1, Number.NaN] }, 'weight: expected more than 0, not NaN'],
    ['a pileup too many', { pileup: [1, 2, 3, 4] }, 'pileup: expected 3 values, one for each run, not 4'],
  ])('refuses %s', (_, change: Record<string, number[]>, message) => {
    const { lumisection = [1, 2, 3], truth = [1, 0, 0], weight = [1, 1, 1], pileup = [1, 2, 3] } = change;
    const scored = {
      run: Int32Array.of(1, 1, 1),
      lumisection: Int32Array.from(lumisection),
      truth: Int8Array.from(truth),
      score: Float64Array.of(1, 2, 3),
      weight: Float64Array.from(weight),
      quantities: { pileup: Float64Array.from(pileup) },
    };
    expect(() => sampleOf(scored)).toThrow(message);
  });
});

describe('slices', () => {
  const rows = [
    ...runOf(1, { bad: [1, 2] }),
    ...runOf(2, { bad: [3], good: [4, 5] }),
    ...runOf(3, { good: [6] }),
    ...runOf(4, { bad: [7] }),
    { run: 4, lumisection: 9, truth: UNKNOWN, score: 0 },
  ];

  it('take bad lumisections of wholly bad runs, or those among good ones, with all good ones', () => {
    const sample = sampleFrom(rows);
    expect([...slice(sample, 'ALL').score]).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect([...slice(sample, 'WHOLLY_BAD_RUNS').score]).toEqual([1, 2, 4, 5, 6, 7]);
    expect([...slice(sample, 'PARTLY_BAD_RUNS').score]).toEqual([3, 4, 5, 6]);
  });

  it('know what a run is as a whole from a part of it', () => {
    const withEntries = rows.map((row) => ({ ...row, quantities: { entries: row.truth === BAD ? 1 : 100 } }));
    const [few] = binBy(sampleFrom(withEntries), 'entries', [0, 10]).bins;
    if (few === undefined) throw new Error('expected a bin');
    expect([...slice(few.sample, 'PARTLY_BAD_RUNS').score]).toEqual([3]);
  });

  it('by a quantity begin at an edge and end before the next', () => {
    const pileups = [10, 20, 29.9, 30, 45, Number.NaN, 5];
    const sample = sampleFrom(
      pileups.map((pileup, i) => ({
        ...{ run: 1, lumisection: i + 1, truth: i % 2, score: i },
        quantities: { pileup },
      })),
    );
    const { bins, unknown, outside } = binBy(sample, 'pileup', [10, 30, 40, Number.POSITIVE_INFINITY]);
    expect(bins.map(({ low, high, sample: { score } }) => [low, high, ...score])).toEqual([
      [10, 30, 0, 1, 2],
      [30, 40, 3],
      [40, Number.POSITIVE_INFINITY, 4],
    ]);
    expect({ unknown, outside }).toEqual({ unknown: 1, outside: 1 });
    expect(binBy(sample, 'pileup', [10, 30, 45]).outside).toBe(2);
    expect(() => binBy(sample, 'entries', [1, 2])).toThrow('no lumisection has "entries"');
    expect(() => binBy(sample, 'toString', [1, 2])).toThrow('no lumisection has "toString"');
    for (const edges of [[], [1], [2, 1], [1, 1], [1, Number.NaN]]) {
      expect(() => binBy(sample, 'pileup', edges)).toThrow('edges: expected two or more increasing numbers');
    }
  });
});

describe('weights', () => {
  it('by run give each run the same in each class it has', () => {
    fc.assert(
      fc.property(anyRows, (rows) => {
        const sample = sampleFrom(rows);
        const weights = weightsOf(sample, 'BY_RUN');
        for (const truth of [BAD, GOOD]) {
          for (const run of new Set(sample.run)) {
            const own = [...weights].filter((_, i) => sample.run[i] === run && sample.truth[i] === truth);
            if (own.length > 0) expect(sumOf(own)).toBeCloseTo(1, 14);
          }
        }
        expect([...weightsOf(sample, 'BY_LUMISECTION')]).toEqual([...sample.weight]);
      }),
      { numRuns: 30 },
    );
  });

  it('are worth as many equal ones as would fluctuate alike', () => {
    expect(effectiveSize(new Float64Array(7).fill(0.1))).toBeCloseTo(7, 12);
    expect(effectiveSize(Float64Array.of(100, 1, 1))).toBeCloseTo(102 ** 2 / 10_002, 12);
    expect(effectiveSize(Float64Array.of(3, 0))).toBe(1);
    expect(effectiveSize(new Float64Array(2))).toBe(0);
  });
});
