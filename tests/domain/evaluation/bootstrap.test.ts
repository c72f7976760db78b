import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { averagePrecision } from '../../../src/domain/evaluation/average-precision.ts';
import { drawClusters, estimate, percentileInterval } from '../../../src/domain/evaluation/bootstrap.ts';
import { compareStrategies, disagreements } from '../../../src/domain/evaluation/compare.ts';
import { rank, stepsOf } from '../../../src/domain/evaluation/ranking.ts';
import { rocAuc } from '../../../src/domain/evaluation/roc-auc.ts';
import { GOOD } from '../../../src/domain/evaluation/sample.ts';
import { anyRows, type Row, runOf, sampleFrom, sumOf } from './made.ts';

const VIEW = { slice: 'ALL', weighting: 'BY_LUMISECTION', missing: 'PENALISED' } as const;
const OPTIONS = { seed: 5, replicas: 100, cluster: 'RUN' } as const;

/** Six runs whose lumisections are alike within each. */
const rows: Row[] = [1, 2, 3, 4, 5, 6].flatMap((run) =>
  runOf(run, {
    bad: Array.from({ length: run % 3 }, (_, i) => run / 4 + i / 10),
    good: Array.from({ length: 2 * run }, (_, i) => (run * run) / 20 + i / 7),
  }),
);

describe('a replica', () => {
  it('is made of as many clusters as there are, drawn with replacement', () => {
    const drawn = [...drawClusters(8, { seed: 1, replicas: 200 })].map((times) => sumOf([...times]));
    expect(new Set(drawn)).toEqual(new Set([8]));
    const replicas = Array.from(drawClusters(8, { seed: 1, replicas: 4_000 }), (times) => [...times]);
    for (let i = 0; i < 8; i++) {
      const mean = sumOf(replicas.map((times) => times[i] as number)) / replicas.length;
      expect(mean).toBeCloseTo(1, 1);
    }
  });

  it('is the same for the same seed', () => {
    const drawn = (seed: number) => Array.from(drawClusters(8, { seed, replicas: 5 }), (times) => [...times]);
    expect(drawn(3)).toEqual(drawn(3));
    expect(drawn(3)).not.toEqual(drawn(4));
  });

  it('counts as if its runs stood there as often as they were drawn', () => {
    fc.assert(
      fc.property(anyRows, fc.integer(), (any, seed) => {
        const ranking = rank(sampleFrom(any), 'BY_LUMISECTION');
        const runs = [...new Set(sampleFrom(any).run)];
        for (const times of drawClusters(ranking.clusterCount, { seed, replicas: 3 })) {
          const drawn = runs.flatMap((run, at) =>
            Array.from({ length: times[at] as number }, (_, copy) =>
              any.filter((row) => row.run === run).map((row) => ({ ...row, run: run * 100 + copy })),
            ).flat(),
          );
          const [found, expected] = [stepsOf(ranking, times), stepsOf(rank(sampleFrom(drawn), 'BY_LUMISECTION'))];
          expect(rocAuc(found)).toBe(rocAuc(expected));
          const precision = averagePrecision(expected);
          if (precision === null) expect(averagePrecision(found)).toBeNull();
          else expect(averagePrecision(found)).toBeCloseTo(precision, 13);
        }
      }),
      { numRuns: 30 },
    );
  });
});

describe('an interval', () => {
  it('lies between quantiles of the replicas, counted by hand', () => {
    const ranking = rank(sampleFrom(rows), 'BY_LUMISECTION');
    const values = Array.from(drawClusters(6, OPTIONS), (times) => rocAuc(stepsOf(ranking, times)))
      .filter((value) => value !== null)
      .sort((a, b) => a - b);
    const { estimates, resampling } = estimate(ranking, [rocAuc], { ...OPTIONS, level: 0.9 });
    const at = (place: number) => {
      const [below, above] = [values[Math.floor(place)] as number, values[Math.ceil(place)] as number];
      return below + (above - below) * (place % 1);
    };
    expect(estimates[0]?.value).toBe(rocAuc(stepsOf(ranking)));
    expect(estimates[0]?.interval?.low).toBeCloseTo(at(0.05 * (values.length - 1)), 12);
    expect(estimates[0]?.interval?.high).toBeCloseTo(at(0.95 * (values.length - 1)), 12);
    expect(resampling).toMatchObject({ replicas: 100, clusters: 6, oneClassReplicas: 100 - values.length });
  });

  it('is wider where lumisections of a run are alike than where each is a run', () => {
    const apart = rows.map((row, i) => ({ ...row, run: i + 1 }));
    const [whole, single] = [rows, apart].map((of) => {
      const { low, high } = estimate(rank(sampleFrom(of), 'BY_LUMISECTION'), [rocAuc], OPTIONS).estimates[0]
        ?.interval ?? {
        low: 0,
        high: 0,
      };
      return high - low;
    }) as [number, number];
    expect(whole).toBeGreaterThan(single);
  });

  it('needs clusters that can vary, and replicas enough to tell its bounds', () => {
    const values = Array.from({ length: 40 }, (_, i) => i);
    expect(percentileInterval(values, 2, { seed: 1 })).toEqual({
      low: expect.closeTo(0.975, 12),
      high: expect.closeTo(38.025, 12),
    });
    expect(percentileInterval(values.slice(1), 2, { seed: 1 })).toBeNull();
    expect(percentileInterval(values, 1, { seed: 1 })).toBeNull();
    expect(percentileInterval(values.slice(0, 20), 2, { seed: 1, level: 0.9 })).not.toBeNull();
  });

  it('says how many replicas had one class, and how many clusters count', () => {
    const lone = [...runOf(1, { bad: [3, 4] }), ...runOf(2, { good: [1, 2] }), ...runOf(3, { good: [0, 5] })];
    const { estimates, resampling } = estimate(rank(sampleFrom(lone), 'BY_LUMISECTION'), [rocAuc], OPTIONS);
    let expected = 0;
    for (const [first, second, third] of drawClusters(3, OPTIONS)) {
      if (first === 0 || (second as number) + (third as number) === 0) expected++;
    }
    expect(expected).toBeGreaterThan(0);
    expect(resampling.oneClassReplicas).toBe(expected);
    expect(resampling.effectiveClusters).toEqual({ all: 3, bad: 1, good: 2 });
    expect(estimates[0]?.value).toBe(0.75);
    const bad = estimate(rank(sampleFrom(runOf(1, { bad: [1] })), 'BY_RUN'), [rocAuc], OPTIONS);
    expect(bad.estimates).toEqual([{ value: null, interval: null }]);
    expect(estimate(rank(sampleFrom([]), 'BY_RUN'), [rocAuc], OPTIONS).resampling).toMatchObject({
      ...{ clusters: 0, oneClassReplicas: 100 },
    });
  });

  it('draws fills as a whole, and runs of no known fill by themselves', () => {
    const inFills = rows.map((row) => ({ ...row, fill: row.run <= 4 ? 4 + Math.ceil(row.run / 2) : 0 }));
    const ranking = rank(sampleFrom(inFills), 'BY_LUMISECTION', 'FILL');
    expect(ranking.clusterCount).toBe(4);
    const { fill, ...without } = sampleFrom(inFills);
    expect(fill).toBeDefined();
    expect(() => rank(without, 'BY_LUMISECTION', 'FILL')).toThrow('no lumisection has a fill');
  });
});

describe('two strategies', () => {
  const first = sampleFrom(rows);
  const second = sampleFrom(rows.map((row) => ({ ...row, score: row.truth + (row.lumisection % 5) / 3 })));

  it('differ by what each replica makes of both', () => {
    const differences: number[] = [];
    const [a, b] = [rank(first, 'BY_LUMISECTION'), rank(second, 'BY_LUMISECTION')];
    for (const times of drawClusters(6, OPTIONS)) {
      const [x, y] = [rocAuc(stepsOf(a, times)), rocAuc(stepsOf(b, times))];
      if (x !== null && y !== null) differences.push(x - y);
    }
    const compared = compareStrategies(first, second, rocAuc, VIEW, OPTIONS);
    expect(compared.interval).toEqual(percentileInterval(differences, 6, OPTIONS));
    expect(compared.difference).toBe((rocAuc(stepsOf(a)) as number) - (rocAuc(stepsOf(b)) as number));
    const above = differences.filter((difference) => difference > 0).length;
    const equal = differences.filter((difference) => difference === 0).length;
    expect(compared.shareAbove).toBe((above + equal / 2) / differences.length);
    const turned = compareStrategies(second, first, rocAuc, VIEW, OPTIONS);
    expect(turned.difference).toBe(-(compared.difference as number));
    expect(turned.shareAbove).toBeCloseTo(1 - (compared.shareAbove as number), 12);
  });

  it('are the same as themselves, in every view', () => {
    for (const weighting of ['BY_LUMISECTION', 'BY_RUN'] as const) {
      const same = compareStrategies(first, first, averagePrecision, { ...VIEW, weighting }, OPTIONS);
      expect(same).toMatchObject({ difference: 0, interval: { low: 0, high: 0 }, shareAbove: 0.5 });
    }
  });

  it('are compared on what both have scored where missing scores are left out', () => {
    const gaps = (modulus: number) =>
      sampleFrom(rows.map((row) => (row.lumisection % modulus === 0 ? { ...row, score: null } : row)));
    const both = rows.filter(({ lumisection }) => lumisection % 3 !== 0 && lumisection % 5 !== 0);
    const view = { ...VIEW, missing: 'LEFT_OUT' } as const;
    const turned = (of: readonly Row[]) => of.map((row) => ({ ...row, score: row.score === null ? null : -row.score }));
    const found = compareStrategies(
      gaps(3),
      { ...gaps(5), score: gaps(5).score.map((s) => -s) },
      rocAuc,
      view,
      OPTIONS,
    );
    expect(found).toEqual(compareStrategies(sampleFrom(both), sampleFrom(turned(both)), rocAuc, VIEW, OPTIONS));
  });

  it('are compared in a slice on the lumisections of it', () => {
    const wholly = [...rows, ...runOf(8, { bad: [0.3, 2] })];
    const [a, b] = [sampleFrom(wholly), sampleFrom(wholly.map((row) => ({ ...row, score: row.lumisection })))];
    const view = { ...VIEW, slice: 'WHOLLY_BAD_RUNS' } as const;
    const sliced = wholly.filter(({ run, truth }) => truth === GOOD || run === 8);
    const [c, d] = [sampleFrom(sliced), sampleFrom(sliced.map((row) => ({ ...row, score: row.lumisection })))];
    expect(compareStrategies(a, b, rocAuc, view, OPTIONS)).toEqual(compareStrategies(c, d, rocAuc, VIEW, OPTIONS));
  });

  it('have to be about the same lumisections', () => {
    const fewer = sampleFrom(rows.slice(1));
    const message = 'run: expected both strategies to be scored on the same lumisections';
    expect(() => compareStrategies(first, fewer, rocAuc, VIEW, OPTIONS)).toThrow(message);
    const other = sampleFrom(rows.map((row) => ({ ...row, truth: 0 })));
    expect(() => compareStrategies(first, other, rocAuc, VIEW, OPTIONS)).toThrow('truth: expected both');
  });

  it('disagree where one flags what the other does not', () => {
    const scored = (scores: (number | null)[]) =>
      sampleFrom(runOf(7, { bad: scores.slice(0, 2), good: scores.slice(2) }));
    const [a, b] = [scored([1, 5, null, 5, 5]), scored([0.2, 0.1, 0.9, null, 0.9])];
    const places = (atMost: number) => disagreements([a, 5], [b, 0.9], atMost);
    expect(places(10)).toEqual({
      count: 3,
      lumisections: [
        { run: 7, lumisection: 2, truth: 1, flaggedBy: 'FIRST', scores: [5, 0.1] },
        { run: 7, lumisection: 3, truth: 0, flaggedBy: 'SECOND', scores: [null, 0.9] },
        { run: 7, lumisection: 4, truth: 0, flaggedBy: 'FIRST', scores: [5, null] },
      ],
    });
    expect(places(1)).toMatchObject({ count: 3, lumisections: [{ lumisection: 2 }] });
  });
});
