import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Bins } from '../../src/domain/histogram.ts';
import { injectedBins, injectedEntries, isChanged } from '../../src/domain/injected-bins.ts';
import {
  INJECTION_KINDS,
  type InjectionKind,
  injectionFrom,
  injectionOf,
  injectionRandom,
  injectionText,
} from '../../src/domain/injection.ts';

const axis = (bins: number, min: number, max: number) => ({ bins, min, max, title: '' });
const random = (seed: number) => injectionRandom({ seed }, 'a/b');
const sum = ({ contents }: Bins) => Array.from<number>(contents).reduce((total, value) => total + value, 0);
const inject = (
  contents: number[],
  axes = [axis(4, 0, 4)],
  kind: InjectionKind = 'DEAD_REGION',
  strength = 0.5,
  seed = 1,
) => {
  const told = injectedBins(
    { flow: true, contents: Float64Array.from(contents) },
    axes,
    { kind, strength },
    random(seed),
  );
  return Array.from<number>(told?.contents ?? []);
};
/** Both directions, or several places, whichever the seeds give. */
const outcomes = (...given: Parameters<typeof inject>) =>
  [
    ...new Set(Array.from({ length: 40 }, (_, seed) => inject(given[0], given[1], given[2], given[3], seed).join())),
  ].sort();

describe('an anomaly', () => {
  test('that is a dead region empties bins that lie together, where there is something', () => {
    expect(outcomes([9, 0, 0, 5, 0, 9], undefined, 'DEAD_REGION', 0.5)).toEqual(['9,0,0,0,0,9']);
    expect(outcomes([9, 1, 1, 1, 1, 9], undefined, 'DEAD_REGION', 0.5)).toEqual([
      '9,0,0,1,1,9',
      '9,1,0,0,1,9',
      '9,1,1,0,0,9',
    ]);
    // of a map a rectangle: half of 2 x 4 bins
    const map = [...Array(6).fill(7), ...[7, 1, 2, 3, 4, 7], ...[7, 5, 6, 7, 8, 7], ...Array(6).fill(7)];
    for (const told of outcomes(map, [axis(4, 0, 4), axis(2, 0, 2)], 'DEAD_REGION', 0.5)) {
      const cells = told.split(',').map(Number);
      const dead = cells.flatMap((value, i) => (value === 0 ? [i] : []));
      expect(dead.length).toBe(3);
      expect(cells.filter((value, i) => value !== map[i]).length).toBe(3);
      expect((dead.at(-1) as number) - (dead[0] as number)).toBe(2);
    }
    expect(inject([1, 0, 0, 0, 0, 2], undefined, 'DEAD_REGION')).toEqual([1, 0, 0, 0, 0, 2]);
  });

  test('that is a hot channel raises one bin by a share of all of them', () => {
    expect(outcomes([9, 2, 2, 2, 2, 9], undefined, 'HOT_CHANNEL', 0.25)).toEqual([
      '9,2,2,2,4,9',
      '9,2,2,4,2,9',
      '9,2,4,2,2,9',
      '9,4,2,2,2,9',
    ]);
    expect(inject([0, 0, 0, 0, 0, 0], undefined, 'HOT_CHANNEL', 0.1).filter((value) => value === 1).length).toBe(1);
  });

  test('that is a shift moves contents along x, beyond its ends too', () => {
    expect(outcomes([1, 2, 3, 4, 5, 6], undefined, 'SHIFT', 0.5)).toEqual(['1,0,0,2,3,15', '6,4,5,0,0,6']);
    // a quarter of a bin: of 100 about 25 go on
    for (const told of outcomes([0, 0, 100, 0, 0, 0], undefined, 'SHIFT', 1 / 16)) {
      const [, left, middle, right] = told.split(',').map(Number) as [number, number, number, number];
      expect([left + middle + right, middle]).toEqual([100, 75]);
    }
  });

  test('that is a gain multiplies x, about 0', () => {
    expect(outcomes([0, 4, 4, 0, 0, 0], undefined, 'GAIN', 1)).toEqual(['0,2,2,2,2,0', '0,8,0,0,0,0']);
    const edges = { ...axis(2, -1, 3), edges: [-1, 1, 3] };
    expect(outcomes([0, 8, 4, 0], [edges], 'GAIN', 1)).toEqual(['0,10,2,0', '2,4,3,3']);
  });

  test('keeps whole contents whole, and moving them loses none', () => {
    const cases = fc.record({
      contents: fc.array(fc.nat(1000), { minLength: 6, maxLength: 6 }),
      kind: fc.constantFrom(...INJECTION_KINDS),
      strength: fc.double({ min: 0.01, max: 1, noNaN: true }),
      seed: fc.nat(),
      min: fc.integer({ min: -5, max: 5 }),
    });
    fc.assert(
      fc.property(cases, ({ contents, kind, strength, seed, min }) => {
        const bins = { flow: true, contents: Float64Array.from(contents) };
        const axes = [axis(4, min, min + 4)];
        const told = injectedBins(bins, axes, { kind, strength }, random(seed)) as Bins;
        expect(Array.from<number>(told.contents).every((value) => Number.isSafeInteger(value) && value >= 0)).toBe(
          true,
        );
        const change = sum(told) - sum(bins);
        if (kind === 'SHIFT' || kind === 'GAIN') expect(change).toBe(0);
        else
          expect(Math.sign(change)).toBe(
            kind === 'DEAD_REGION' && sum(told) < sum(bins) ? -1 : Math.max(0, Math.sign(change)),
          );
        expect(injectedBins(bins, axes, { kind, strength }, random(seed))).toEqual(told);
        expect(bins.contents).toEqual(Float64Array.from(contents));
      }),
      { numRuns: 60 },
    );
  });

  test('adds entries and takes them away with counts, and of weighted contents leaves the share of them that is left', () => {
    const of = (...contents: number[]): Bins => ({ flow: false, contents: Float64Array.from(contents) });
    expect(injectedEntries(10, of(4, 6), of(4, 0))).toBe(4);
    expect(injectedEntries(10, of(4, 6), of(4, 9))).toBe(13);
    // some of them may have come without entries
    expect(injectedEntries(5, of(4, 6), of(0, 0))).toBe(0);
    expect(injectedEntries(100, of(-80.4, 30, 8), of(0, 0, 0))).toBe(0);
    expect(injectedEntries(100, of(-1.5, 2, 0.5), of(-1.5, 0, 0.5))).toBe(50);
    expect(injectedEntries(100, of(0.5, 0.5), of(0.5, 0.75))).toBe(125);
    expect(injectedEntries(7, of(Number.POSITIVE_INFINITY, 1), of(Number.POSITIVE_INFINITY, 0))).toBe(7);
  });

  test('changes a histogram or leaves it as it is', () => {
    const changed = (contents: number[], kind: InjectionKind, strength: number) => {
      const bins = { flow: true, contents: Float64Array.from(contents) };
      return isChanged(bins, injectedBins(bins, [axis(4, 0, 4)], { kind, strength }, random(1)) as Bins);
    };
    for (const kind of ['DEAD_REGION', 'SHIFT', 'GAIN'] as const) {
      expect(changed([0, 0, 0, 0, 0, 0], kind, 0.5)).toBe(false);
      expect(changed([3, 0, 0, 9, 0, 3], kind, 0.5)).toBe(true);
    }
    expect(changed([0, 0, 0, 0, 0, 0], 'HOT_CHANNEL', 0.5)).toBe(true);
    // what stays within its bin
    expect(changed([0, 1, 0, 0, 0, 0], 'GAIN', 0.001)).toBe(false);
  });

  test('goes with squared weights, and is none of a profile', () => {
    const weighted = { flow: false, contents: Float64Array.of(0.5, 2.5), sumw2: Float64Array.of(1, 3) };
    const told = injectedBins(weighted, [axis(2, 0, 2)], { kind: 'SHIFT', strength: 0.25 }, () => 0.9);
    expect(told).toEqual({ flow: false, contents: Float64Array.of(0.25, 1.5), sumw2: Float64Array.of(0.5, 2) });
    const profile = { ...weighted, binEntries: Float64Array.of(1, 1) };
    expect(injectedBins(profile, [axis(2, 0, 2)], { kind: 'SHIFT', strength: 0.25 }, () => 0.9)).toBeNull();
  });
});

describe('which members get one', () => {
  const definition = { kinds: INJECTION_KINDS, strengths: [0.1, 0.5], share: 0.25, seed: 7 };
  const members = Array.from({ length: 2_000 }, (_, i) => ({
    ...{ part: 'TEST' as const, run: 315_257 + (i >> 8), first: 1 + (i & 255), truth: 'NEGATIVE' as const },
  }));

  test('is drawn of the good ones of validation and test, each by itself', () => {
    const drawn = members.map((member) => injectionOf(definition, member));
    const some = drawn.filter((one) => one !== null);
    expect(some.length).toBeGreaterThan(440);
    expect(some.length).toBeLessThan(560);
    for (const kind of INJECTION_KINDS) {
      for (const strength of definition.strengths) {
        const count = some.filter((one) => one.kind === kind && one.strength === strength).length;
        expect(count).toBeGreaterThan(35);
      }
    }
    const half = members.filter((_, i) => i % 2 === 0);
    expect(half.map((member) => injectionOf(definition, member))).toEqual(drawn.filter((_, i) => i % 2 === 0));
    expect(members.every((member) => injectionOf(definition, { ...member, part: 'TRAIN' }) === null)).toBe(true);
    expect(members.every((member) => injectionOf(definition, { ...member, truth: 'POSITIVE' }) === null)).toBe(true);
    expect(members.map((member) => injectionOf({ ...definition, seed: 8 }, member))).not.toEqual(drawn);
  });

  test('is told in a text and read back', () => {
    for (const kind of INJECTION_KINDS) {
      expect(injectionFrom(injectionText({ kind, strength: 0.05, seed: 9 }))).toEqual({
        kind,
        strength: 0.05,
        seed: 9,
      });
    }
  });
});
