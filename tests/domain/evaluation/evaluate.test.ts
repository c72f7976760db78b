import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { evaluateAt } from '../../../src/domain/evaluation/at-threshold.ts';
import { evaluate } from '../../../src/domain/evaluation/evaluate.ts';
import { SLICES } from '../../../src/domain/evaluation/slices.ts';
import { WEIGHTINGS } from '../../../src/domain/evaluation/weighting.ts';
import { anyRows, runOf, sampleFrom } from './made.ts';

const OPTIONS = { seed: 9, replicas: 60, cluster: 'RUN' } as const;
const VIEW = { slice: 'ALL', weighting: 'BY_LUMISECTION', missing: 'PENALISED' } as const;
const VIEWS = SLICES.flatMap((slice) =>
  WEIGHTINGS.flatMap((weighting) =>
    (['PENALISED', 'LEFT_OUT'] as const).map((missing) => ({ slice, weighting, missing })),
  ),
);

describe('an evaluation', () => {
  it('is the same to the last bit however its scores came', () => {
    const weighted = anyRows.map((rows) => rows.map((row) => ({ ...row, weight: Math.sqrt(row.weight ?? 1) / 3 })));
    const shuffled = weighted.chain((rows) =>
      fc.shuffledSubarray(rows, { minLength: rows.length }).map((other) => ({ rows, other })),
    );
    fc.assert(
      fc.property(shuffled, fc.constantFrom(...VIEWS), ({ rows, other }, view) => {
        const [a, b] = [sampleFrom(rows), sampleFrom(other)];
        expect(evaluate(a, view, OPTIONS)).toStrictEqual(evaluate(b, view, OPTIONS));
        expect(evaluateAt(a, view, 1, OPTIONS)).toStrictEqual(evaluateAt(b, view, 1, OPTIONS));
      }),
      { numRuns: 30 },
    );
  });

  it('gives what missing scores cost beside what the others are worth', () => {
    const sample = sampleFrom([
      ...runOf(1, { bad: [9, 8, null], good: [1, 2, 3] }),
      ...runOf(2, { bad: [7], good: [4, null] }),
    ]);
    const penalised = evaluate(sample, VIEW, OPTIONS);
    const leftOut = evaluate(sample, { ...VIEW, missing: 'LEFT_OUT' }, OPTIONS);
    // of 20 pairs: 12 of scored ones are right, none of those with a missing one
    expect(penalised.rocAuc.value).toBe(12 / 20);
    expect(leftOut.rocAuc.value).toBe(1);
    expect(penalised).toMatchObject({ bad: 4, good: 5, badRuns: 2, goodRuns: 2 });
    expect(leftOut).toMatchObject({ bad: 3, good: 4, badRuns: 2, goodRuns: 2 });
  });

  it('tells long runs from short ones', () => {
    const sample = sampleFrom([
      ...runOf(1, { bad: Array(30).fill(5), good: Array(90).fill(1) }),
      ...runOf(2, { bad: [0], good: [1] }),
    ]);
    const view = (weighting: 'BY_LUMISECTION' | 'BY_RUN') => evaluate(sample, { ...VIEW, weighting }, OPTIONS);
    expect(view('BY_LUMISECTION').rocAuc.value).toBe(30 / 31);
    expect(view('BY_RUN').rocAuc.value).toBe(0.5);
  });

  it('tells runs that are bad as a whole from bad lumisections among good ones', () => {
    const sample = sampleFrom([
      ...runOf(1, { bad: [9, 9, 9] }),
      ...runOf(2, { bad: [0], good: [1, 2] }),
      ...runOf(3, { good: [3] }),
    ]);
    const aucs = SLICES.map((slice) => evaluate(sample, { ...VIEW, slice }, OPTIONS).rocAuc.value);
    expect(aucs).toEqual([9 / 12, 1, 0]);
  });

  it('draws the clusters that it is told to', () => {
    const rows = [1, 2, 3, 4].flatMap((run) =>
      runOf(run, { bad: [1, 2], good: [0] }).map((row) => ({ ...row, fill: 9 })),
    );
    const clusters = (cluster: 'RUN' | 'FILL') => evaluate(sampleFrom(rows), VIEW, { ...OPTIONS, cluster }).resampling;
    expect([clusters('RUN').clusters, clusters('FILL').clusters]).toEqual([4, 1]);
  });

  it('says nothing at a rate that its good lumisections cannot resolve', () => {
    const good = Array.from({ length: 150 }, (_, i) => i / 150);
    const rows = [1, 2].flatMap((run) => runOf(run, { bad: [2, 0.5], good }));
    const { efficiencies } = evaluate(sampleFrom(rows), VIEW, OPTIONS);
    expect(efficiencies).toMatchObject([
      { rate: 0.001, isResolvable: false, efficiency: { value: null, interval: null }, at: null },
      { rate: 0.01, isResolvable: true, efficiency: { value: 0.5, interval: { low: 0.5, high: 0.5 } } },
    ]);
    expect(efficiencies[1]?.at).toEqual({ efficiency: 0.5, threshold: 149 / 150, falseAlarmRate: 2 / 300 });
  });

  it('flags scores that look turned around, and leaves the value', () => {
    const rows = [1, 2, 3, 4].flatMap((run) => runOf(run, { bad: [1, 2], good: [8, 9, 7] }));
    expect(evaluate(sampleFrom(rows), VIEW, OPTIONS)).toMatchObject({ isInverted: true, rocAuc: { value: 0 } });
  });

  it('calls scores turned around for what they are, not for what is missing', () => {
    const silent = [null, null, null, null];
    const rows = (bad: number[], good: number[]) =>
      sampleFrom([1, 2, 3, 4].flatMap((run) => runOf(run, { bad: [...bad, ...silent], good: [...good, ...silent] })));
    const views = [VIEW, { ...VIEW, missing: 'LEFT_OUT' }] as const;
    const right = views.map((view) => evaluate(rows([7, 8], [1, 2]), view, OPTIONS));
    expect(right).toMatchObject([
      { rocAuc: { value: 4 / 36 }, isInverted: false },
      { rocAuc: { value: 1 }, isInverted: false },
    ]);
    const turned = views.map((view) => evaluate(rows([1, 2], [7, 8]), view, OPTIONS));
    expect(turned.map(({ isInverted }) => isInverted)).toEqual([true, true]);
    // nothing is known of which way scores point that are not there
    expect(evaluate(rows([], []), VIEW, OPTIONS)).toMatchObject({ rocAuc: { value: 0 }, isInverted: false });
  });
});

describe('a threshold', () => {
  const sample = sampleFrom([
    ...runOf(1, { bad: [5, 4, null], good: [1, 5] }),
    ...runOf(2, { bad: [5], good: [0, 0, 0, null] }),
  ]);

  it('is judged by what it flags', () => {
    expect(evaluateAt(sample, VIEW, 5, OPTIONS)).toMatchObject({
      confusion: { threshold: 5, badFlagged: 2, badPassed: 2, goodFlagged: 2, goodPassed: 4 },
      efficiency: { value: 0.5 },
      falseAlarmRate: { value: 1 / 3 },
      precision: { value: 0.5 },
      falseAlarms: { count: 2, runs: 2, perRun: 1, perHundredInversePb: null },
    });
  });

  it('is judged by the mean of runs where each counts alike', () => {
    const judged = evaluateAt(sample, { ...VIEW, weighting: 'BY_RUN' }, 5, OPTIONS);
    expect(judged.efficiency.value).toBeCloseTo((1 / 3 + 1) / 2, 14);
    expect(judged.falseAlarmRate.value).toBeCloseTo((1 / 2 + 1 / 4) / 2, 14);
  });
});
