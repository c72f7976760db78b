import type { Cluster } from '../domain/evaluation/ranking.ts';
import type { ScoredLumisections } from '../domain/evaluation/sample.ts';
import type { Orientation } from '../domain/prediction.ts';
import {
  type EvaluationNumbers,
  evaluateViews,
  orientedSample,
  workingPointOf,
} from '../domain/prediction-evaluation.ts';

export interface EvaluationTask {
  readonly orientation: Orientation;
  readonly seed: number;
  readonly cluster: Cluster;
  /** What is evaluated, each by itself. */
  readonly samples: readonly ScoredLumisections[];
  /** Stated, in the orientation of the strategy; null: the working point on `chooseOn`, where it has one. */
  readonly threshold: number | null;
  readonly chooseOn: ScoredLumisections | null;
}

/** Numbers of each sample, at one threshold, which is given back in the orientation of the strategy. */
export function evaluatePrediction({ orientation, seed, cluster, samples, threshold, chooseOn }: EvaluationTask): {
  readonly threshold: number | null;
  readonly numbers: readonly EvaluationNumbers[];
} {
  const sign = orientation === 'LOWER' ? -1 : 1;
  const chosen =
    threshold === null && chooseOn !== null
      ? workingPointOf(orientedSample(chooseOn, orientation))?.threshold
      : undefined;
  const oriented = threshold === null ? (chosen ?? null) : sign * threshold;
  return {
    threshold: oriented === null ? null : sign * oriented,
    numbers: samples.map((scored) => evaluateViews(scored, orientation, oriented, { seed, cluster })),
  };
}
