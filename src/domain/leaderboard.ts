import { placesOf } from './evaluation/ranks.ts';
import { isOptimistic } from './prediction.ts';
import { isMeantFor, type StrategyDefinition } from './strategy-definition.ts';

/** What a place on a board is to be read with. */
export const BOARD_FLAGS = [
  'NOT_EVALUATED',
  'INVERTED',
  'OPTIMISTIC_THRESHOLD',
  'LOW_COVERAGE',
  'OUTSIDE_VALIDITY',
  'TRUTH_CHANGED',
  'OTHER_RECONSTRUCTION',
] as const;
export type BoardFlag = (typeof BOARD_FLAGS)[number];

/** A smaller share of members with a score is low coverage. */
export const LOW_COVERAGE = 0.95;

/** What a prediction brings to a board, in one view. */
export interface Ranked extends Pick<StrategyDefinition, 'validFrom' | 'validTo'> {
  readonly thresholdFrom: string;
  readonly expected: number;
  readonly scored: number;
  /** Null: not evaluated. */
  readonly evaluatedAt: Date | null;
  readonly value: number | null;
  readonly isInverted: boolean | null;
}

export interface Place<Row> {
  readonly row: Row;
  /** 1, 2, 2, 4; null of what is not ranked. */
  readonly rank: number | null;
  readonly flags: readonly BoardFlag[];
}

/** What is the same for all of its rows. */
export interface Board {
  /** Those of the test part. */
  readonly runs: readonly number[];
  readonly flags: readonly BoardFlag[];
}

/**
 * The places of rows, the best first, in their order where they are alike; behind them what has no value, or may not be
 * ranked, as its threshold was chosen on what it is judged by.
 */
export function placesOnBoard<Row extends Ranked>(rows: readonly Row[], { runs, flags: all }: Board): Place<Row>[] {
  const ranks = placesOf(rows.map(({ value, thresholdFrom }) => (isOptimistic(thresholdFrom) ? null : value)));
  return rows
    .map((row, i) => ({ row, rank: ranks[i] ?? null, flags: [...flagsOf(row, runs), ...all] }))
    .sort((a, b) => (a.rank ?? Number.MAX_SAFE_INTEGER) - (b.rank ?? Number.MAX_SAFE_INTEGER));
}

function flagsOf(row: Ranked, runs: readonly number[]): BoardFlag[] {
  const { evaluatedAt, isInverted, thresholdFrom, scored, expected } = row;
  const flags: BoardFlag[] = [];
  if (evaluatedAt === null) flags.push('NOT_EVALUATED');
  if (isInverted) flags.push('INVERTED');
  if (isOptimistic(thresholdFrom)) flags.push('OPTIMISTIC_THRESHOLD');
  if (scored < LOW_COVERAGE * expected) flags.push('LOW_COVERAGE');
  if (!isMeantFor(row, runs)) flags.push('OUTSIDE_VALIDITY');
  return flags;
}
