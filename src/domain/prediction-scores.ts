import { createHash } from 'node:crypto';
import { bytesOf } from './codec.ts';
import type { MemberIndex } from './member-index.ts';
import { NO_ANSWER, reasonOf, SCORED, type ScoreReason } from './prediction.ts';
import { REPORTED_ISSUES } from './record.ts';
import { TASK_PARTS, type TaskPart } from './task.ts';

/** Most scores of one call of a client. */
export const MOST_SCORES = 10_000;

/** What was said of the members of a part, in their order. */
export interface PartScores {
  /** See NO_ANSWER, SCORED, reasonOf. */
  readonly answers: Uint8Array;
  /** Finite where there is a score, else 0. */
  readonly scores: Float64Array;
}

export const noScores = (members: number): PartScores => ({
  answers: new Uint8Array(members),
  scores: new Float64Array(members),
});

/** What somebody says of members, in any order: arrays of one length. */
export interface ScoreRows {
  readonly run: ArrayLike<number>;
  /** Number of the lumisection, the first one of a window, 0 of a run. */
  readonly lumisection: ArrayLike<number>;
  /** NaN where there is a reason. */
  readonly score: ArrayLike<number>;
  /** 0, or the byte of a reason (`answerOf`). */
  readonly reason: ArrayLike<number>;
}

export const SCORE_ISSUES = ['UNKNOWN_MEMBER', 'DUPLICATE', 'NOT_FINITE', 'SCORE_AND_REASON', 'CONFLICT'] as const;

/** A row that was refused or in conflict. */
export interface ScoreIssue {
  /** Place of the row, from 0. */
  readonly row: number;
  readonly severity: 'REJECTED' | 'CONFLICTING';
  readonly code: (typeof SCORE_ISSUES)[number];
  readonly field: string;
  readonly value: string;
  readonly reason: string;
}

/** Every row is counted exactly once. */
export interface ScoreCounts {
  readonly inserted: number;
  readonly identical: number;
  readonly conflicting: number;
  readonly replaced: number;
  readonly rejected: number;
}

export interface MergedScores {
  readonly counts: ScoreCounts;
  /** By row; the first REPORTED_ISSUES. */
  readonly issues: readonly ScoreIssue[];
  /** Parts whose scores are others now. */
  readonly changed: ReadonlyMap<TaskPart, PartScores>;
}

/**
 * What is stored of a prediction, with further rows. Rows of members that the task does not have, second rows of one
 * member, scores that are no finite numbers, and scores with a reason for none are refused; an answer other than the stored one is in conflict, and
 * stays out (`keep`) or takes its place (`replace`).
 */
export function mergeScores(
  members: MemberIndex,
  stored: (part: TaskPart) => PartScores,
  rows: ScoreRows,
  onConflict: 'keep' | 'replace',
): MergedScores {
  const counts = { inserted: 0, identical: 0, conflicting: 0, replaced: 0, rejected: 0 };
  const issues: ScoreIssue[] = [];
  const tell = (issue: () => ScoreIssue) => {
    if (issues.length < REPORTED_ISSUES) issues.push(issue());
  };
  const merged = new Map<TaskPart, PartScores>();
  const changed = new Map<TaskPart, PartScores>();
  const seen = new Uint8Array(members.columns.run.length);
  for (let row = 0; row < rows.run.length; row++) {
    const [run, lumisection] = [rows.run[row] as number, rows.lumisection[row] as number];
    const [score, reason] = [rows.score[row] as number, rows.reason[row] as number];
    const place = members.place(run, lumisection);
    const problem = place < 0 ? 'UNKNOWN_MEMBER' : seen[place] ? 'DUPLICATE' : faultOf(score, reason);
    if (problem !== null) {
      counts.rejected++;
      tell(() => ({ row, severity: 'REJECTED', code: problem, ...wordsOf(problem, run, lumisection, score, reason) }));
      continue;
    }
    seen[place] = 1;
    const part = members.partAt(place);
    let { answers, scores } = changed.get(part) ?? merged.get(part) ?? stored(part);
    merged.set(part, { answers, scores });
    const at = place - members.range(part)[0];
    // without the sign of a zero
    const [answer, value] = reason === NO_ANSWER ? [SCORED, score + 0] : [reason, 0];
    const before = answers[at] as number;
    if (before === answer && scores[at] === value) {
      counts.identical++;
      continue;
    }
    if (before !== NO_ANSWER) {
      if (onConflict === 'keep') {
        counts.conflicting++;
        const earlier = before === SCORED ? `${scores[at]}` : reasonOf(before);
        tell(() => ({
          ...{ row, severity: 'CONFLICTING', code: 'CONFLICT', field: 'score', value: said(answer, value) },
          reason: `run ${run}, lumisection ${lumisection} has ${earlier} already, which stays`,
        }));
        continue;
      }
      counts.replaced++;
    } else counts.inserted++;
    if (!changed.has(part)) {
      // what is stored is not ours to change
      [answers, scores] = [answers.slice(), scores.slice()];
      changed.set(part, { answers, scores });
    }
    answers[at] = answer;
    scores[at] = value;
  }
  return { counts, issues, changed };
}

function faultOf(score: number, reason: number): 'NOT_FINITE' | 'SCORE_AND_REASON' | null {
  if (reason === NO_ANSWER) return Number.isFinite(score) ? null : 'NOT_FINITE';
  return Number.isNaN(score) ? null : 'SCORE_AND_REASON';
}

const said = (answer: number, score: number) => (answer === SCORED ? `${score}` : `${reasonOf(answer)}`);

function wordsOf(
  problem: Exclude<ScoreIssue['code'], 'CONFLICT'>,
  run: number,
  lumisection: number,
  score: number,
  answer: number,
): Pick<ScoreIssue, 'field' | 'value' | 'reason'> {
  const which = `run ${run}, lumisection ${lumisection}`;
  if (problem === 'UNKNOWN_MEMBER') {
    return { field: 'lumisection', value: `${run}:${lumisection}`, reason: `${which} is no member of the task` };
  }
  if (problem === 'DUPLICATE') {
    return { field: 'lumisection', value: `${run}:${lumisection}`, reason: `${which} stands in an earlier row` };
  }
  if (problem === 'SCORE_AND_REASON') {
    return {
      field: 'reason',
      value: `${reasonOf(answer)}`,
      reason: `${which}: there is a score, and a reason for none`,
    };
  }
  return {
    field: 'score',
    value: `${score}`,
    reason: `${which}: a score is a finite number, or there is a reason for none`,
  };
}

/** How many have a score, and how many have none for which reason. */
export function countAnswers({ answers }: PartScores): {
  scored: number;
  reasons: Partial<Record<ScoreReason, number>>;
} {
  const reasons: Partial<Record<ScoreReason, number>> = {};
  let scored = 0;
  for (const answer of answers) {
    if (answer === SCORED) scored++;
    else if (answer !== NO_ANSWER) {
      const reason = reasonOf(answer) as ScoreReason;
      reasons[reason] = (reasons[reason] ?? 0) + 1;
    }
  }
  return { scored, reasons };
}

/** SHA-256 in hexadecimal over what a prediction says of members as such, and the threshold that is stated with it. */
export function scoresHash(
  partScores: ReadonlyMap<TaskPart, PartScores>,
  threshold: { readonly threshold: number | null; readonly from: string },
): string {
  const hash = createHash('sha256').update(`lumigraph scores 1\nthreshold ${threshold.threshold} ${threshold.from}\n`);
  for (const part of TASK_PARTS) {
    const of = partScores.get(part);
    if (of !== undefined) hash.update(`${part} ${of.answers.length}\n`).update(of.answers).update(bytesOf(of.scores));
  }
  return hash.digest('hex');
}
