import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MemberIndex } from '../../src/domain/member-index.ts';
import { answerOf, NO_ANSWER, reasonOf, SCORE_REASONS, SCORED, type ScoreReason } from '../../src/domain/prediction.ts';
import {
  countAnswers,
  mergeScores,
  noScores,
  type PartScores,
  scoresHash,
} from '../../src/domain/prediction-scores.ts';
import type { TaskPart } from '../../src/domain/task.ts';
import { rounds } from '../support/rounds.ts';

/** Two runs of train and validation, three of test; a run in two parts. */
const MEMBERS: readonly [TaskPart, number, number][] = [
  ...([1, 2, 5].map((first) => ['TRAIN', 10, first]) as [TaskPart, number, number][]),
  ...([3, 4].map((first) => ['VALIDATION', 10, first]) as [TaskPart, number, number][]),
  ...([11, 12, 13].flatMap((run) => [1, 3].map((first) => ['TEST', run, first])) as [TaskPart, number, number][]),
];
const index = new MemberIndex({
  run: Int32Array.from(MEMBERS, ([, run]) => run),
  first: Int32Array.from(MEMBERS, ([, , first]) => first),
  last: Int32Array.from(MEMBERS, ([, , first]) => first),
  parts: [0, 3, 5, 11],
  truth: new Int8Array(MEMBERS.length),
});

const rowsOf = (rows: readonly { run: number; lumisection: number; score: number; reason: number }[]) => ({
  run: rows.map(({ run }) => run),
  lumisection: rows.map(({ lumisection }) => lumisection),
  score: rows.map(({ score }) => score),
  reason: rows.map(({ reason }) => reason),
});

const row = fc.record({
  run: fc.integer({ min: 9, max: 14 }),
  lumisection: fc.integer({ min: 0, max: 6 }),
  score: fc.constantFrom(0, -0, 1, 2, Number.NaN, Number.NaN, Number.POSITIVE_INFINITY),
  reason: fc.constantFrom(NO_ANSWER, NO_ANSWER, answerOf('EMPTY'), answerOf('OTHER')),
});

describe('members', () => {
  test('are found by run and first lumisection, and by nothing else', () => {
    for (let run = 8; run < 16; run++) {
      for (let first = 0; first < 8; first++) {
        const place = MEMBERS.findIndex(([, r, f]) => r === run && f === first);
        expect(index.place(run, first)).toBe(place);
        if (place >= 0) expect(index.partAt(place)).toBe(MEMBERS[place]?.[0]);
      }
    }
    expect(index.range('TEST')).toEqual([5, 11]);
  });
});

describe('scores', () => {
  test('of any calls are what a map of members says, and each row is counted once', () => {
    fc.assert(
      fc.property(fc.array(fc.array(row, { maxLength: 20 }), { maxLength: 4 }), fc.boolean(), (calls, replaces) => {
        const wanted = new Map<number, { answer: number; score: number }>();
        let parts = new Map<TaskPart, PartScores>();
        for (const call of calls) {
          const before = parts;
          const stored = (part: TaskPart) => before.get(part) ?? noScores(index.count(part));
          const copies = new Map(
            [...before].map(([part, { answers, scores }]) => [part, [answers.slice(), scores.slice()]]),
          );
          const { counts, issues, changed } = mergeScores(index, stored, rowsOf(call), replaces ? 'replace' : 'keep');
          // what was stored is not touched
          for (const [part, [answers, scores]] of copies) {
            expect(before.get(part)).toEqual({ answers, scores });
          }
          parts = new Map([...before, ...changed]);
          const told = { inserted: 0, identical: 0, conflicting: 0, replaced: 0, rejected: 0 };
          const seen = new Set<number>();
          for (const { run, lumisection, score, reason } of call) {
            const place = MEMBERS.findIndex(([, r, f]) => r === run && f === lumisection);
            const isAnswer = reason === NO_ANSWER ? Number.isFinite(score) : Number.isNaN(score);
            if (place < 0 || seen.has(place) || !isAnswer) {
              told.rejected++;
              continue;
            }
            seen.add(place);
            const now = reason === NO_ANSWER ? { answer: SCORED, score: score + 0 } : { answer: reason, score: 0 };
            const known = wanted.get(place);
            if (known === undefined) told.inserted++;
            else if (known.answer === now.answer && known.score === now.score) told.identical++;
            else if (replaces) told.replaced++;
            else {
              told.conflicting++;
              continue;
            }
            wanted.set(place, now);
          }
          expect(counts).toEqual(told);
          expect(issues).toHaveLength(told.rejected + told.conflicting);
        }
        for (const [place, [part]] of MEMBERS.entries()) {
          const at = place - index.range(part)[0];
          const said = parts.get(part);
          const { answer, score } = wanted.get(place) ?? { answer: NO_ANSWER, score: 0 };
          expect([said?.answers[at] ?? NO_ANSWER, said?.scores[at] ?? 0]).toEqual([answer, score]);
        }
      }),
      { numRuns: rounds(100) },
    );
  });

  test('are counted by reason, and known by a hash of all of them and the stated threshold', () => {
    const reasons = Object.keys(SCORE_REASONS) as ScoreReason[];
    expect(reasons.map((reason) => reasonOf(answerOf(reason)))).toEqual(reasons);
    expect([NO_ANSWER, SCORED, 200].map(reasonOf)).toEqual([null, null, null]);
    const part = {
      answers: Uint8Array.of(SCORED, 0, answerOf('EMPTY'), answerOf('EMPTY')),
      scores: Float64Array.of(1, 0, 0, 0),
    };
    expect(countAnswers(part)).toEqual({ scored: 1, reasons: { EMPTY: 2 } });
    const hashOf = (of: PartScores, threshold: number | null) =>
      scoresHash(new Map([['TEST', of]]), { threshold, from: threshold === null ? 'VALIDATION' : 'STATED' });
    const others = [
      { ...part, scores: Float64Array.of(2, 0, 0, 0) },
      { ...part, answers: Uint8Array.of(1, 0, 5, 3) },
    ];
    const hashes = [hashOf(part, null), hashOf(part, 1), ...others.map((of) => hashOf(of, null))];
    expect(new Set(hashes).size).toBe(4);
    expect(hashOf({ answers: part.answers.slice(), scores: part.scores.slice() }, null)).toBe(hashes[0]);
  });
});
