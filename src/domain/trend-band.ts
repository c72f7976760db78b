import { exactSum } from './exact-sum.ts';
import { quantile } from './quantile.ts';

/** How a band is made of the values of a reference. */
export type BandKind =
  /** The median, between two quantiles. */
  | { readonly kind: 'QUANTILES'; readonly low: number; readonly high: number }
  /** The mean, `k` standard deviations to each side. */
  | { readonly kind: 'MEAN_RMS'; readonly k: number };

/** Null where there is no value to make it of. */
export interface Band {
  readonly center: number | null;
  readonly low: number | null;
  readonly high: number | null;
}

/** The values may come in any order: the band is the same to the last digit. */
export function bandOf(values: readonly number[], kind: BandKind): Band {
  if (values.length === 0) return { center: null, low: null, high: null };
  if (kind.kind === 'QUANTILES') {
    const sorted = Float64Array.from(values).sort();
    return { center: quantile(sorted, 0.5), low: quantile(sorted, kind.low), high: quantile(sorted, kind.high) };
  }
  const mean = exactSum(values) / values.length;
  // of the values themselves, not an estimate for more of them: divided by their number
  const rms = Math.sqrt(exactSum(values.map((value) => (value - mean) ** 2)) / values.length);
  return { center: mean, low: mean - kind.k * rms, high: mean + kind.k * rms };
}
