import { type Estimate, estimate, type Measure, type Resampling } from './bootstrap.ts';
import { type Confusion, confusionAt, efficiencyOf, falseAlarmRateOf, precisionOf } from './confusion.ts';
import type { EvaluateOptions } from './evaluate.ts';
import { type FalseAlarms, falseAlarms } from './false-alarms.ts';
import { rank, stepsOf } from './ranking.ts';
import type { Sample } from './sample.ts';
import { type View, viewed } from './view.ts';

/** What a threshold does to the lumisections of a view. */
export interface AtThreshold extends View {
  readonly confusion: Confusion;
  /** Share of the bad that are flagged. */
  readonly efficiency: Estimate;
  /** Share of the good that are flagged. */
  readonly falseAlarmRate: Estimate;
  /** Share of the flagged that are bad. */
  readonly precision: Estimate;
  readonly falseAlarms: FalseAlarms;
  readonly resampling: Resampling;
}

/** What scores at least `threshold` is flagged. The threshold stays the same in every replica. */
export function evaluateAt(sample: Sample, view: View, threshold: number, options: EvaluateOptions): AtThreshold {
  const seen = viewed(sample, view);
  const ranking = rank(seen, view.weighting, options.cluster);
  const measures = [efficiencyOf, falseAlarmRateOf, precisionOf].map(
    (share): Measure =>
      (steps) =>
        share(confusionAt(steps, threshold)),
  );
  const { estimates, resampling } = estimate(ranking, measures, options);
  const [efficiency, falseAlarmRate, precision] = estimates as [Estimate, Estimate, Estimate];
  const confusion = confusionAt(stepsOf(ranking), threshold);
  return {
    ...view,
    confusion,
    efficiency,
    falseAlarmRate,
    precision,
    falseAlarms: falseAlarms(seen, threshold),
    resampling,
  };
}
