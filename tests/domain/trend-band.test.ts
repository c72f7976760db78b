import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bandOf } from '../../src/domain/trend-band.ts';

const values = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 30 });

describe('a band', () => {
  test('of quantiles is the one that numpy makes', () => {
    // numpy.percentile([3, 1, 4, 1, 5, 9, 2, 6], [10, 50, 84])
    const band = bandOf([3, 1, 4, 1, 5, 9, 2, 6], { kind: 'QUANTILES', low: 0.1, high: 0.84 });
    expect(band.center).toBe(3.5);
    expect(band.low).toBe(1);
    expect(band.high).toBeCloseTo(5.88, 12);
    expect(bandOf([], { kind: 'QUANTILES', low: 0, high: 1 })).toEqual({ center: null, low: null, high: null });
    const single = bandOf([7], { kind: 'QUANTILES', low: 0.2, high: 0.3 });
    expect(single).toEqual({ center: 7, low: 7, high: 7 });
  });

  test('of mean and spread is about the mean, by the standard deviation of the values themselves', () => {
    const band = bandOf([2, 4, 4, 4, 5, 5, 7, 9], { kind: 'MEAN_RMS', k: 3 });
    expect(band).toEqual({ center: 5, low: -1, high: 11 });
  });

  test('is the same whatever the order of its values, and in order itself', () => {
    fc.assert(
      fc.property(
        values,
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (numbers, a, b) => {
          const [low, high] = [Math.min(a, b), Math.max(a, b)];
          for (const kind of [{ kind: 'QUANTILES', low, high } as const, { kind: 'MEAN_RMS', k: 2 } as const]) {
            const band = bandOf(numbers, kind);
            expect(bandOf([...numbers].reverse(), kind)).toEqual(band);
            expect(band.low as number).toBeLessThanOrEqual(band.high as number);
          }
        },
      ),
      { numRuns: 50 },
    );
  });
});
