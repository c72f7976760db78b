import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { falseAlarms } from '../../../src/domain/evaluation/false-alarms.ts';
import { flaggedRuns } from '../../../src/domain/evaluation/flagged-elements.ts';
import { placesOf } from '../../../src/domain/evaluation/ranks.ts';
import { countByRun, type RunTruth, truthOfRuns } from '../../../src/domain/evaluation/runs.ts';
import { UNKNOWN } from '../../../src/domain/evaluation/sample.ts';
import { anyRows, penalised, runOf, sampleFrom, sumOf } from './made.ts';

describe('counts by run', () => {
  it('add up to what is counted from scratch', () => {
    fc.assert(
      fc.property(anyRows, fc.integer({ min: -4, max: 4 }), (rows, threshold) => {
        const counted = penalised(rows);
        const counts = countByRun(sampleFrom(rows), threshold);
        expect(counts.map(({ run }) => run)).toEqual([...new Set(counted.map(({ run }) => run))].sort((a, b) => a - b));
        for (const { run, ...of } of counts) {
          const own = counted.filter((row) => row.run === run);
          const count = (truth: number) => own.filter((row) => row.truth === truth).length;
          const flagged = (truth: number) => own.filter((row) => row.truth === truth && row.score >= threshold).length;
          expect(of).toEqual({
            bad: count(1),
            badFlagged: flagged(1),
            good: count(0),
            goodFlagged: flagged(0),
            missing: own.filter(({ score }) => Math.abs(score) === 1e9).length,
          });
        }
      }),
      { numRuns: 40 },
    );
  });

  it('tell runs that are good, bad and both', () => {
    const rows = [
      ...runOf(1, { good: [1, 2] }),
      ...runOf(2, { bad: [1, 2] }),
      ...runOf(3, { bad: [1], good: [2] }),
      { run: 4, lumisection: 1, truth: UNKNOWN, score: 1 },
    ];
    expect([...truthOfRuns(sampleFrom(rows))]).toEqual([
      [1, 'GOOD'],
      [2, 'BAD'],
      [3, 'MIXED'],
    ]);
  });
});

describe('false alarms', () => {
  it('are counted for each run, and for each 100/pb where luminosity is known', () => {
    const luminosities = [0.1, 0.2, Number.NaN, 0.3, 50, 0.4];
    const rows = [
      ...runOf(1, { good: [5, 1, 5] }),
      ...runOf(2, { good: [Number.NEGATIVE_INFINITY], bad: [9] }),
      ...runOf(3, { good: [0] }),
    ];
    const sample = sampleFrom(
      rows.map((row, i) => ({ ...row, quantities: { luminosity: luminosities[i] as number } })),
    );
    // of run 2 the bad one comes first
    const known = 0.1 + 0.2 + 50 + 0.4;
    expect(falseAlarms(sample, 5)).toEqual({
      ...{ count: 3, runs: 3, perRun: 1 },
      luminosity: expect.closeTo(known, 12),
      perHundredInversePb: expect.closeTo((2 / known) * 100, 12),
    });
  });

  it('have no luminosity, and no rate, that a number cannot say', () => {
    const of = (...luminosities: number[]) =>
      falseAlarms(
        sampleFrom(
          runOf(1, { good: luminosities.map(() => 1) }).map((row, i) => ({
            ...row,
            quantities: { luminosity: luminosities[i] as number },
          })),
        ),
        0,
      );
    expect(of(1.7e308, 1.7e308)).toMatchObject({ count: 2, luminosity: null, perHundredInversePb: null });
    expect(of(1e-320)).toMatchObject({ count: 1, luminosity: 1e-320, perHundredInversePb: null });
  });

  it('have no rate without runs or luminosity', () => {
    const none = { count: 0, runs: 0, perRun: null, luminosity: 0, perHundredInversePb: null };
    expect(falseAlarms(sampleFrom(runOf(1, { bad: [1] })), 0)).toEqual(none);
  });
});

describe('flagged monitor elements', () => {
  it('are counted once a run, by the truth of the run', () => {
    const flags = [
      // run 1: element 1 twice, 2 once; run 2: five elements; run 3: none
      ...[1, 1, 2].map((element) => [1, element, 1]),
      ...[1, 2, 3, 4, 5].map((element) => [2, element, 1]),
      ...[1, 2, 3].map((element) => [3, element, 0]),
    ] as [number, number, number][];
    const table = {
      run: Int32Array.from(flags, ([run]) => run),
      monitorElement: Int32Array.from(flags, ([, element]) => element),
      flagged: Uint8Array.from(flags, ([, , flagged]) => flagged),
    };
    const truths = new Map<number, RunTruth>([
      [1, 'GOOD'],
      [3, 'GOOD'],
      [2, 'BAD'],
      [9, 'BAD'],
    ]);
    expect(flaggedRuns(table, truths)).toEqual([
      { truth: 'GOOD', runs: 2, atLeast: atLeast([1, 0.5], [0, 0], [0, 0]) },
      { truth: 'BAD', runs: 2, atLeast: atLeast([1, 0.5], [1, 0.5], [1, 0.5]) },
      { truth: 'MIXED', runs: 0, atLeast: atLeast([0, null], [0, null], [0, null]) },
    ]);
    const [good, bad] = flaggedRuns(table, truths, 2);
    expect(good?.atLeast).toEqual(atLeast([1, 0.5], [0, 0], [0, 0]));
    expect(sumOf(bad?.atLeast.map(({ runs }) => runs) ?? [])).toBe(0);
  });

  function atLeast(...counts: [runs: number, share: number | null][]) {
    return counts.map(([runs, share], i) => ({ elements: [1, 3, 5][i], runs, share }));
  }
});

describe('places on a board', () => {
  it('are shared by equal values, and skipped after them', () => {
    expect(placesOf([0.5, 0.9, null, 0.9, 0.1])).toEqual([3, 1, null, 1, 4]);
    expect(placesOf([])).toEqual([]);
  });
});
