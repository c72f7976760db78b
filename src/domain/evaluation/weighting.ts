import type { Sample } from './sample.ts';

/**
 * What counts alike. BY_LUMISECTION: every lumisection, by its weight in the sample; long runs count more. BY_RUN: every
 * run, once among the runs that have good lumisections and once among those that have bad ones; rates become the means
 * of the rates of runs.
 */
export type Weighting = 'BY_LUMISECTION' | 'BY_RUN';

export const WEIGHTINGS: readonly Weighting[] = ['BY_LUMISECTION', 'BY_RUN'];

/** The weight of each lumisection of the sample. BY_RUN divides it by the sum over its run and class. */
export function weightsOf(sample: Sample, weighting: Weighting): Float64Array {
  if (weighting === 'BY_LUMISECTION') return sample.weight;
  const { run, truth, weight } = sample;
  const balanced = new Float64Array(weight.length);
  const sums = new Float64Array(2);
  for (let first = 0; first < run.length; ) {
    let end = first;
    sums.fill(0);
    for (; end < run.length && run[end] === run[first]; end++) {
      sums[truth[end] as number] = (sums[truth[end] as number] as number) + (weight[end] as number);
    }
    for (let i = first; i < end; i++) {
      balanced[i] = (weight[i] as number) / (sums[truth[i] as number] as number);
    }
    first = end;
  }
  return balanced;
}

/**
 * How many things of equal weight would fluctuate as much as these: (sum w)^2 / sum w^2; 0 without any weight.
 * Source: L. Kish, Survey Sampling (1965), on the effective sample size.
 */
export function effectiveSize(weights: Float64Array): number {
  let sum = 0;
  let squares = 0;
  for (let i = 0; i < weights.length; i++) {
    const weight = weights[i] as number;
    sum += weight;
    squares += weight * weight;
  }
  return squares === 0 ? 0 : (sum * sum) / squares;
}
