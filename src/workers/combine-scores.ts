import { combinedScorer, fitCombination } from '../strategies/combination.ts';
import { decodeCombined, encodeCombined } from '../strategies/model-bytes.ts';

export interface FitCombinationTask {
  readonly combination: string;
  readonly parameters: unknown;
  /** Paths of the monitor elements. */
  readonly elements: readonly string[];
  /** A row for each lumisection, a score for each element, NaN for none. */
  readonly scores: Float64Array;
  readonly contentHash: string;
}

/** Learns how scores of monitor elements become one. @returns its bytes. @throws as fitCombination does */
export function fitCombinationOf(task: FitCombinationTask): Uint8Array {
  const { combination, parameters, elements, scores, contentHash } = task;
  const table = { rows: scores.length / elements.length, elements, scores };
  return encodeCombined(fitCombination(combination, table, { parameters, contentHash }));
}

export interface CombineTask {
  readonly combined: Uint8Array;
  /** As in FitCombinationTask. */
  readonly scores: Float64Array;
}

/** One score for each row, NaN for none. @throws as decodeCombined and combinedScorer do */
export function combineScores({ combined, scores }: CombineTask): Float64Array {
  const model = decodeCombined(combined);
  const score = combinedScorer(model);
  const width = model.elements.length;
  const result = new Float64Array(scores.length / width);
  for (let row = 0; row < result.length; row++) {
    result[row] = score(scores.subarray(row * width, (row + 1) * width)) ?? Number.NaN;
  }
  return result;
}
