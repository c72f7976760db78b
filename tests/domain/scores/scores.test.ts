import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Axis } from '../../../src/domain/axis.ts';
import { kolmogorovProbability } from '../../../src/domain/scores/kolmogorov-smirnov.ts';
import { logFactorial } from '../../../src/domain/scores/log-factorial.ts';
import { METRICS, type Metric } from '../../../src/domain/scores/metrics.ts';
import { normalQuantile } from '../../../src/domain/scores/normal-quantile.ts';
import { lowerError, upperError } from '../../../src/domain/scores/poisson-interval.ts';
import { type Scored, scored } from '../../../src/domain/scores/scored.ts';

interface Recorded {
  readonly cases: readonly {
    readonly name: string;
    readonly shape: readonly number[];
    readonly largest: number;
    readonly tested: readonly number[];
    readonly references: readonly number[][];
    readonly pKS: number | null;
    readonly values: Readonly<Record<Metric, number>>;
    readonly pulls: Readonly<Partial<Record<Metric, readonly number[]>>>;
  }[];
  readonly garwood: readonly [count: number, lower: number, upper: number][];
  readonly normalQuantile: readonly [p: number, z: number][];
  readonly kolmogorov: readonly [z: number, p: number][];
  readonly logFactorial: readonly [n: number, value: number][];
}
const recorded = JSON.parse(readFileSync(join(import.meta.dirname, 'scipy-scores.json'), 'utf8')) as Recorded;

const axis = (bins: number): Axis => ({ bins, min: -1, max: 3, title: '' });
/** In range alone; shape y, then x. */
function of(contents: readonly number[], shape: readonly number[] = [contents.length]): Scored {
  return scored({ flow: false, contents: Float64Array.from(contents) }, [...shape].reverse().map(axis));
}
const names = Object.keys(METRICS) as Metric[];
const one = { largestPulls: 1 };

/** To so many digits of the larger of the number and `least`. */
function expectClose(actual: number | null | undefined, expected: number, digits = 9, least = 1e-3): void {
  const off = Math.abs((actual ?? Number.NaN) - expected) / Math.max(Math.abs(expected), least);
  expect(off, `${actual} is not ${expected}`).toBeLessThan(10 ** -digits);
}

describe('scores', () => {
  it.each(recorded.cases)('are those that scipy gives: $name', (made) => {
    const [tested, references] = [of(made.tested, made.shape), made.references.map((r) => of(r, made.shape))];
    for (const name of names) {
      const { value, pValue, pulls } = METRICS[name](tested, references, { largestPulls: made.largest });
      // of many counts the logarithms that the law is made of differ in their last digits, in scipy as here
      const [digits, least] = name === 'BETA_BINOMIAL' ? [6, 1] : [9, 1e-3];
      expectClose(value, made.values[name], digits, least);
      const without = METRICS[name](tested, references, { largestPulls: made.largest, withPulls: false });
      expect({ ...without, pulls }).toEqual({ value, pValue, pulls });
      if (name === 'KS' && made.pKS !== null) expectClose(pValue, made.pKS);
      else expect(pValue).toBeNull();
      const expected = made.pulls[name];
      if (expected === undefined) expect(pulls).toBeUndefined();
      else for (const [i, pull] of expected.entries()) expectClose(pulls?.[i], pull, digits, least);
    }
  });

  it('see no difference in counts of one shape, to the last bit: these are tied', () => {
    const counts = fc.array(fc.nat(1000), { minLength: 6, maxLength: 6 }).filter((list) => list.some((n) => n > 0));
    const factor = fc.integer({ min: 1, max: 10_007 });
    fc.assert(
      fc.property(counts, factor, factor, fc.constantFrom([6], [2, 3]), (list, a, b, shape) => {
        const times = (by: number) =>
          of(
            list.map((count) => count * by),
            shape,
          );
        for (const name of names) {
          const { value, pulls } = METRICS[name](times(a), [times(b)], one);
          expect(Math.abs(value as number), name).toBe(0);
          expect(pulls?.every((pull) => pull === 0) ?? true, name).toBe(true);
        }
        expect(METRICS.KS(times(a), [times(a), times(b)], one).value).toBe(0);
        expect(METRICS.MAX_PULL(times(a), [times(b)], { largestPulls: 3 }).value).toBe(0);
      }),
      { numRuns: 200 },
    );
  });

  it('are the same of weights so small or large that their products leave a float64', () => {
    const [a, b] = [
      [1, 5, 2],
      [4, 1, 1],
    ] as const;
    for (const size of [1e-180, 1e180]) {
      const times = (list: readonly number[]) => of(list.map((number) => number * size));
      for (const name of ['KS', 'EMD'] as const) {
        expectClose(METRICS[name](times(a), [times(b)], one).value, METRICS[name](of(a), [of(b)], one).value as number);
      }
      expect(Number.isFinite(METRICS.MAX_PULL(times(a), [times(b)], one).value)).toBe(true);
    }
  });

  it('do not see flow bins', () => {
    const withFlow = scored({ flow: true, contents: Int32Array.of(99, 1, 2, 3, 77) }, [axis(3)]);
    expect([...withFlow.contents]).toEqual([1, 2, 3]);
    expect(withFlow.sum).toBe(6);
  });

  it('are not defined where a side is empty, nor of counts where there are none', () => {
    const [some, empty, weighted, negative] = [of([1, 2, 3]), of([0, 0, 0]), of([0.5, 2, 3]), of([-1, 2, 3])];
    const valueBy = (name: Metric, tested: Scored, ...references: Scored[]) =>
      METRICS[name](tested, references, one).value;
    for (const name of names) {
      expect(valueBy(name, empty, some)).toBeNull();
      expect(valueBy(name, some, empty)).toBeNull();
      expect(valueBy(name, some)).toBeNull();
    }
    expect(names.filter((name) => valueBy(name, weighted, some) !== null)).toEqual(['KS', 'MAX_PULL', 'EMD']);
    expect(names.filter((name) => valueBy(name, some, weighted) !== null)).toEqual(['KS', 'MAX_PULL', 'EMD']);
    expect(names.filter((name) => valueBy(name, negative, some) !== null)).toEqual(['MAX_PULL']);
    expect(names.filter((name) => valueBy(name, some, negative) !== null)).toEqual(['MAX_PULL']);
    expect(METRICS.KS(weighted, [some], one).pValue).toBeNull();
  });

  it('leave empty references out of the average', () => {
    const [tested, reference, empty] = [of([4, 2, 3]), of([10, 20, 30]), of([0, 0, 0])];
    for (const name of names) {
      expect(METRICS[name](tested, [empty, reference], one)).toEqual(METRICS[name](tested, [reference], one));
    }
  });

  it('of KS are the largest distance over all places where the distributions may be cut', () => {
    const pair = fc
      .integer({ min: 1, max: 12 })
      .chain((bins) =>
        fc.tuple(...[0, 1].map(() => fc.array(fc.integer({ min: 1, max: 50 }), { minLength: bins, maxLength: bins }))),
      );
    fc.assert(
      fc.property(pair, ([a = [], b = []]) => {
        const share = (list: readonly number[], until: number) =>
          list.slice(0, until).reduce((sum, n) => sum + n, 0) / list.reduce((sum, n) => sum + n, 0);
        const distances = a.map((_, i) => Math.abs(share(a, i + 1) - share(b, i + 1)));
        expectClose(METRICS.KS(of(a), [of(b)], one).value, Math.max(...distances));
      }),
      { numRuns: 40 },
    );
  });

  it('of EMD are how far all of it lies away where everything stands in one bin', () => {
    const at = (bin: number) => of(Array.from({ length: 8 }, (_, i) => (i === bin ? 5 : 0)));
    expectClose(METRICS.EMD(at(1), [at(7)], one).value, 6 / 8);
    const edges = [0, 1, 3, 7];
    const uneven = (contents: number[]) =>
      scored({ flow: false, contents: Float64Array.from(contents) }, [{ bins: 3, min: 0, max: 7, edges, title: '' }]);
    expectClose(METRICS.EMD(uneven([1, 0, 0]), [uneven([0, 0, 1])], one).value, (5 - 0.5) / 7);
  });

  it('of beta-binomial call three standard deviations 2.54', () => {
    // ML4DQM's and AutoDQM's likelihood ratio exp(-9 / 2) at z = 3, read as if it were a p-value
    expectClose(-normalQuantile(Math.exp(-4.5) / 2), 2.54, 2);
  });
});

describe('what scores are made of', () => {
  it("are Garwood's intervals", () => {
    for (const [count, lower, upper] of recorded.garwood) {
      expectClose(lowerError(count), lower, 7);
      expectClose(upperError(count), upper, 7);
    }
    // published: Particle Data Group, Statistics, one event observed: 0.173 to 3.300
    expectClose(1 - lowerError(1), 0.173, 2);
    expectClose(1 + upperError(1), 3.3, 3);
  });

  it('are quantiles, probabilities and factorials', () => {
    for (const [p, z] of recorded.normalQuantile) expectClose(normalQuantile(p), z, 12);
    for (const [z, p] of recorded.kolmogorov) expectClose(kolmogorovProbability(z), p, 12);
    for (const [n, value] of recorded.logFactorial) expectClose(logFactorial(n), value, 12);
  });
});
