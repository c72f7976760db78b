import type { ZodType } from 'zod';
import { InvalidInputError, NotFoundError } from '../domain/errors.ts';
import { fisher } from './fisher-combination.ts';
import { gaussian } from './gaussian-combination.ts';
import type { Learned } from './strategy.ts';
import { validated } from './validated.ts';

/** Scores of several monitor elements in the same lumisections. */
export interface ScoreTable {
  readonly rows: number;
  /** Names of the monitor elements, a column each. */
  readonly elements: readonly string[];
  /** `rows * elements.length` numbers, row by row; NaN where an element has no score. */
  readonly scores: Float64Array;
}

/** One way to make a single score of those of several monitor elements: the more anomalous, the higher. */
export interface Combination<Parameters> {
  readonly name: string;
  readonly version: number;
  readonly summary: string;
  /** See Strategy.parameters. */
  readonly parameters: ZodType<Parameters>;
  /** @throws InvalidInputError where there is too little to learn from */
  fit(table: ScoreTable, parameters: Parameters): Learned;
  /** Of one lumisection, a score for each element (NaN for none), at least one of them there. */
  scorer(learned: Learned, elements: number): (scores: Float64Array) => number;
}

/** A fitted combination: plain data (model-bytes.ts writes and reads it). */
export interface Combined {
  readonly combination: string;
  readonly combinationVersion: number;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly elements: readonly string[];
  readonly seen: { readonly rows: number; readonly contentHash: string };
  readonly learned: Learned;
}

export const COMBINATIONS: readonly Combination<unknown>[] = [gaussian, fisher];

/**
 * Learns from the scores of lumisections that are usual for the most part.
 * @throws NotFoundError for an unknown name; InvalidInputError for parameters that are none, or too little to learn from
 */
export function fitCombination(
  name: string,
  table: ScoreTable,
  request: { readonly parameters?: unknown; readonly contentHash: string },
): Combined {
  const combination = combinationNamed(name);
  const parameters = validated('parameters', combination.parameters, request.parameters);
  const learned = combination.fit(table, parameters);
  return {
    combination: name,
    combinationVersion: combination.version,
    parameters: parameters as Record<string, unknown>,
    elements: table.elements,
    seen: { rows: table.rows, contentHash: request.contentHash },
    learned,
  };
}

/**
 * Combines the scores of lumisections, an array for each with a score for each element in the order of
 * `combined.elements`, NaN for none. Null where no element has a score that counts.
 * @throws InvalidInputError for a version of the combination that is no more
 */
export function combinedScorer(combined: Combined): (scores: Float64Array) => number | null {
  const combination = combinationNamed(combined.combination);
  if (combination.version !== combined.combinationVersion) {
    throw new InvalidInputError(
      `The combination was fitted by version ${combined.combinationVersion} of ${combination.name}, and this is version ${combination.version}: fit it again.`,
    );
  }
  const score = combination.scorer(combined.learned, combined.elements.length);
  return (scores) => {
    const value = score(scores);
    return Number.isFinite(value) ? value : null;
  };
}

export function combinationNamed(name: string): Combination<unknown> {
  const combination = COMBINATIONS.find((one) => one.name === name);
  if (combination !== undefined) return combination;
  const names = COMBINATIONS.map((one) => one.name).join(', ');
  throw new NotFoundError(`There is no combination "${name}", but ${names}.`, { name });
}
