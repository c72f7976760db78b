import { InvalidInputError } from '../errors.ts';
import { BAD, keep, type Sample } from './sample.ts';

/**
 * Which bad lumisections are to be found: all; those of runs that have no good one; those inside of runs that have good
 * ones too. The good lumisections are the same ones in all three, so that false alarms cost the same.
 */
export type Slice = 'ALL' | 'WHOLLY_BAD_RUNS' | 'PARTLY_BAD_RUNS';

export const SLICES: readonly Slice[] = ['ALL', 'WHOLLY_BAD_RUNS', 'PARTLY_BAD_RUNS'];

export function slice(sample: Sample, which: Slice): Sample {
  if (which === 'ALL') return sample;
  const wanted = which === 'WHOLLY_BAD_RUNS' ? 1 : 0;
  return keep(sample, (i) => sample.truth[i] !== BAD || sample.inWhollyBadRun[i] === wanted);
}

/** Lumisections by a quantity: at least `low` and below `high`. */
export interface QuantityBin {
  readonly low: number;
  readonly high: number;
  readonly sample: Sample;
}

/** The bins of a quantity, and how many lumisections are in none: the quantity is unknown, or outside of the edges. */
export interface BinnedSample {
  readonly bins: readonly QuantityBin[];
  readonly unknown: number;
  readonly outside: number;
}

/**
 * Splits a sample by a quantity of its lumisections, both classes alike.
 * @param edges two or more, increasing; the first and the last may be infinite.
 * @throws InvalidInputError for a quantity that the sample has not, and for other edges.
 */
export function binBy(sample: Sample, quantity: string, edges: readonly number[]): BinnedSample {
  const values = Object.hasOwn(sample.quantities, quantity) ? sample.quantities[quantity] : undefined;
  if (values === undefined) throw new InvalidInputError(`no lumisection has "${quantity}"`);
  const inner = edges.slice(1);
  if (inner.length === 0 || !inner.every((edge, i) => edge > (edges[i] as number))) {
    throw new InvalidInputError('edges: expected two or more increasing numbers', { field: 'edges' });
  }
  const isInside = (value: number, low: number, high: number) => value >= low && value < high;
  const [first, last] = [edges[0] as number, edges.at(-1) as number];
  return {
    bins: inner.map((high, bin) => {
      const low = edges[bin] as number;
      return { low, high, sample: keep(sample, (i) => isInside(values[i] as number, low, high)) };
    }),
    unknown: values.reduce((count, value) => count + (Number.isNaN(value) ? 1 : 0), 0),
    outside: values.reduce((count, value) => count + (value < first || value >= last ? 1 : 0), 0),
  };
}
