import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CorruptModelError } from '../../src/domain/errors.ts';
import { chiSquareDeviations } from '../../src/strategies/chi-square-deviations.ts';
import { COMBINATIONS, combinedScorer, fitCombination, type ScoreTable } from '../../src/strategies/combination.ts';
import { decodeCombined, decodeModel, encodeCombined } from '../../src/strategies/model-bytes.ts';
import { seededRandom } from '../../src/strategies/random.ts';

const tableOf = (...rows: number[][]): ScoreTable => ({
  rows: rows.length,
  elements: (rows[0] as number[]).map((_, i) => `element ${i}`),
  scores: Float64Array.from(rows.flat()),
});

const { uniform } = seededRandom(3);
/** Two hundred rows of three elements, the first two alike. */
const usual = tableOf(
  ...Array.from({ length: 200 }, () => {
    const both = uniform();
    return [Math.exp(both + 0.1 * uniform()), Math.exp(both + 0.1 * uniform()), Math.exp(uniform())];
  }),
);

describe.each(COMBINATIONS.map(({ name }) => name))('the combination %s', (name) => {
  const combined = fitCombination(name, usual, { contentHash: 'abc' });
  const score = combinedScorer(combined);

  test('grows with each score, and with the number of elements that are unusual', () => {
    const one = score(Float64Array.of(1.6, 1.6, 2.6)) as number;
    expect(one).toBeGreaterThan(score(Float64Array.of(1.6, 1.6, 1.6)) as number);
    expect(score(Float64Array.of(1.6, 2.9, 2.6))).toBeGreaterThan(one);
  });

  test('leaves out elements without a score', () => {
    expect(score(Float64Array.of(Number.NaN, 1.6, 2.6))).not.toBeNull();
    expect(score(Float64Array.of(Number.NaN, Number.NaN, Number.NaN))).toBeNull();
  });

  test('does not take a score of 0 for an anomaly', () => {
    expect(score(Float64Array.of(0, 0, 0))).toBeLessThan(score(Float64Array.of(2, 2, 2)) as number);
  });

  test('is read from bytes as it was written, and never as a model', () => {
    const bytes = encodeCombined(combined);
    expect(decodeCombined(bytes)).toEqual(combined);
    expect(encodeCombined(decodeCombined(bytes))).toEqual(bytes);
    expect(() => decodeModel(bytes)).toThrow(CorruptModelError);
  });

  test('of another version is refused', () => {
    expect(() => combinedScorer({ ...combined, combinationVersion: 0 })).toThrow('fit it again');
  });

  test('gives a finite number, or none', () => {
    const scores = fc.array(fc.oneof(fc.constant(Number.NaN), fc.constant(0), fc.double({ min: 0 })), {
      minLength: 3,
      maxLength: 3,
    });
    fc.assert(
      fc.property(scores, (scores) => {
        const value = score(Float64Array.from(scores));
        if (value === null) expect(scores.every(Number.isNaN) || scores.includes(Number.POSITIVE_INFINITY)).toBe(true);
        else expect(Number.isFinite(value)).toBe(true);
      }),
      { numRuns: 60 },
    );
  });
});

describe('Fisher', () => {
  test('by hand: shares of 2/5 and 1/5, chi2 of four degrees', () => {
    const score = combinedScorer(
      fitCombination('fisher', tableOf([1, 5], [2, 6], [3, 7], [4, 8]), { contentHash: '' }),
    );
    const expected = chiSquareDeviations(-2 * (Math.log(2 / 5) + Math.log(1 / 5)), 4);
    expect(score(Float64Array.of(4, 9))).toBeCloseTo(expected, 14);
  });

  test('refuses an element without scores', () => {
    expect(() => fitCombination('fisher', tableOf([1, Number.NaN]), { contentHash: '' })).toThrow(
      'no score to learn from of element 1',
    );
  });
});

describe('the Gaussian', () => {
  const e = Math.exp;

  test('by hand: independent elements add up their squared deviations', () => {
    // logarithms -1, 1 of both, with standard deviations of sqrt(4 / 3) and no correlation
    const table = tableOf([e(-1), e(-1)], [e(-1), e(1)], [e(1), e(-1)], [e(1), e(1)]);
    const score = combinedScorer(fitCombination('gaussian', table, { contentHash: '' }));
    expect(score(Float64Array.of(e(2), e(3)))).toBeCloseTo(chiSquareDeviations((4 + 9) / (4 / 3), 2), 12);
    expect(score(Float64Array.of(e(2), e(-9)))).toBeCloseTo(chiSquareDeviations(4 / (4 / 3), 2), 12);
  });

  test('counts what two like elements say together only once', () => {
    const independent = combinedScorer(
      fitCombination('gaussian', usual, { parameters: { shrinkage: 1 }, contentHash: '' }),
    );
    const correlated = combinedScorer(fitCombination('gaussian', usual, { contentHash: '' }));
    const both = Float64Array.of(e(1.5), e(1.5), 1);
    expect(correlated(both)).toBeLessThan(independent(both) as number);
  });

  test('leaves out an element that does not vary, and refuses where none does', () => {
    const score = combinedScorer(fitCombination('gaussian', tableOf([1, 0], [2, 0], [4, 0]), { contentHash: '' }));
    expect(score(Float64Array.of(4, 99))).toBe(score(Float64Array.of(4, 0)));
    expect(() => fitCombination('gaussian', tableOf([1], [1]), { contentHash: '' })).toThrow('nothing has a scale');
  });

  test('refuses scores below 0 and too few rows', () => {
    expect(() => fitCombination('gaussian', tableOf([1], [-1]), { contentHash: '' })).toThrow(
      'element 0 has scores below 0',
    );
    const gaps = tableOf([1, Number.NaN], [Number.NaN, 1], [1, 2]);
    expect(() => fitCombination('gaussian', gaps, { contentHash: '' })).toThrow(
      'two rows with a score of each element are needed, and there are 1',
    );
  });
});

test('standard deviations of chi2 are those of the normal quantiles, nearly', () => {
  // 97.5 % quantiles of chi2 of 5, 10 and 50 degrees
  for (const [value, degrees] of [
    [12.8325, 5],
    [20.4832, 10],
    [71.4202, 50],
  ] as const) {
    expect(chiSquareDeviations(value, degrees)).toBeCloseTo(1.96, 1);
  }
});

test('an unknown combination is refused with the names there are', () => {
  expect(() => fitCombination('vote', usual, { contentHash: '' })).toThrow('gaussian, fisher');
});
