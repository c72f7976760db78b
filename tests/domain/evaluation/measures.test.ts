import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { averagePrecision } from '../../../src/domain/evaluation/average-precision.ts';
import { confusionAt, efficiencyOf, falseAlarmRateOf, precisionOf } from '../../../src/domain/evaluation/confusion.ts';
import { efficiencyAt, isResolvable } from '../../../src/domain/evaluation/efficiency.ts';
import { rank, type Steps, stepsOf } from '../../../src/domain/evaluation/ranking.ts';
import { isInverted, rocAuc } from '../../../src/domain/evaluation/roc-auc.ts';
import { BAD, GOOD } from '../../../src/domain/evaluation/sample.ts';
import { workingPoint } from '../../../src/domain/evaluation/working-point.ts';
import { anyRows, penalised, type Row, runOf, sampleFrom, sumOf } from './made.ts';

const stepsFrom = (rows: readonly Row[]): Steps => stepsOf(rank(sampleFrom(rows), 'BY_LUMISECTION'));

/** What is flagged at a threshold, counted from scratch. */
function flaggedAt(rows: ReturnType<typeof penalised>, threshold: number) {
  const weightOf = (truth: number, isFlagged: boolean) =>
    sumOf(
      rows.filter((row) => row.truth === truth && row.score >= threshold === isFlagged).map(({ weight }) => weight),
    );
  return {
    badFlagged: weightOf(BAD, true),
    badPassed: weightOf(BAD, false),
    goodFlagged: weightOf(GOOD, true),
    goodPassed: weightOf(GOOD, false),
  };
}

const scoresOf = (rows: readonly Row[]) =>
  [...new Set(rows.flatMap(({ truth, score }) => (truth >= 0 && score !== null ? [score] : [])))].sort((a, b) => b - a);

describe('ROC AUC', () => {
  it('is the share of pairs in the right order, half of the ties, weights multiplied', () => {
    fc.assert(
      fc.property(anyRows, (rows) => {
        const counted = penalised(rows);
        const [bad, good] = [BAD, GOOD].map((truth) => counted.filter((row) => row.truth === truth));
        let [right, pairs] = [0, 0];
        for (const b of bad ?? []) {
          for (const g of good ?? []) {
            pairs += b.weight * g.weight;
            right += b.weight * g.weight * (b.score > g.score ? 1 : b.score === g.score ? 0.5 : 0);
          }
        }
        expect(rocAuc(stepsFrom(rows))).toBe(pairs === 0 ? null : right / pairs);
      }),
      { numRuns: 60 },
    );
  });

  it('is 1 and 0 to the last bit where the classes are apart, whatever the weights', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0.01, max: 3, noNaN: true }), { minLength: 2, maxLength: 20 }),
        (weights) => {
          const rows = weights.map((weight, i) => ({
            ...{ run: 1, lumisection: i + 1, weight, truth: i === 0 ? BAD : i === 1 ? GOOD : i % 2 },
          }));
          const scored = (sign: number) =>
            stepsFrom(rows.map((row, i) => ({ ...row, score: sign * (row.truth * 100 + i) })));
          expect(rocAuc(scored(1))).toBe(1);
          expect(averagePrecision(scored(1))).toBe(1);
          expect(rocAuc(scored(-1))).toBe(0);
        },
      ),
      { numRuns: 30 },
    );
  });

  it('is said to look turned around where it is far below 0.5, and its interval below 0.5', () => {
    expect(isInverted(0.2, { high: 0.45 })).toBe(true);
    expect(isInverted(0.2, { high: 0.5 })).toBe(false);
    expect(isInverted(0.2, null)).toBe(true);
    expect(isInverted(0.45, { high: 0.48 })).toBe(false);
    expect(isInverted(null, null)).toBe(false);
  });
});

describe('average precision', () => {
  it('is the mean of precision over what recall gains at each threshold', () => {
    fc.assert(
      fc.property(anyRows, (rows) => {
        const counted = penalised(rows);
        const thresholds = [...new Set(counted.map(({ score }) => score))].sort((a, b) => b - a);
        const all = sumOf(counted.filter(({ truth }) => truth === BAD).map(({ weight }) => weight));
        let [expected, before] = [0, 0];
        for (const threshold of thresholds) {
          const { badFlagged, goodFlagged } = flaggedAt(counted, threshold);
          expected += ((badFlagged - before) / all) * (badFlagged / (badFlagged + goodFlagged));
          before = badFlagged;
        }
        const found = averagePrecision(stepsFrom(rows));
        if (all === 0 || counted.every(({ truth }) => truth === BAD)) expect(found).toBeNull();
        else expect(found).toBeCloseTo(expected, 13);
      }),
      { numRuns: 60 },
    );
  });
});

describe('the confusion at a threshold', () => {
  it('counts what scores at least as much as flagged, good lumisections without a score too', () => {
    fc.assert(
      fc.property(anyRows, fc.integer({ min: -5, max: 5 }), (rows, threshold) => {
        const expected = flaggedAt(penalised(rows), threshold);
        expect(confusionAt(stepsFrom(rows), threshold)).toEqual({ threshold, ...expected });
      }),
      { numRuns: 40 },
    );
  });

  it('has shares only of what there is', () => {
    const confusion = { threshold: 1, badFlagged: 3, badPassed: 1, goodFlagged: 2, goodPassed: 6 };
    expect([efficiencyOf(confusion), falseAlarmRateOf(confusion), precisionOf(confusion)]).toEqual([0.75, 0.25, 0.6]);
    const nothing = { threshold: 1, badFlagged: 0, badPassed: 0, goodFlagged: 0, goodPassed: 0 };
    expect([efficiencyOf(nothing), falseAlarmRateOf(nothing), precisionOf(nothing)]).toEqual([null, null, null]);
  });
});

describe('efficiency at a rate of false alarms', () => {
  it('is the best that any threshold gives within the rate', () => {
    fc.assert(
      fc.property(anyRows, fc.constantFrom(0, 0.01, 0.1, 0.25, 0.5, 1), (rows, rate) => {
        const counted = penalised(rows);
        const steps = stepsFrom(rows);
        const all = flaggedAt(counted, Number.POSITIVE_INFINITY);
        const found = efficiencyAt(steps, rate);
        if (all.badPassed === 0 || all.goodPassed === 0) {
          expect(found).toBeNull();
          return;
        }
        const allowed = scoresOf(rows).filter(
          (threshold) => flaggedAt(counted, threshold).goodFlagged <= rate * all.goodPassed * (1 + 1e-9),
        );
        const lowest = allowed.at(-1);
        expect(found?.threshold).toBe(lowest ?? null);
        expect(found?.efficiency).toBe(
          lowest === undefined ? 0 : flaggedAt(counted, lowest).badFlagged / all.badPassed,
        );
        const silent = sumOf(counted.filter(({ score }) => score === 1e9).map(({ weight }) => weight));
        const flagged = lowest === undefined ? silent : flaggedAt(counted, lowest).goodFlagged;
        expect(found?.falseAlarmRate).toBe(flagged / all.goodPassed);
      }),
      { numRuns: 60 },
    );
  });

  it('allows exactly the false alarms of the rate', () => {
    const scores = Array.from({ length: 1_000 }, (_, i) => i);
    const rows = [...runOf(1, { good: scores }), ...runOf(2, { bad: [999, 998.5, 997] })];
    const steps = stepsFrom(rows);
    expect(efficiencyAt(steps, 0.001)).toEqual({ efficiency: 2 / 3, threshold: 998.5, falseAlarmRate: 0.001 });
    expect(efficiencyAt(steps, 0.0009)).toEqual({ efficiency: 0, threshold: null, falseAlarmRate: 0 });
    expect(efficiencyAt(steps, 0.01)?.efficiency).toBe(1);
  });

  it('takes sums of fractions for what they would be without rounding', () => {
    const scores = Array.from({ length: 10 }, (_, i) => i);
    const ranking = rank(sampleFrom([...runOf(1, { good: scores }), ...runOf(2, { bad: [7.5] })]), 'BY_RUN');
    expect(0.1 + 0.1 + 0.1).toBeGreaterThan(0.3);
    expect(efficiencyAt(stepsOf(ranking), 0.3)?.threshold).toBe(7);
  });

  it('is resolvable where one false alarm is within the rate', () => {
    const good = (count: number, run = 1) => runOf(run, { good: Array.from({ length: count }, () => 0) });
    expect(isResolvable(sampleFrom(good(1_000)), 'BY_LUMISECTION', 0.001)).toBe(true);
    expect(isResolvable(sampleFrom(good(999)), 'BY_LUMISECTION', 0.001)).toBe(false);
    // a run of one lumisection weighs half of all
    expect(isResolvable(sampleFrom([...good(1_000), ...good(1, 2)]), 'BY_RUN', 0.001)).toBe(false);
    expect(isResolvable(sampleFrom([]), 'BY_LUMISECTION', 0.01)).toBe(false);
  });
});

describe('the working point', () => {
  it('has the largest eps_s * (1 - eps_b), the highest threshold of several', () => {
    fc.assert(
      fc.property(anyRows, (rows) => {
        const counted = penalised(rows);
        const product = (threshold: number) => {
          const { badFlagged, goodPassed } = flaggedAt(counted, threshold);
          return badFlagged * goodPassed;
        };
        const thresholds = scoresOf(rows);
        const largest = Math.max(0, ...thresholds.map(product));
        const best = largest > 0 ? thresholds.find((threshold) => product(threshold) === largest) : undefined;
        const found = workingPoint(stepsFrom(rows));
        expect(found?.threshold).toBe(best);
        if (best === undefined) return;
        const { badFlagged, badPassed, goodFlagged, goodPassed } = flaggedAt(counted, best);
        expect(found?.efficiency).toBe(badFlagged / (badFlagged + badPassed));
        expect(found?.falseAlarmRate).toBe(goodFlagged / (goodFlagged + goodPassed));
      }),
      { numRuns: 60 },
    );
  });
});
