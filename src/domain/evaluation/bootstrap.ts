import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { quantile } from '../quantile.ts';
import { type Ranking, type Steps, stepsOf } from './ranking.ts';
import { effectiveSize } from './weighting.ts';

/** A number made from steps; null where they do not define it, as with a single class. */
export type Measure = (steps: Steps) => number | null;

export interface BootstrapOptions {
  /** Whole number of 32 bits. */
  readonly seed: number;
  /** 1,000 unless given. */
  readonly replicas?: number;
  /** Share of the replicas inside of the interval, in (0, 1): 0.95 unless given. */
  readonly level?: number;
}

/** Bounds between which a share of the replicas lies, as many below as above. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

export interface Estimate {
  readonly value: number | null;
  /** Null where too few replicas have a value to tell its bounds: see `percentileInterval`. */
  readonly interval: Interval | null;
}

/** What an interval rests on. */
export interface Resampling {
  readonly replicas: number;
  /** Replicas that drew lumisections of one class only: in no interval. */
  readonly oneClassReplicas: number;
  /** Clusters that are drawn, and how many of equal weight would fluctuate alike (Kish), also by class. */
  readonly clusters: number;
  readonly effectiveClusters: { readonly all: number; readonly bad: number; readonly good: number };
}

/**
 * Values of measures with percentile intervals over resamplings of whole clusters: lumisections of one run are alike, and
 * drawing them one by one would make intervals far too narrow. Every measure sees the same replicas.
 * Source: B. Efron, R. J. Tibshirani, An Introduction to the Bootstrap (1993), chapters 13 and 8 (clusters as units).
 */
export function estimate(
  ranking: Ranking,
  measures: readonly Measure[],
  options: BootstrapOptions,
): { readonly estimates: Estimate[]; readonly resampling: Resampling } {
  const replicated = measures.map((): number[] => []);
  const ofClusters = weightsOfClusters(ranking);
  let oneClassReplicas = 0;
  let steps: Steps | undefined;
  for (const times of drawClusters(ranking.clusterCount, options)) {
    if (!drewBothClasses(times, ofClusters)) {
      oneClassReplicas++;
      continue;
    }
    steps = stepsOf(ranking, times, steps);
    for (const [i, measure] of measures.entries()) {
      const value = measure(steps);
      if (value !== null) replicated[i]?.push(value);
    }
  }
  const whole = stepsOf(ranking);
  return {
    estimates: measures.map((measure, i) => ({
      value: measure(whole),
      interval: percentileInterval(replicated[i] as number[], ranking.clusterCount, options),
    })),
    resampling: resamplingOf(ofClusters, oneClassReplicas, options),
  };
}

const DEFAULT_REPLICAS = 1_000;
const DEFAULT_LEVEL = 0.95;

/**
 * How often each cluster was drawn, replica by replica: as many draws, with replacement, as there are clusters. The same
 * for the same seed and number of clusters. The array is written over by the next replica.
 */
export function* drawClusters(clusters: number, { seed, replicas = DEFAULT_REPLICAS }: BootstrapOptions) {
  const random = xoroshiro128plus(seed);
  const times = new Float64Array(clusters);
  for (let replica = 0; replica < replicas; replica++) {
    times.fill(0);
    for (let draw = 0; draw < clusters; draw++) {
      const cluster = uniformInt(random, 0, clusters - 1);
      times[cluster] = (times[cluster] as number) + 1;
    }
    yield times;
  }
}

/**
 * Quantiles of replicas at (1 - level) / 2 and 1 - (1 - level) / 2, linear between two of them (as numpy's default).
 * Null with fewer than two clusters, which cannot vary, and with fewer than 2 / (1 - level) replicas (40 at 0.95): the
 * outermost one would stand for the bound.
 */
export function percentileInterval(
  values: readonly number[],
  clusters: number,
  { level = DEFAULT_LEVEL }: BootstrapOptions,
): Interval | null {
  if (clusters < 2 || values.length * (1 - level) < 2 - 1e-9) return null;
  const sorted = Float64Array.from(values).sort();
  return { low: quantile(sorted, (1 - level) / 2), high: quantile(sorted, 1 - (1 - level) / 2) };
}

/** Weight of each class in each cluster. */
export interface ClusterWeights {
  readonly bad: Float64Array;
  readonly good: Float64Array;
}

export function weightsOfClusters({ slot, weight, cluster, clusterCount, thresholds }: Ranking): ClusterWeights {
  const [bad, good] = [new Float64Array(clusterCount), new Float64Array(clusterCount)];
  for (let i = 0; i < slot.length; i++) {
    const ofClass = (slot[i] as number) < thresholds.length ? bad : good;
    const at = cluster[i] as number;
    ofClass[at] = (ofClass[at] as number) + (weight[i] as number);
  }
  return { bad, good };
}

export function drewBothClasses(times: Float64Array, { bad, good }: ClusterWeights): boolean {
  const isDrawn = (weights: Float64Array) => weights.some((weight, i) => weight > 0 && (times[i] as number) > 0);
  return isDrawn(bad) && isDrawn(good);
}

export function resamplingOf(
  { bad, good }: ClusterWeights,
  oneClassReplicas: number,
  { replicas = DEFAULT_REPLICAS }: BootstrapOptions,
): Resampling {
  const all = good.map((weight, i) => weight + (bad[i] as number));
  return {
    replicas,
    oneClassReplicas,
    clusters: all.length,
    effectiveClusters: { all: effectiveSize(all), bad: effectiveSize(bad), good: effectiveSize(good) },
  };
}
