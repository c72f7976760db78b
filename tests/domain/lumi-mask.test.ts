import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { END_OF_RUN, LuminosityMask, MAX_LUMISECTION, mergeRanges } from '../../src/domain/lumi-mask.ts';

const range = fc
  .tuple(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 0, max: 8 }))
  .map(([first, length]) => ({ first, last: first + length }));
const runs = fc.array(fc.record({ run: fc.integer({ min: 1, max: 4 }), ranges: fc.array(range, { maxLength: 6 }) }), {
  maxLength: 5,
});

function members(list: readonly { run: number; ranges: readonly { first: number; last: number }[] }[]): Set<string> {
  const set = new Set<string>();
  for (const { run, ranges } of list) {
    for (const { first, last } of ranges) for (let ls = first; ls <= last; ls++) set.add(`${run}:${ls}`);
  }
  return set;
}

function sorted(set: Iterable<string>): string[] {
  return [...set].sort();
}

describe('a luminosity mask', () => {
  it('holds exactly the lumisections of its ranges', () => {
    fc.assert(
      fc.property(runs, (list) => {
        const mask = LuminosityMask.fromRanges(list);
        const expected = members(list);
        expect(sorted(members([...mask]))).toEqual(sorted(expected));
        expect(mask.lumisectionCount).toBe(expected.size);
        expect(mask.runCount).toBe(new Set([...expected].map((key) => key.split(':')[0])).size);
        for (let run = 0; run <= 5; run++) {
          for (let ls = 0; ls <= 40; ls++) expect(mask.contains(run, ls)).toBe(expected.has(`${run}:${ls}`));
        }
      }),
    );
  });

  it('keeps its ranges sorted, disjoint and not touching, through every operation', () => {
    fc.assert(
      fc.property(runs, runs, (a, b) => {
        const [left, right] = [LuminosityMask.fromRanges(a), LuminosityMask.fromRanges(b)];
        for (const mask of [left.union(right), left.intersection(right), left.difference(right), left]) {
          expect(mask.runs).toEqual(mask.runs.toSorted((x, y) => x - y));
          for (const { ranges } of mask) {
            expect(ranges.length).toBeGreaterThan(0);
            for (const [i, { first, last }] of ranges.entries()) {
              expect(last).toBeGreaterThanOrEqual(first);
              if (i > 0) expect(first).toBeGreaterThan((ranges[i - 1]?.last ?? 0) + 1);
            }
          }
        }
      }),
    );
  });

  it('combines as sets do', () => {
    fc.assert(
      fc.property(runs, runs, (a, b) => {
        const [left, right] = [LuminosityMask.fromRanges(a), LuminosityMask.fromRanges(b)];
        const [inLeft, inRight] = [members(a), members(b)];
        expect(sorted(members([...left.union(right)]))).toEqual(sorted(new Set([...inLeft, ...inRight])));
        expect(sorted(members([...left.intersection(right)]))).toEqual(
          sorted([...inLeft].filter((key) => inRight.has(key))),
        );
        expect(sorted(members([...left.difference(right)]))).toEqual(
          sorted([...inLeft].filter((key) => !inRight.has(key))),
        );
        expect(left.union(right).equals(right.union(left))).toBe(true);
        expect(left.difference(right).union(left.intersection(right)).equals(left)).toBe(true);
        expect(left.equals(right)).toBe(inLeft.size === inRight.size && [...inLeft].every((key) => inRight.has(key)));
      }),
    );
  });

  it('refuses what is no range of lumisections', () => {
    for (const bad of [
      { first: 0, last: 3 },
      { first: 3, last: 2 },
      { first: 1.5, last: 2 },
      { first: 1, last: Number.NaN },
    ]) {
      expect(() => LuminosityMask.fromRanges([{ run: 1, ranges: [bad] }])).toThrow(RangeError);
    }
    expect(() => LuminosityMask.fromRanges([{ run: 0, ranges: [] }])).toThrow(RangeError);
  });

  it('hold no lumisection past the greatest number, which odd rows may state', () => {
    const odd = [
      { first: 1, last: 3 },
      { first: MAX_LUMISECTION - 1, last: MAX_LUMISECTION },
      { first: END_OF_RUN, last: END_OF_RUN },
      { first: 2_147_483_647, last: 2_147_483_647 },
    ];
    const mask = LuminosityMask.fromRanges([
      { run: 1, ranges: odd },
      { run: 2, ranges: odd.slice(2) },
    ]);
    expect([...mask]).toEqual([{ run: 1, ranges: odd.slice(0, 2) }]);
    expect(mask.lumisectionCount).toBe(5);
    const whole = LuminosityMask.fromRanges([{ run: 1, ranges: [{ first: 1, last: 2_147_483_647 }] }]);
    expect(whole.rangesOf(1)).toEqual([{ first: 1, last: END_OF_RUN }]);
    expect(whole.closed(() => 2_147_483_647).openRuns).toEqual([1]);
  });

  it('counts whole runs only once their length is known', () => {
    const mask = LuminosityMask.fromRanges([
      { run: 1, ranges: [{ first: 1, last: END_OF_RUN }] },
      { run: 2, ranges: [{ first: 50, last: END_OF_RUN }] },
      { run: 3, ranges: [{ first: 1, last: 4 }] },
    ]);
    expect(mask.lumisectionCount).toBeNull();
    expect(mask.contains(1, 4000)).toBe(true);
    const lengths = new Map([
      [1, 10],
      [2, 20],
      [3, 2],
    ]);
    const closed = mask.closed((run) => lengths.get(run));
    expect([...closed]).toEqual([
      { run: 1, ranges: [{ first: 1, last: 10 }] },
      { run: 3, ranges: [{ first: 1, last: 4 }] },
    ]);
    expect(mask.closed((run) => (run === 1 ? 10 : null)).lumisectionCount).toBeNull();
  });
});

describe('merging the ranges of a run', () => {
  it.each([
    {
      name: 'nothing to mend',
      ranges: [
        [1, 2],
        [4, 5],
      ],
      unsorted: false,
      overlapping: false,
      touching: false,
    },
    {
      name: 'unsorted',
      ranges: [
        [4, 5],
        [1, 2],
      ],
      unsorted: true,
      overlapping: false,
      touching: false,
    },
    {
      name: 'touching',
      ranges: [
        [1, 2],
        [3, 5],
      ],
      unsorted: false,
      overlapping: false,
      touching: true,
    },
    {
      name: 'overlapping',
      ranges: [
        [1, 4],
        [2, 3],
      ],
      unsorted: false,
      overlapping: true,
      touching: false,
    },
  ])('says what it had to mend: $name', ({ ranges, name: _, ...notes }) => {
    const merged = mergeRanges(ranges.map(([first = 0, last = 0]) => ({ first, last })));
    expect(merged).toMatchObject(notes);
  });
});
