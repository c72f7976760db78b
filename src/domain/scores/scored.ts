import type { Axis } from '../axis.ts';
import type { Bins, NumberArray } from '../histogram.ts';

/** A histogram as scores see it. */
export interface Scored {
  /** x, or x and y. */
  readonly axes: readonly Axis[];
  /** In range alone, without flow bins: row-major with y outer, `nx` or `ny * nx` numbers. */
  readonly contents: Float64Array;
  /** Of the contents. */
  readonly sum: number;
  /** Whether all contents are whole numbers of at least 0: what Poisson's and the binomial law speak of. */
  readonly isCounts: boolean;
}

/** What a metric makes of a histogram and its references. */
export interface Score {
  /** Null where the metric is not defined: an empty side, contents that are no counts where it is about counts. */
  readonly value: number | null;
  /** The probability of a value at least as large if nothing is wrong; null where the metric has no such thing. */
  readonly pValue: number | null;
  /** By bin, laid out as the contents, signed (above 0: the tested one has more); absent where the metric has none. */
  readonly pulls?: Float64Array;
}

export const UNDEFINED: Score = { value: null, pValue: null };

/** @param bins of no profile: their contents are sums of weights times values. */
export function scored({ contents: cells, flow }: Bins, axes: readonly Axis[]): Scored {
  const contents = inRange(cells, axes, flow);
  let [sum, least] = [0, 0];
  for (let i = 0; i < contents.length; i++) {
    const content = contents[i] as number;
    sum += content;
    if (content < least) least = content;
  }
  const isWhole = !(cells instanceof Float64Array || cells instanceof Float32Array) || contents.every(Number.isInteger);
  return { axes, contents, sum, isCounts: least >= 0 && isWhole };
}

/** As one kind of numbers: loops over any of eight kinds take three times as long. */
function inRange(cells: NumberArray, [x, y]: readonly Axis[], flow: boolean): Float64Array {
  const width = x?.bins as number;
  const rows = y?.bins ?? 1;
  const margin = flow ? 1 : 0;
  const contents = new Float64Array(width * rows);
  for (let row = 0; row < rows; row++) {
    const from = (y === undefined ? 0 : row + margin) * (width + 2 * margin) + margin;
    contents.set(cells.subarray(from, from + width), row * width);
  }
  return contents;
}

/** Whether a distribution can be made of it. */
export const isFilled = ({ sum }: Scored): boolean => sum > 0 && Number.isFinite(sum);

/** Whether the cumulative sums only rise: no content is negative. */
export const isMass = ({ isCounts, contents }: Scored): boolean => isCounts || !contents.some((content) => content < 0);

/**
 * The mean of the scores against each reference, the pulls bin by bin. References that are empty, or with which the
 * metric is not defined, do not count. A p-value remains only with a single reference: a mean of p-values is none.
 */
export function averaged(references: readonly Scored[], against: (reference: Scored) => Score): Score {
  const scores = references.filter(isFilled).map(against);
  const defined = scores.filter((score): score is Score & { value: number } => score.value !== null);
  const [first] = defined;
  if (first === undefined) return UNDEFINED;
  if (defined.length === 1) return first;
  let value = 0;
  for (const score of defined) value += score.value / defined.length;
  if (first.pulls === undefined) return { value, pValue: null };
  const pulls = new Float64Array(first.pulls.length);
  for (const score of defined) {
    for (let i = 0; i < pulls.length; i++)
      pulls[i] = (pulls[i] as number) + (score.pulls?.[i] as number) / defined.length;
  }
  return { value, pValue: null, pulls };
}

/** What brings two histograms to one scale: `a * ofA` and `b * ofB` are shares of their sums, times `unit`. */
export interface CommonScale {
  readonly ofA: number;
  readonly ofB: number;
  readonly unit: number;
}

/** Products of this size lose nothing: beyond, what is multiplied has to be divided first. */
const [LEAST_PRODUCT, LARGEST_PRODUCT] = [1e-200, 1e300];

/**
 * By the sum of the other one: of counts in proportion both products are the same number then, rounded alike, and their
 * difference is 0 to the last bit. Shares that are multiplied by 1 / sum are not, and shares that are divided cost more.
 */
export function commonScale(a: Scored, b: Scored): CommonScale {
  const product = a.sum * b.sum;
  if (product > LEAST_PRODUCT && product < LARGEST_PRODUCT) return { ofA: b.sum, ofB: a.sum, unit: product };
  return { ofA: 1 / a.sum, ofB: 1 / b.sum, unit: 1 };
}
