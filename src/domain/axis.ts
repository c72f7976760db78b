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

/** The `bins + 1` edges, from `min` to `max`. */
export function edgesOf(axis: Axis): number[] {
  return axis.edges === undefined ? equidistantEdges(axis) : [...axis.edges];
}

function equidistantEdges({ bins, min, max }: Axis): number[] {
  const width = (max - min) / bins;
  const edges = Array.from({ length: bins + 1 }, (_, i) => min + i * width);
  edges[bins] = max;
  return edges;
}

const centers = new WeakMap<Axis, Float64Array>();

/** The middle of each bin. Computed once for each axis object: read it, do not write to it. */
export function centersOf(axis: Axis): Float64Array {
  let known = centers.get(axis);
  if (known === undefined) {
    known = new Float64Array(axis.bins);
    const width = (axis.max - axis.min) / axis.bins;
    for (let i = 0; i < axis.bins; i++) {
      known[i] =
        axis.edges === undefined
          ? axis.min + (i + 0.5) * width
          : middleOf(axis.edges[i] as number, axis.edges[i + 1] as number);
    }
    centers.set(axis, known);
  }
  return known;
}

/** Halved first where the sum would pass a float64. */
function middleOf(lower: number, upper: number): number {
  const sum = lower + upper;
  return Number.isFinite(sum) ? sum / 2 : lower / 2 + upper / 2;
}

/** Cells of an axis are indexed by 32-bit integers. */
const MAX_BINS = 2 ** 31 - 3;

/** Why this is not an axis, as the end of a sentence ("xAxis: has ..."), or null where it is one. */
export function axisProblem({ bins, min, max, edges, labels }: Axis): string | null {
  if (!Number.isInteger(bins) || bins < 1 || bins > MAX_BINS) return `has ${bins} bins, not an integer of at least 1`;
  if (!Number.isFinite(min)) return `has a min of ${min}, not a finite number`;
  if (!Number.isFinite(max)) return `has a max of ${max}, not a finite number`;
  if (!(min < max)) return `has a min of ${min}, not below its max of ${max}`;
  if (edges === undefined && !Number.isFinite(max - min)) return `is wider than a number can say (${min} to ${max})`;
  if (edges !== undefined) {
    if (edges.length !== bins + 1) return `has ${edges.length} edges where ${bins} bins need ${bins + 1}`;
    if (edges[0] !== min || edges[bins] !== max) return `has edges that do not begin at ${min} and end at ${max}`;
    for (let i = 1; i <= bins; i++) {
      const [lower, upper] = [edges[i - 1] as number, edges[i] as number];
      if (!(lower < upper) || !Number.isFinite(upper)) return `has edges that do not increase (${lower}, ${upper})`;
    }
  }
  if (labels !== undefined && labels.length !== bins) return `has ${labels.length} labels for ${bins} bins`;
  return null;
}

/** The same axis with nothing said twice: no edges where they are equidistant, no labels where no bin has one. */
export function canonicalAxis(axis: Axis): Axis {
  const { bins, min, max, title } = axis;
  const regular = equidistantEdges(axis);
  const edges = axis.edges?.every((edge, i) => edge === regular[i]) ? undefined : axis.edges;
  const labels = axis.labels?.every((label) => label === null) ? undefined : axis.labels;
  return { bins, min, max, ...(edges && { edges }), ...(labels && { labels }), title };
}
