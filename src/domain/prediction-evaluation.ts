import { createHash } from 'node:crypto';
import { type AtThreshold, evaluateAt } from './evaluation/at-threshold.ts';
import type { Estimate } from './evaluation/bootstrap.ts';
import { type EfficiencyEstimate, type EvaluateOptions, type Evaluation, evaluate } from './evaluation/evaluate.ts';
import { rank, stepsOf } from './evaluation/ranking.ts';
import { type Coverage, coverageOf, type Sample, type ScoredLumisections, sampleOf } from './evaluation/sample.ts';
import { SLICES } from './evaluation/slices.ts';
import type { MissingScores, View } from './evaluation/view.ts';
import { WEIGHTINGS } from './evaluation/weighting.ts';
import { type WorkingPoint, workingPoint } from './evaluation/working-point.ts';
import type { Orientation } from './prediction.ts';
import type { TaskMetric } from './task.ts';

/** What an evaluation is of: the test part, the runs of it that are public, or validation. */
export const EVALUATION_SCOPES = ['TEST', 'PUBLIC', 'VALIDATION'] as const;
export type EvaluationScope = (typeof EVALUATION_SCOPES)[number];

export const MISSING_SCORES: readonly MissingScores[] = ['PENALISED', 'LEFT_OUT'];

/** Every way to look at scores. */
export const VIEWS: readonly View[] = WEIGHTINGS.flatMap((weighting) =>
  SLICES.flatMap((slice) => MISSING_SCORES.map((missing) => ({ slice, weighting, missing }))),
);

export const isSameView = (a: View, b: View): boolean =>
  a.slice === b.slice && a.weighting === b.weighting && a.missing === b.missing;

/** Numbers in one view, for scores of which higher ones are the more anomalous. */
export interface ViewNumbers extends Evaluation {
  /** Null without a threshold. */
  readonly atThreshold: AtThreshold | null;
}

export interface EvaluationNumbers {
  readonly coverage: Coverage;
  readonly views: readonly ViewNumbers[];
}

/** The sign that makes higher scores the more anomalous ones. */
export const signOf = (orientation: Orientation): 1 | -1 => (orientation === 'LOWER' ? -1 : 1);

/** Lumisections with truth, with scores of which higher ones are the more anomalous. */
export function orientedSample(scored: ScoredLumisections, orientation: Orientation): Sample {
  if (orientation === 'HIGHER') return sampleOf(scored);
  // without negative zeros
  return sampleOf({ ...scored, score: scored.score.map((score) => 0 - score) });
}

/** @param threshold in the orientation of the sample */
export function evaluateView(
  sample: Sample,
  view: View,
  threshold: number | null,
  options: EvaluateOptions,
): ViewNumbers {
  return {
    ...evaluate(sample, view, options),
    atThreshold: threshold === null ? null : evaluateAt(sample, view, threshold, options),
  };
}

/** All views. Where nothing is missing, both ways to treat missing scores are one, and it is computed once. */
export function evaluateViews(
  scored: ScoredLumisections,
  orientation: Orientation,
  threshold: number | null,
  options: EvaluateOptions,
): EvaluationNumbers {
  const sample = orientedSample(scored, orientation);
  const coverage = coverageOf(scored);
  const views: ViewNumbers[] = [];
  for (const view of VIEWS) {
    const alike =
      coverage.missing === 0 ? views.find((other) => isSameView({ ...other, missing: view.missing }, view)) : undefined;
    views.push(
      alike === undefined
        ? evaluateView(sample, view, threshold, options)
        : { ...alike, ...view, atThreshold: alike.atThreshold && { ...alike.atThreshold, ...view } },
    );
  }
  return { coverage, views };
}

/** The working point of a sample, each lumisection alike and missing scores at their worst; null where there is none. */
export function workingPointOf(sample: Sample): WorkingPoint | null {
  return workingPoint(stepsOf(rank(sample, 'BY_LUMISECTION')));
}

/** What a board ranks by, of a view. */
export interface MetricValue extends Estimate {
  readonly metric: TaskMetric;
  /** False: too few good members for the rate of false alarms, and no value. */
  readonly isResolvable: boolean;
  /** That an efficiency at a rate was taken at, in the orientation of the sample; null of others. */
  readonly threshold: number | null;
}

/** The metrics of a view. */
export function metricsOf({ rocAuc, averagePrecision, efficiencies }: Evaluation): MetricValue[] {
  const withoutRate = { isResolvable: true, threshold: null };
  const atRate = (metric: TaskMetric, rate: number): MetricValue => {
    const { efficiency, isResolvable, at } = efficiencies.find((one) => one.rate === rate) as EfficiencyEstimate;
    return { metric, ...efficiency, isResolvable, threshold: at?.threshold ?? null };
  };
  return [
    { metric: 'ROC_AUC', ...rocAuc, ...withoutRate },
    { metric: 'AVERAGE_PRECISION', ...averagePrecision, ...withoutRate },
    atRate('EFFICIENCY_AT_1_PERCENT', 0.01),
    atRate('EFFICIENCY_AT_1_PERMILLE', 0.001),
  ];
}

/** SHA-256 in hexadecimal over labels: those of members in their order. */
export const truthHash = (labels: Int8Array): string =>
  createHash('sha256').update('lumigraph truth 1\n').update(labels).digest('hex');
