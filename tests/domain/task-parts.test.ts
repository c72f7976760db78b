import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LuminosityMask } from '../../src/domain/lumi-mask.ts';
import { TASK_PARTS, type TaskPart } from '../../src/domain/task.ts';
import {
  assertBothClasses,
  assertCausal,
  assertSeparateRuns,
  type LeftOut,
  partsOfLumisections,
} from '../../src/domain/task-leakage.ts';
import { pairingOf } from '../../src/domain/task-pairing.ts';
import { type SplitRules, type SplitRun, splitRuns } from '../../src/domain/task-split.ts';

const maskOf = (first: number, last: number) => LuminosityMask.fromRanges([{ run: 1, ranges: [{ first, last }] }]);
const details = (work: () => unknown) => {
  try {
    work();
  } catch (error) {
    return (error as { details: Record<string, unknown> }).details;
  }
  return null;
};

describe('leakage', () => {
  test('of lumisections is refused, whatever is allowed', () => {
    const masks = { TRAIN: maskOf(1, 5), VALIDATION: maskOf(6, 8), TEST: maskOf(8, 9) };
    expect([...partsOfLumisections(masks, 1, Int32Array.of(1, 7, 9, 10))]).toEqual([0, 1, 2, -1]);
    expect(details(() => partsOfLumisections(masks, 1, Int32Array.of(7, 8)))).toMatchObject({
      reason: 'SHARED_LUMISECTIONS',
      run: 1,
      lumisections: [8],
    });
  });

  test('of runs is refused unless it is asked for, and where members are runs always', () => {
    const runs = { TRAIN: [1, 2], VALIDATION: [3], TEST: [2] };
    const none = { allow: [], isAllowable: true };
    expect(details(() => assertSeparateRuns(runs, none))).toMatchObject({ reason: 'SHARED_RUNS', run: 2 });
    expect(details(() => assertSeparateRuns({ ...runs, TEST: [4] }, none))).toBeNull();
    expect(details(() => assertSeparateRuns(runs, { ...none, allow: ['SHARED_RUNS'] }))).toBeNull();
    expect(details(() => assertSeparateRuns(runs, { allow: ['SHARED_RUNS'], isAllowable: false }))).toMatchObject({
      reason: 'SHARED_RUNS',
    });
  });

  test('from the future is refused of a causal task', () => {
    expect(details(() => assertCausal({ TRAIN: [1], VALIDATION: [2], TEST: [3, 4] }))).toBeNull();
    expect(details(() => assertCausal({ TRAIN: [1], VALIDATION: [5], TEST: [3, 9] }))).toMatchObject({
      reason: 'NOT_CAUSAL',
      run: 5,
    });
  });
});

test('a part has both classes, or asks for one by name', () => {
  const both = { positives: 1, negatives: 1 };
  const counts = { TRAIN: { positives: 0, negatives: 9 }, VALIDATION: both, TEST: both };
  const none = new Set<TaskPart>();
  expect(details(() => assertBothClasses(counts, [], none))).toMatchObject({ reason: 'ONE_CLASS', part: 'TRAIN' });
  expect(details(() => assertBothClasses(counts, ['ONE_CLASS_TEST'], none))).toMatchObject({ part: 'TRAIN' });
  expect(details(() => assertBothClasses(counts, ['ONE_CLASS_TRAIN'], none))).toBeNull();
  expect(details(() => assertBothClasses(counts, [], new Set<TaskPart>(['TRAIN'])))).toBeNull();
  const empty = { ...counts, TEST: { positives: 0, negatives: 0 } };
  const leftOut: LeftOut[] = [
    { part: 'TRAIN', reason: 'MIXED', count: 9 },
    { part: 'TEST', reason: 'LOW_ENTRIES', count: 2 },
    { part: null, reason: 'EMBARGO', count: 3 },
  ];
  expect(details(() => assertBothClasses(empty, ['ONE_CLASS_TRAIN', 'ONE_CLASS_TEST'], none, leftOut))).toMatchObject({
    ...{ reason: 'EMPTY_PART', part: 'TEST' },
    leftOut: [
      { reason: 'EMBARGO', count: 3 },
      { reason: 'LOW_ENTRIES', count: 2 },
    ],
  });
});

test('a certification goes with the reconstruction that it judges', () => {
  const prompt = '/ZeroBias/Run2018A-PromptReco-v2/DQMIO';
  expect(pairingOf(prompt, '')).toBe('ANY_DATASET');
  expect(pairingOf(prompt, '/PromptReco/Collisions2018A/DQM')).toBe('SAME_RECONSTRUCTION');
  expect(pairingOf(prompt, '/JetHT/Run2018A-PromptReco-v1/DQMIO')).toBe('SAME_RECONSTRUCTION');
  expect(pairingOf(prompt, '/ZeroBias/Run2018A-UL2018-v1/DQMIO')).toBe('OTHER_RECONSTRUCTION');
  expect(pairingOf('private', 'private')).toBe('SAME_RECONSTRUCTION');
  expect(pairingOf('private', 'another')).toBe('OTHER_RECONSTRUCTION');
});

describe('a split', () => {
  const HOUR = 3_600_000;
  const run = (number: number, more: Partial<SplitRun> = {}): SplitRun => ({
    run: number,
    fill: null,
    startedAt: number * HOUR,
    endedAt: (number + 0.5) * HOUR,
    positives: 1,
    negatives: 9,
    ...more,
  });
  const rules: SplitRules = {
    by: 'RUN',
    shares: { TRAIN: 0.6, VALIDATION: 0.2, TEST: 0.2 },
    embargoHours: 0,
    seed: 1,
  };
  const runsOf = (parts: ReadonlyMap<number, TaskPart | null>, part: TaskPart | null) =>
    [...parts].filter(([, own]) => own === part).map(([number]) => number);

  test('gives every run to one part, about as the shares say, with positives in each', () => {
    const parts = splitRuns(
      Array.from({ length: 20 }, (_, i) => run(i + 1, { positives: i < 5 ? 10 : 0 })),
      rules,
    );
    expect(TASK_PARTS.map((part) => runsOf(parts, part).length)).toEqual([12, 4, 4]);
    for (const part of TASK_PARTS) expect(runsOf(parts, part).some((number) => number <= 5)).toBe(true);
  });

  test('keeps runs of a fill together', () => {
    const parts = splitRuns(
      Array.from({ length: 30 }, (_, i) => run(i + 1, { fill: Math.floor(i / 3) })),
      { ...rules, by: 'FILL' },
    );
    for (let fill = 0; fill < 10; fill++) {
      expect(new Set([1, 2, 3].map((i) => parts.get(3 * fill + i))).size).toBe(1);
    }
  });

  test('by time precedes, with an embargo between', () => {
    const runs = Array.from({ length: 10 }, (_, i) => run(i + 1));
    expect(TASK_PARTS.map((part) => runsOf(splitRuns(runs, { ...rules, by: 'TIME' }), part))).toEqual([
      [1, 2, 3, 4, 5, 6],
      [7, 8],
      [9, 10],
    ]);
    const embargoed = splitRuns(runs, { ...rules, by: 'TIME', embargoHours: 1 });
    // run 7 begins half an hour after run 6 ended, and run 9 after run 8
    expect(runsOf(embargoed, null)).toEqual([7, 9]);
    expect(runsOf(embargoed, 'TEST')).toEqual([10]);
    const unknown = runs.map((one) => (one.run === 7 ? { ...one, startedAt: null } : one));
    expect(details(() => splitRuns(unknown, { ...rules, by: 'TIME', embargoHours: 1 }))).toMatchObject({ run: 7 });
  });

  test('depends on seed and runs alone, not on their order, and parts nothing', () => {
    const arbitraryRuns = fc.uniqueArray(
      fc.record({
        run: fc.integer({ min: 1, max: 60 }),
        fill: fc.option(fc.integer({ min: 1, max: 9 })),
        startedAt: fc.constant(null),
        endedAt: fc.constant(null),
        positives: fc.integer({ min: 0, max: 9 }),
        negatives: fc.integer({ min: 0, max: 99 }),
      }),
      { selector: ({ run: number }) => number, maxLength: 25 },
    );
    fc.assert(
      fc.property(arbitraryRuns, fc.constantFrom('RUN', 'FILL', 'TIME'), fc.integer(), (runs, by, seed) => {
        const parts = splitRuns(runs, { ...rules, by, seed });
        expect(splitRuns(runs.toReversed(), { ...rules, by, seed })).toEqual(parts);
        expect([...parts.keys()].sort()).toEqual(runs.map(({ run: number }) => number).sort());
        const order = runs.toSorted((a, b) => a.run - b.run).map(({ run: number }) => parts.get(number));
        if (by === 'TIME') {
          const places = order.map((part) => TASK_PARTS.indexOf(part as TaskPart));
          expect(places).toEqual(places.toSorted());
        }
      }),
      { numRuns: 60 },
    );
  });
});
