import { exactSum } from '../exact-sum.ts';
import { finite } from '../finite.ts';
import { GOOD, type Sample } from './sample.ts';

/** How often a threshold calls somebody for nothing. Counts of lumisections, whatever their weights. */
export interface FalseAlarms {
  /** Good lumisections that are flagged. */
  readonly count: number;
  /** Runs with good lumisections. */
  readonly runs: number;
  /** `count / runs`; null without runs. */
  readonly perRun: number | null;
  /** Luminosity of the good lumisections for which it is known, in 1/pb; null where it is more than a number can say. */
  readonly luminosity: number | null;
  /** False alarms among those for each 100/pb; null without luminosity, and where a number cannot say it. */
  readonly perHundredInversePb: number | null;
}

/**
 * Good lumisections that score at least `threshold` or have no score. A run with many of them counts each.
 * Reads the quantity `luminosity` (1/pb, recorded); lumisections where it is unknown are in neither of its numbers.
 */
export function falseAlarms(sample: Sample, threshold: number): FalseAlarms {
  const { run, truth, score } = sample;
  const luminosity = sample.quantities.luminosity;
  const runs = new Set<number>();
  const known: number[] = [];
  let [count, countKnown] = [0, 0];
  for (let i = 0; i < run.length; i++) {
    if (truth[i] !== GOOD) continue;
    runs.add(run[i] as number);
    const value = luminosity?.[i] ?? Number.NaN;
    const isKnown = Number.isFinite(value);
    if (isKnown) known.push(value);
    if (Number.isFinite(score[i]) && (score[i] as number) < threshold) continue;
    count++;
    if (isKnown) countKnown++;
  }
  const recorded = exactSum(known);
  return {
    count,
    runs: runs.size,
    perRun: runs.size > 0 ? count / runs.size : null,
    luminosity: finite(recorded),
    perHundredInversePb:
      recorded > 0 && recorded < Number.POSITIVE_INFINITY ? finite((countKnown / recorded) * 100) : null,
  };
}
