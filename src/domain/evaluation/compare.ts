import { InvalidInputError } from '../errors.ts';
import {
  type BootstrapOptions,
  drawClusters,
  drewBothClasses,
  type Interval,
  type Measure,
  percentileInterval,
  type Resampling,
  resamplingOf,
  weightsOfClusters,
} from './bootstrap.ts';
import { type Cluster, rank, type Steps, stepsOf } from './ranking.ts';
import { keep, type Sample } from './sample.ts';
import { slice } from './slices.ts';
import type { View } from './view.ts';

/** How much better one strategy is than another, on the same lumisections and the same replicas. */
export interface PairedDifference {
  /** The measure of the first minus that of the second; null where either is undefined. */
  readonly difference: number | null;
  /** Of the difference; clear of 0 where one is better beyond what the choice of runs explains. */
  readonly interval: Interval | null;
  /** Share of the replicas in which the first is larger, half of those in which both are equal; null without replicas. */
  readonly shareAbove: number | null;
  readonly resampling: Resampling;
}

export interface CompareOptions extends BootstrapOptions {
  readonly cluster: Cluster;
}

/**
 * With LEFT_OUT only lumisections that both have scored count.
 * @throws InvalidInputError where the two are not about the same lumisections with the same truth and weights.
 */
export function compareStrategies(
  first: Sample,
  second: Sample,
  measure: Measure,
  view: View,
  options: CompareOptions,
): PairedDifference {
  requireSame(first, second);
  const hasBoth = (i: number) => Number.isFinite(first.score[i]) && Number.isFinite(second.score[i]);
  const [a, b] = [first, second].map((sample) => {
    const compared = slice(view.missing === 'LEFT_OUT' ? keep(sample, hasBoth) : sample, view.slice);
    return rank(compared, view.weighting, options.cluster);
  }) as [ReturnType<typeof rank>, ReturnType<typeof rank>];

  const ofClusters = weightsOfClusters(a);
  const differences: number[] = [];
  let [above, oneClassReplicas] = [0, 0];
  let [stepsOfA, stepsOfB]: [Steps?, Steps?] = [];
  for (const times of drawClusters(a.clusterCount, options)) {
    if (!drewBothClasses(times, ofClusters)) {
      oneClassReplicas++;
      continue;
    }
    stepsOfA = stepsOf(a, times, stepsOfA);
    stepsOfB = stepsOf(b, times, stepsOfB);
    const difference = subtract(measure(stepsOfA), measure(stepsOfB));
    if (difference === null) continue;
    differences.push(difference);
    above += difference > 0 ? 1 : difference === 0 ? 0.5 : 0;
  }
  return {
    difference: subtract(measure(stepsOf(a)), measure(stepsOf(b))),
    interval: percentileInterval(differences, a.clusterCount, options),
    shareAbove: differences.length > 0 ? above / differences.length : null,
    resampling: resamplingOf(ofClusters, oneClassReplicas, options),
  };
}

/** A lumisection that one strategy flags and the other does not. */
export interface Disagreement {
  readonly run: number;
  readonly lumisection: number;
  readonly truth: number;
  /** Which one flags it. */
  readonly flaggedBy: 'FIRST' | 'SECOND';
  /** Null where missing. */
  readonly scores: readonly [number | null, number | null];
}

/**
 * Lumisections on which two strategies disagree, in the order of run and number: the first `atMost`, and how many there
 * are. A missing score flags nothing here: this is about what strategies said.
 */
export function disagreements(
  [first, firstThreshold]: readonly [Sample, number],
  [second, secondThreshold]: readonly [Sample, number],
  atMost: number,
): { readonly count: number; readonly lumisections: Disagreement[] } {
  requireSame(first, second);
  const lumisections: Disagreement[] = [];
  let count = 0;
  for (let i = 0; i < first.run.length; i++) {
    const [a, b] = [first.score[i] as number, second.score[i] as number];
    const isFlagged = Number.isFinite(a) && a >= firstThreshold;
    if (isFlagged === (Number.isFinite(b) && b >= secondThreshold)) continue;
    count++;
    if (lumisections.length >= atMost) continue;
    lumisections.push({
      run: first.run[i] as number,
      lumisection: first.lumisection[i] as number,
      truth: first.truth[i] as number,
      flaggedBy: isFlagged ? 'FIRST' : 'SECOND',
      scores: [Number.isFinite(a) ? a : null, Number.isFinite(b) ? b : null],
    });
  }
  return { count, lumisections };
}

function requireSame(first: Sample, second: Sample): void {
  for (const name of ['run', 'lumisection', 'truth', 'weight'] as const) {
    const [a, b] = [first[name], second[name]];
    if (a.length !== b.length || a.some((value, i) => value !== b[i])) {
      throw new InvalidInputError(`${name}: expected both strategies to be scored on the same lumisections`);
    }
  }
}

function subtract(a: number | null, b: number | null): number | null {
  return a === null || b === null ? null : a - b;
}
