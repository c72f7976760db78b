import { averagePrecision } from '../domain/evaluation/average-precision.ts';
import type { Measure } from '../domain/evaluation/bootstrap.ts';
import {
  type CompareOptions,
  compareStrategies,
  type Disagreement,
  disagreements,
  type PairedDifference,
} from '../domain/evaluation/compare.ts';
import { efficiencyAt, isResolvable } from '../domain/evaluation/efficiency.ts';
import { rocAuc } from '../domain/evaluation/roc-auc.ts';
import type { Sample, ScoredLumisections } from '../domain/evaluation/sample.ts';
import { type View, viewed } from '../domain/evaluation/view.ts';
import type { Orientation } from '../domain/prediction.ts';
import { orientedSample } from '../domain/prediction-evaluation.ts';
import type { TaskMetric } from '../domain/task.ts';

/** One of the two, with its threshold in its own orientation. */
export interface Compared {
  readonly orientation: Orientation;
  readonly scored: ScoredLumisections;
  readonly threshold: number | null;
}

export interface ComparisonTask {
  readonly first: Compared;
  readonly second: Compared;
  readonly metric: TaskMetric;
  readonly view: View;
  readonly options: CompareOptions;
  /** Most disagreements that are listed. */
  readonly atMost: number;
}

export interface ComparedPredictions {
  readonly difference: PairedDifference;
  /** Null where one of them has no threshold. Scores are as the strategies gave them. */
  readonly disagreements: { readonly count: number; readonly lumisections: readonly Disagreement[] } | null;
}

/** The paired difference of two predictions on one task, and where they disagree. */
export function comparePredictions({
  first,
  second,
  metric,
  view,
  options,
  atMost,
}: ComparisonTask): ComparedPredictions {
  const [a, b] = [first, second].map(({ scored, orientation }) => orientedSample(scored, orientation)) as [
    Sample,
    Sample,
  ];
  const difference = compareStrategies(a, b, measureOf(metric, viewed(a, view), view), view, options);
  if (first.threshold === null || second.threshold === null) return { difference, disagreements: null };
  const found = disagreements([a, oriented(first)], [b, oriented(second)], atMost);
  return {
    difference,
    disagreements: {
      ...found,
      lumisections: found.lumisections.map(({ scores: [x, y], ...one }) => ({
        ...one,
        scores: [asGiven(x, first), asGiven(y, second)],
      })),
    },
  };
}

const oriented = ({ threshold, orientation }: Compared) =>
  orientation === 'LOWER' ? 0 - (threshold as number) : (threshold as number);

const asGiven = (score: number | null, { orientation }: Compared) =>
  score === null || orientation === 'HIGHER' ? score : 0 - score;

/** Null in every replica where a rate cannot be resolved. */
function measureOf(metric: TaskMetric, sample: Sample, view: View): Measure {
  if (metric === 'ROC_AUC') return rocAuc;
  if (metric === 'AVERAGE_PRECISION') return averagePrecision;
  const rate = metric === 'EFFICIENCY_AT_1_PERCENT' ? 0.01 : 0.001;
  if (!isResolvable(sample, view.weighting, rate)) return () => null;
  return (steps) => efficiencyAt(steps, rate)?.efficiency ?? null;
}
