import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  REFERENCE_REASONS,
  type REFERENCE_WEIGHTS,
  type RunFacts,
  rankReferences,
} from '../../src/domain/reference-rank.ts';

const target: RunFacts = {
  run: 100,
  dataset: '/A',
  goodFraction: null,
  recordedLumi: 10,
  pileup: 40,
  startedAt: new Date('2018-05-11T00:00:00Z'),
  lumisectionCount: 300,
  era: '2018A',
  magneticField: 3.8,
  processing: 'UL-v1',
};
const alike: RunFacts = { ...target, run: 99, goodFraction: 1, lumisectionCount: 600 };
const NO_WEIGHTS = Object.fromEntries(REFERENCE_REASONS.map((reason) => [reason, 0])) as typeof REFERENCE_WEIGHTS;

const only = (reason: (typeof REFERENCE_REASONS)[number], candidate: Partial<RunFacts>, of: Partial<RunFacts> = {}) => {
  const [ranked] = rankReferences({ ...target, ...of }, [{ ...alike, ...candidate }], { ...NO_WEIGHTS, [reason]: 2 });
  const found = ranked?.reasons.find((other) => other.reason === reason);
  return { value: found?.value, closeness: found?.closeness, score: ranked?.score };
};

describe('the rank of a reference', () => {
  it('is whole of a run that is alike in everything', () => {
    const [{ score, reasons } = { score: 0, reasons: [] }] = rankReferences(target, [alike]);
    expect(score).toBeCloseTo(1, 14);
    expect(reasons.map(({ closeness }) => closeness)).toEqual(REFERENCE_REASONS.map(() => 1));
  });

  it.each([
    ['GOOD_FRACTION', { goodFraction: 0.25 }, { value: 0.25, closeness: 0.25, score: 0.25 }],
    ['LUMINOSITY', { recordedLumi: 4 }, { value: 4, closeness: 0.4, score: 0.4 }],
    ['LUMINOSITY', { recordedLumi: 40 }, { value: 40, closeness: 1, score: 1 }],
    // 15 % of 40
    ['PILEUP', { pileup: 46 }, { value: 6, closeness: 0.5, score: 0.5 }],
    ['PILEUP', { pileup: 34 }, { value: -6, closeness: 0.5, score: 0.5 }],
    ['TIME', { startedAt: new Date('2018-05-01T00:00:00Z') }, { value: -10, closeness: 0.5, score: 0.5 }],
    ['LUMISECTIONS', { lumisectionCount: 150 }, { value: 150, closeness: 0.25, score: 0.25 }],
    ['SAME_ERA', { era: '2018B' }, { value: 0, closeness: 0, score: 0 }],
    ['SAME_FIELD', { magneticField: 0.01 }, { value: 0, closeness: 0, score: 0 }],
    ['SAME_FIELD', { magneticField: 3.801 }, { value: 1, closeness: 1, score: 1 }],
    ['SAME_PROCESSING', { processing: 'Prompt-v1' }, { value: 0, closeness: 0, score: 0 }],
  ] as const)('takes %s of %j as its formula says', (reason, candidate, expected) => {
    expect(only(reason, candidate)).toEqual(expected);
  });

  it('counts what is not known of a candidate as 0, and what nothing is known of the run to measure with for nobody', () => {
    const unknown = {
      ...{ goodFraction: null, recordedLumi: null, pileup: null, startedAt: null },
      ...{ lumisectionCount: null, era: null, magneticField: null, processing: null },
    };
    for (const reason of REFERENCE_REASONS) {
      expect(only(reason, unknown)).toEqual({ value: null, closeness: 0, score: 0 });
    }
    for (const reason of REFERENCE_REASONS.filter((name) => name !== 'GOOD_FRACTION' && name !== 'LUMISECTIONS')) {
      expect(only(reason, {}, unknown)).toEqual({ value: null, closeness: null, score: 0 });
    }
    expect(only('LUMINOSITY', {}, { recordedLumi: 0 }).closeness).toBeNull();
    expect(only('PILEUP', { pileup: 5e-324 }, { pileup: 5e-324 })).toEqual({ value: 0, closeness: 1, score: 1 });
  });

  it('orders equal scores by distance, own dataset, run and name', () => {
    const places: [number, string][] = [
      [98, '/A'],
      [99, '/B'],
      [101, '/B'],
      [101, '/A'],
      [99, '/A'],
      [99, '/C'],
    ];
    const ranked = rankReferences(
      target,
      places.map(([run, dataset]) => ({ ...alike, run, dataset })),
    );
    expect(ranked.map(({ facts }) => `${facts.run}${facts.dataset}`)).toEqual([
      '99/A',
      '101/A',
      '99/B',
      '99/C',
      '101/B',
      '98/A',
    ]);
  });

  it('lies between 0 and 1, is the sum of the parts, and never falls when a reason gets better', () => {
    const maybe = (arbitrary: fc.Arbitrary<number>) => fc.option(arbitrary, { nil: null });
    const facts = fc.record({
      goodFraction: maybe(fc.double({ min: 0, max: 1, noNaN: true })),
      recordedLumi: maybe(fc.double({ min: 0, max: 1e3, noNaN: true })),
      pileup: maybe(fc.double({ min: 0, max: 100, noNaN: true })),
      lumisectionCount: maybe(fc.nat(3_000)),
    });
    const weights = fc.record(
      Object.fromEntries(REFERENCE_REASONS.map((reason) => [reason, fc.constantFrom(0, 1, 2.5)])),
    ) as fc.Arbitrary<typeof REFERENCE_WEIGHTS>;
    fc.assert(
      fc.property(facts, facts, weights, (own, other, weights) => {
        const rank = (candidate: object) =>
          rankReferences({ ...target, ...own }, [{ ...alike, ...other, ...candidate }], weights)[0];
        const { score = -1, reasons = [] } = rank({}) ?? {};
        expect(score).toBeGreaterThanOrEqual(0);
        expect(score).toBeLessThanOrEqual(1 + 1e-12);
        expect(reasons.reduce((sum, { part }) => sum + part, 0)).toBe(score);
        expect(rank({ goodFraction: 1, pileup: own.pileup })?.score).toBeGreaterThanOrEqual(score - 1e-12);
      }),
      { numRuns: 60 },
    );
  });
});
