import type { Steps } from './ranking.ts';
import { GOOD, type Sample } from './sample.ts';
import { effectiveSize, type Weighting, weightsOf } from './weighting.ts';

/** Rates of false alarms at which strategies are compared: 0.1 % and 1 % of the good lumisections. */
export const FALSE_ALARM_RATES: readonly number[] = [0.001, 0.01];

/** Sums of fractions are equal to a rate within this part of it. */
const ROUNDING = 1e-12;

/** What a threshold gives, chosen on these lumisections. */
export interface EfficiencyAtRate {
  /** Share of the bad lumisections that are flagged. */
  readonly efficiency: number;
  /** The lowest that keeps to the rate; null where only flagging none (but for missing scores) does. */
  readonly threshold: number | null;
  /** Share of the good ones that are flagged at it: at most the rate asked for, or that of the missing scores. */
  readonly falseAlarmRate: number;
}

/**
 * Detection efficiency at a fixed rate of false alarms: the share of bad lumisections at or above the lowest threshold at
 * which no more than this share of the good ones are flagged. Ties are flagged together or not at all; nothing is
 * interpolated. Where good lumisections without a score alone pass the rate, it is 0. Null without both classes.
 */
export function efficiencyAt(steps: Steps, rate: number): EfficiencyAtRate | null {
  const { thresholds, bad, good } = steps;
  let badAll = 0;
  let goodAll = 0;
  for (let step = 0; step < bad.length; step++) {
    badAll += bad[step] as number;
    goodAll += good[step] as number;
  }
  if (!(badAll > 0 && goodAll > 0)) return null;
  const allowed = rate * goodAll * (1 + ROUNDING);
  let [badAbove, goodAbove] = [0, 0];
  let last = -1;
  for (let step = 0; step < bad.length && thresholds[step] !== Number.NEGATIVE_INFINITY; step++) {
    const flagged = goodAbove + (good[step] as number);
    if (flagged > allowed) break;
    goodAbove = flagged;
    badAbove += bad[step] as number;
    last = step;
  }
  const silent = thresholds[0] === Number.POSITIVE_INFINITY ? (good[0] as number) : 0;
  const threshold = last < 0 ? Number.POSITIVE_INFINITY : (thresholds[last] as number);
  return {
    efficiency: badAbove / badAll,
    threshold: Number.isFinite(threshold) ? threshold : null,
    falseAlarmRate: Math.max(goodAbove, silent) / goodAll,
  };
}

/**
 * Whether there are enough good lumisections for a rate: one false alarm has to be within it, so their effective number
 * (Kish) times the rate must be 1 or more. 0.1 % takes 1,000 good lumisections of equal weight.
 */
export function isResolvable(sample: Sample, weighting: Weighting, rate: number): boolean {
  const good = weightsOf(sample, weighting).filter((_, i) => sample.truth[i] === GOOD);
  return effectiveSize(good) * rate >= 1 - ROUNDING;
}
