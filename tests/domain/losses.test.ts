import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lossesByRules, lossSegments } from '../../src/domain/losses.ts';
import { LuminosityMask } from '../../src/domain/lumi-mask.ts';

const RUNS = [1, 2];
const LUMISECTIONS = 10;

const mask = fc
  .array(
    fc
      .tuple(
        fc.constantFrom(...RUNS),
        fc.integer({ min: 1, max: LUMISECTIONS }),
        fc.integer({ min: 1, max: LUMISECTIONS }),
      )
      .map(([run, a, b]) => ({ run, ranges: [{ first: Math.min(a, b), last: Math.max(a, b) }] })),
    { maxLength: 4 },
  )
  .map((runs) => LuminosityMask.fromRanges(runs));

describe('losses', () => {
  it('tell of each lumisection which rules lose it, and of rules what they lose alone and at all', () => {
    fc.assert(
      fc.property(mask, fc.array(mask, { minLength: 1, maxLength: 4 }), (universe, lost) => {
        const losers = new Map<string, number>();
        for (const { run, first, last, rules } of lossSegments(universe, lost)) {
          expect(last).toBeGreaterThanOrEqual(first);
          for (let lumisection = first; lumisection <= last; lumisection++) {
            expect(losers.has(`${run}:${lumisection}`)).toBe(false);
            losers.set(`${run}:${lumisection}`, rules);
          }
        }
        const expected = new Map<string, number>();
        for (const run of RUNS) {
          for (let lumisection = 1; lumisection <= LUMISECTIONS; lumisection++) {
            if (!universe.contains(run, lumisection)) continue;
            const bits = lost.reduce((set, of, rule) => (of.contains(run, lumisection) ? set | (1 << rule) : set), 0);
            expected.set(`${run}:${lumisection}`, bits);
          }
        }
        expect(losers).toEqual(expected);

        const all = [...expected.values()];
        const exclusive = new Map<number, number>();
        for (const set of all) exclusive.set(set, (exclusive.get(set) ?? 0) + 1);
        const sum = (amounts: readonly number[]) => amounts.reduce((total, amount) => total + amount, 0);
        const { rules, combinations } = lossesByRules(lost.length, exclusive, sum);
        expect(rules.map((loss) => loss.rules)).toEqual(lost.map((_, rule) => 1 << rule));
        for (const loss of [...rules, ...combinations]) {
          expect(loss.exclusive).toBe(all.filter((set) => set === loss.rules).length);
          expect(loss.inclusive).toBe(all.filter((set) => (set & loss.rules) === loss.rules).length);
        }
        const lostAtAll = sum([...rules, ...combinations].map((loss) => loss.exclusive));
        expect(lostAtAll).toBe(all.filter((set) => set !== 0).length);
      }),
    );
  });
});
