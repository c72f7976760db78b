import { averagePrecision } from './average-precision.ts';
import { type BootstrapOptions, type Estimate, estimate, type Measure, type Resampling } from './bootstrap.ts';
import { type EfficiencyAtRate, efficiencyAt, FALSE_ALARM_RATES, isResolvable } from './efficiency.ts';
import { type Cluster, rank, stepsOf } from './ranking.ts';
import { isInverted, rocAuc } from './roc-auc.ts';
import { BAD, covered, type Sample } from './sample.ts';
import { type View, viewed } from './view.ts';

export interface EvaluateOptions extends BootstrapOptions {
  readonly cluster: Cluster;
}

/** Detection efficiency at a rate of false alarms. */
export interface EfficiencyEstimate {
  /** Share of the good lumisections that may be flagged. */
  readonly rate: number;
  /** False: too few good lumisections for this rate, and nothing is said. */
  readonly isResolvable: boolean;
  readonly efficiency: Estimate;
  /** The point on these lumisections that the value is taken at. */
  readonly at: EfficiencyAtRate | null;
}

export interface Evaluation extends View {
  /** Lumisections and runs in this view; a run with both classes is in both. */
  readonly bad: number;
  readonly good: number;
  readonly badRuns: number;
  readonly goodRuns: number;
  readonly rocAuc: Estimate;
  /** Those that are there look turned around: without the missing ones, the AUC is far below 0.5. */
  readonly isInverted: boolean;
  readonly averagePrecision: Estimate;
  readonly efficiencies: readonly EfficiencyEstimate[];
  readonly resampling: Resampling;
}

/** What needs no threshold, of a sample as a whole or of one of its bins, with intervals on the same replicas. */
export function evaluate(sample: Sample, view: View, options: EvaluateOptions): Evaluation {
  const seen = viewed(sample, view);
  const ranking = rank(seen, view.weighting, options.cluster);
  const rates = FALSE_ALARM_RATES.map((rate) => ({ rate, resolvable: isResolvable(seen, view.weighting, rate) }));
  const measures: Measure[] = [
    rocAuc,
    averagePrecision,
    ...rates.map(
      ({ rate, resolvable }): Measure =>
        (steps) =>
          resolvable ? (efficiencyAt(steps, rate)?.efficiency ?? null) : null,
    ),
  ];
  const { estimates, resampling } = estimate(ranking, measures, options);
  const [auc, precision, ...efficiencies] = estimates as [Estimate, Estimate, ...Estimate[]];
  const steps = stepsOf(ranking);
  return {
    ...view,
    ...countClasses(seen),
    rocAuc: auc,
    isInverted: looksTurned(seen, auc, view, options),
    averagePrecision: precision,
    efficiencies: rates.map(({ rate, resolvable }, i) => ({
      rate,
      isResolvable: resolvable,
      efficiency: efficiencies[i] as Estimate,
      at: resolvable ? efficiencyAt(steps, rate) : null,
    })),
    resampling,
  };
}

/** Missing scores that are penalised push an AUC down, whichever way the others point: these alone tell. */
function looksTurned(seen: Sample, auc: Estimate, { weighting }: View, options: EvaluateOptions): boolean {
  const scored = covered(seen);
  if (scored === seen) return isInverted(auc.value, auc.interval);
  const ranking = rank(scored, weighting, options.cluster);
  // an interval is made only where it matters
  if (!isInverted(rocAuc(stepsOf(ranking)), null)) return false;
  const [ofScored] = estimate(ranking, [rocAuc], options).estimates as [Estimate];
  return isInverted(ofScored.value, ofScored.interval);
}

/** Lumisections and runs of both classes. */
export function countClasses({ run, truth }: Sample): Pick<Evaluation, 'bad' | 'good' | 'badRuns' | 'goodRuns'> {
  const [badRuns, goodRuns] = [new Set<number>(), new Set<number>()];
  let bad = 0;
  for (let i = 0; i < run.length; i++) {
    const isBad = truth[i] === BAD;
    if (isBad) bad++;
    (isBad ? badRuns : goodRuns).add(run[i] as number);
  }
  return { bad, good: run.length - bad, badRuns: badRuns.size, goodRuns: goodRuns.size };
}
