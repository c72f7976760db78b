import type { EvaluationKey } from '../src/store/evaluations.ts';
import type { Reads } from '../src/store/store.ts';
import { byKey } from './by-key.ts';

export const strategyLoader = (reads: Reads) => byKey((ids: readonly number[]) => reads.strategies(ids));

export const strategyVersionLoader = (reads: Reads) => byKey((ids: readonly number[]) => reads.strategyVersions(ids));

export const predictionLoader = (reads: Reads) => byKey((ids: readonly number[]) => reads.predictions(ids));

/** What was said of the members of each part of a prediction, without its scores. */
export const answersLoader = (reads: Reads) => byKey((ids: readonly number[]) => reads.answersOfPredictions(ids));

/** The evaluation of the scores that a prediction has now. */
export const evaluationLoader = (reads: Reads) =>
  byKey(
    (keys: readonly EvaluationKey[]) => reads.currentEvaluations(keys),
    ({ predictionId, scope, truth, view }) => `${predictionId} ${scope} ${truth} ${JSON.stringify(view)}`,
  );
