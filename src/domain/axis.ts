/** One axis of a histogram. Bin i (from 0) covers [edge i, edge i+1): lower bound inclusive, upper exclusive. */
export interface Axis {
  /** Number of in-range bins, at least 1. */
  readonly bins: number;
  /** Lower edge of the first bin. */
  readonly min: number;
  /** Upper edge of the last bin, greater than `min`. */
  readonly max: number;
  /** The `bins + 1` edges, strictly increasing, where they are not equidistant. */
  readonly edges?: readonly number[];
  /** One label a bin (null where a bin has none), where the axis has any. */
  readonly labels?: readonly (string | null)[];
  readonly title: string;
}
