import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { TASK_PARTS, type TaskMember } from '../../src/domain/task.ts';
import {
  JUDGED,
  LOW_ENTRIES,
  type MemberRules,
  membersOfRun,
  NEGATIVE,
  NO_HISTOGRAM,
  NO_PART,
  nearChange,
  POSITIVE,
  type RunLumisections,
  truthOf,
  UNLABELLED,
} from '../../src/domain/task-members.ts';

const RULES: MemberRules = {
  granularity: 'LUMISECTION',
  windowLength: 1,
  mixed: 'LEFT_OUT',
  sample: null,
  seed: 7,
  margin: 0,
};

/** Of a text a lumisection, from 1: `+` and `-` have a truth, `?` has none, blanks are not stored. */
function runOf(text: string, part = 0): RunLumisections {
  const stored = [...text].flatMap((sign, i) => (sign === ' ' ? [] : [{ sign, number: i + 1 }]));
  return {
    run: 1,
    numbers: Int32Array.from(stored, ({ number }) => number),
    parts: new Int8Array(stored.length).fill(part),
    labels: Int8Array.from(stored, ({ sign }) => (sign === '+' ? POSITIVE : sign === '-' ? NEGATIVE : UNLABELLED)),
    histograms: new Int8Array(stored.length).fill(JUDGED),
  };
}

const shown = (members: readonly TaskMember[]) =>
  members.map(({ first, last, truth }) => `${first}-${last}${truth === 'POSITIVE' ? '+' : '-'}`).join(' ');

const arbitraryRun: fc.Arbitrary<RunLumisections> = fc
  .array(
    fc.record({
      gap: fc.integer({ min: 1, max: 3 }),
      part: fc.constantFrom(NO_PART, 0, 1, 2),
      label: fc.constantFrom(UNLABELLED, NEGATIVE, POSITIVE),
      histogram: fc.constantFrom(NO_HISTOGRAM, LOW_ENTRIES, JUDGED, JUDGED, JUDGED),
    }),
    { maxLength: 40 },
  )
  .map((lumisections) => {
    let number = 0;
    return {
      run: 5,
      numbers: Int32Array.from(lumisections, ({ gap }) => {
        number += gap;
        return number;
      }),
      parts: Int8Array.from(lumisections, ({ part }) => part),
      labels: Int8Array.from(lumisections, ({ label }) => label),
      histograms: Int8Array.from(lumisections, ({ histogram }) => histogram),
    };
  });

describe('members of a run', () => {
  test('are its lumisections that have a truth and enough entries; the others are counted by their reason', () => {
    const run = runOf('+-?--');
    run.histograms[3] = LOW_ENTRIES;
    run.histograms[4] = NO_HISTOGRAM;
    const { members, leftOut } = membersOfRun(run, RULES);
    expect(shown(members)).toBe('1-1+ 2-2-');
    expect(leftOut).toEqual([{ NO_TRUTH: 1, LOW_ENTRIES: 1, NO_HISTOGRAM: 1 }, {}, {}]);
  });

  test('are not within the margin of a change of the flag, to none as well, whatever lies between', () => {
    const near = (text: string, margin: number) => {
      const { numbers, labels } = runOf(text);
      return [...nearChange(numbers, labels, margin)].join('');
    };
    expect(near('---+++', 0)).toBe('000000');
    expect(near('---+++', 1)).toBe('001100');
    expect(near('---+++', 2)).toBe('011110');
    expect(near('--?---', 1)).toBe('011100');
    // by number: one that is two away is not within one
    expect(near('-- ++', 1)).toBe('0000');
    expect(near('-- ++', 2)).toBe('0110');
    expect(shown(membersOfRun(runOf('---+++'), { ...RULES, margin: 1 }).members)).toBe('1-1- 2-2- 5-5+ 6-6+');
  });

  test('as the definition of the margin says, by brute force', () => {
    fc.assert(
      fc.property(arbitraryRun, fc.integer({ min: 0, max: 6 }), ({ numbers, labels }, margin) => {
        const expected = [...numbers].map((number, i) =>
          [...numbers].some((other, j) => Math.abs(other - number) <= margin && labels[j] !== labels[i]) ? 1 : 0,
        );
        expect([...nearChange(numbers, labels, margin)]).toEqual(expected);
      }),
      { numRuns: 60 },
    );
  });

  test('are windows of consecutive lumisections, by the rule for mixed ones', () => {
    const windows = (text: string, mixed: MemberRules['mixed']) => {
      const { members, leftOut } = membersOfRun(runOf(text), {
        ...RULES,
        granularity: 'WINDOW',
        windowLength: 3,
        mixed,
      });
      return [shown(members), leftOut[0]];
    };
    expect(windows('---- --', 'LEFT_OUT')).toEqual(['1-3- 2-4-', { NO_WINDOW: 2 }]);
    expect(windows('---++', 'LEFT_OUT')).toEqual(['1-3-', { MIXED: 2 }]);
    expect(windows('---++', 'POSITIVE')).toEqual(['1-3- 2-4+ 3-5+', {}]);
    expect(windows('---++', 'MAJORITY')).toEqual(['1-3- 2-4- 3-5+', {}]);
    expect(windows('--?--', 'POSITIVE')).toEqual(['', { NO_TRUTH: 1, NO_WINDOW: 4 }]);
  });

  test('are runs, where those without a truth do not count', () => {
    const runs = (text: string, mixed: MemberRules['mixed']) =>
      shown(membersOfRun(runOf(text), { ...RULES, granularity: 'RUN', mixed }).members);
    expect(runs('--??', 'LEFT_OUT')).toBe('0-0-');
    expect(runs('-+', 'LEFT_OUT')).toBe('');
    expect(runs('-+', 'MAJORITY')).toBe('0-0+');
    expect(runs('--+', 'MAJORITY')).toBe('0-0-');
    expect(runs('??', 'POSITIVE')).toBe('');
  });

  test('never cross a gap or a part, hold nothing that is left out, and all lumisections are accounted for', () => {
    fc.assert(
      fc.property(
        arbitraryRun,
        fc.record({
          windowLength: fc.integer({ min: 1, max: 4 }),
          mixed: fc.constantFrom('LEFT_OUT' as const, 'POSITIVE' as const, 'MAJORITY' as const),
          margin: fc.integer({ min: 0, max: 2 }),
        }),
        (run, { windowLength, mixed, margin }) => {
          const granularity = windowLength === 1 ? 'LUMISECTION' : 'WINDOW';
          const { members, leftOut } = membersOfRun(run, { ...RULES, granularity, windowLength, mixed, margin });
          const near = nearChange(run.numbers, run.labels, margin);
          const covered = new Set<number>();
          for (const { part, first, last, truth } of members) {
            expect(last - first).toBe(windowLength - 1);
            const places = Array.from({ length: windowLength }, (_, i) => run.numbers.indexOf(first + i));
            for (const place of places) {
              expect(place).toBeGreaterThanOrEqual(0);
              expect(TASK_PARTS[run.parts[place] as number]).toBe(part);
              expect(run.labels[place]).not.toBe(UNLABELLED);
              expect(run.histograms[place]).toBe(JUDGED);
              expect(near[place]).toBe(0);
              covered.add(place);
            }
            expect(truthOf(run.labels, places, mixed)).toBe(truth);
          }
          if (granularity === 'LUMISECTION') {
            const left = leftOut.flatMap((reasons) => Object.values(reasons)).reduce((sum, count) => sum + count, 0);
            expect(left + covered.size).toBe(run.parts.filter((part) => part !== NO_PART).length);
          }
        },
      ),
      { numRuns: 80 },
    );
  });

  test('are sampled by the seed: as many as asked, in order, the same whatever else the run has in other parts', () => {
    fc.assert(
      fc.property(arbitraryRun, fc.integer({ min: 1, max: 10 }), fc.integer(), (run, sample, seed) => {
        const all = membersOfRun(run, RULES).members;
        const some = membersOfRun(run, { ...RULES, sample, seed });
        for (const part of TASK_PARTS) {
          const ofPart = all.filter((member) => member.part === part);
          const sampled = some.members.filter((member) => member.part === part);
          expect(sampled).toHaveLength(Math.min(sample, ofPart.length));
          expect(ofPart.filter(({ first }) => sampled.some((member) => member.first === first))).toEqual(sampled);
          const alone = { ...run, parts: run.parts.map((own) => (TASK_PARTS[own] === part ? own : NO_PART)) };
          expect(membersOfRun(alone, { ...RULES, sample, seed }).members).toEqual(sampled);
        }
      }),
      { numRuns: 60 },
    );
  });

  test('another seed takes others', () => {
    const run = runOf('-'.repeat(100));
    const taken = [1, 2].map((seed) => shown(membersOfRun(run, { ...RULES, sample: 10, seed }).members));
    expect(taken[0]).not.toBe(taken[1]);
  });
});
