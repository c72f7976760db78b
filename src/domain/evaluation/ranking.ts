import { InvalidInputError } from '../errors.ts';
import { BAD, GOOD, type Sample } from './sample.ts';
import { type Weighting, weightsOf } from './weighting.ts';

/** What is drawn whole in a resampling. A run of unknown fill is a fill of its own. */
export type Cluster = 'RUN' | 'FILL';

/** The weights of both classes at each score that occurs, the most anomalous first. */
export interface Steps {
  /**
   * What is flagged from this step on: scores of at least this. Infinity for good lumisections without a score, which
   * every threshold flags; -Infinity for bad ones without, which none does.
   */
  readonly thresholds: Float64Array;
  readonly bad: Float64Array;
  readonly good: Float64Array;
}

/** Lumisections in the order of steps, and to which cluster each belongs. Sorted once, then weighed many times. */
export interface Ranking {
  readonly thresholds: Float64Array;
  /** Of each lumisection: its step, plus the number of steps where it is good. */
  readonly slot: Int32Array;
  readonly weight: Float64Array;
  /** Of each lumisection: number of its cluster, from 0, in the order of the first run of each. */
  readonly cluster: Int32Array;
  readonly clusterCount: number;
}

/**
 * Missing scores are taken for the worst that they could be, as if a strategy that is silent had hidden there: a bad
 * lumisection is the least anomalous, below all scores, and a good one the most, above all.
 */
export function rank(sample: Sample, weighting: Weighting, cluster: Cluster = 'RUN'): Ranking {
  const { score, truth } = sample;
  const count = score.length;
  const ranked = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    const value = score[i] as number;
    ranked[i] = Number.isFinite(value) ? value : truth[i] === BAD ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  }
  const order = new Uint32Array(count);
  for (let i = 0; i < count; i++) order[i] = i;
  // equal scores stay in the order of run and lumisection; infinities have no difference
  order.sort((a, b) => {
    const [x, y] = [ranked[a] as number, ranked[b] as number];
    return x === y ? a - b : x < y ? 1 : -1;
  });

  const weights = weightsOf(sample, weighting);
  const { clusters, clusterCount } = clustersOf(sample, cluster);
  const thresholds = new Float64Array(count);
  const [slot, weight, clusterOf] = [new Int32Array(count), new Float64Array(count), new Int32Array(count)];
  let steps = 0;
  for (let i = 0; i < count; i++) {
    const at = order[i] as number;
    const value = ranked[at] as number;
    if (steps === 0 || thresholds[steps - 1] !== value) thresholds[steps++] = value;
    slot[i] = steps - 1;
    weight[i] = weights[at] as number;
    clusterOf[i] = clusters[at] as number;
  }
  for (let i = 0; i < count; i++) {
    if (truth[order[i] as number] === GOOD) slot[i] = (slot[i] as number) + steps;
  }
  return { thresholds: thresholds.slice(0, steps), slot, weight, cluster: clusterOf, clusterCount };
}

/**
 * The steps of a ranking in which each cluster counts so many times (once unless given).
 * @param into from an earlier call with this ranking: its arrays are written over.
 */
export function stepsOf(ranking: Ranking, times?: Float64Array, into?: Steps): Steps {
  const { thresholds, slot, weight, cluster } = ranking;
  const count = thresholds.length;
  const sums = into === undefined ? new Float64Array(2 * count) : new Float64Array(into.bad.buffer);
  sums.fill(0);
  if (times === undefined) {
    for (let i = 0; i < slot.length; i++) {
      const at = slot[i] as number;
      sums[at] = (sums[at] as number) + (weight[i] as number);
    }
  } else {
    for (let i = 0; i < slot.length; i++) {
      const at = slot[i] as number;
      sums[at] = (sums[at] as number) + (weight[i] as number) * (times[cluster[i] as number] as number);
    }
  }
  return into ?? { thresholds, bad: sums.subarray(0, count), good: sums.subarray(count) };
}

function clustersOf({ run, fill }: Sample, cluster: Cluster): { clusters: Int32Array; clusterCount: number } {
  if (cluster === 'FILL' && fill === undefined) throw new InvalidInputError('no lumisection has a fill');
  const clusters = new Int32Array(run.length);
  const known = new Map<number, number>();
  for (let i = 0; i < run.length; i++) {
    const inFill = cluster === 'FILL' ? (fill?.[i] as number) : 0;
    // runs and fills are positive: of opposite signs they cannot meet
    const key = inFill > 0 ? -inFill : (run[i] as number);
    let number = known.get(key);
    if (number === undefined) {
      number = known.size;
      known.set(key, number);
    }
    clusters[i] = number;
  }
  return { clusters, clusterCount: known.size };
}
