import { type Axis, centersOf } from './axis.ts';
import type { Bins, Moments, NumberArray } from './histogram.ts';

/**
 * Moments of the in-range bins at bin centers, weighted by their contents (negative ones too), as ROOT computes them
 * from bins: rms is the standard deviation, kurtosis the excess. NaN where undefined: means of a histogram whose
 * contents sum to 0, skewness and kurtosis of one that fills a single bin, whatever passes a float64 on the way. Only
 * `integral` may be infinite: contents that together pass a float64.
 * `bins.contents` may be longer than the axes need (a scratch array).
 */
export function computeMoments(bins: Bins, axes: readonly Axis[]): Moments {
  const contents = bins.contents instanceof Float64Array ? bins.contents : asDoubles(bins.contents);
  const margin = bins.flow ? 1 : 0;
  const [x, y] = axes as [Axis, Axis | undefined];
  const moments = y === undefined ? momentsOfOne(contents, x, margin) : momentsOfTwo(contents, x, y, margin);
  const { integral, meanX, rmsX, meanY, rmsY, skewness, kurtosis } = moments;
  return {
    integral,
    meanX: finite(meanX),
    rmsX: finite(rmsX),
    meanY: finite(meanY),
    rmsY: finite(rmsY),
    skewness: finite(skewness),
    kurtosis: finite(kurtosis),
  };
}

let scratch = new Float64Array(1024);

/** One type of array keeps the loops below fast; converting costs less than a mixed loop. Valid until the next call. */
function asDoubles(contents: NumberArray): Float64Array {
  if (scratch.length < contents.length) scratch = new Float64Array(contents.length);
  scratch.set(contents);
  return scratch;
}

/** Contents of the underflow and overflow bin of a histogram with one axis; null with two, or without flow bins. */
export function flowOf(
  bins: Bins,
  axes: readonly Axis[],
): { readonly underflow: number; readonly overflow: number } | null {
  const [x, y] = axes;
  if (!bins.flow || x === undefined || y !== undefined) return null;
  return { underflow: bins.contents[0] as number, overflow: bins.contents[x.bins + 1] as number };
}

function momentsOfOne(contents: Float64Array, x: Axis, margin: number): Moments {
  const centers = centersOf(x);
  let integral = 0;
  let sum = 0;
  let filled = 0;
  for (let i = 0; i < centers.length; i++) {
    const weight = contents[margin + i] as number;
    if (weight === 0) continue;
    filled++;
    integral += weight;
    sum += weight * (centers[i] as number);
  }
  const meanX = filled === 1 ? centerOfOnly(contents, centers, margin) : sum / integral;
  if (integral === 0 || filled === 1) {
    return { ...UNDEFINED, integral, meanX: integral === 0 ? NaN : meanX, rmsX: integral === 0 ? NaN : 0 };
  }
  // central sums in a second pass: powers of x itself would cancel for narrow peaks far from 0
  let second = 0;
  let third = 0;
  let fourth = 0;
  for (let i = 0; i < centers.length; i++) {
    const weight = contents[margin + i] as number;
    if (weight === 0) continue;
    const distance = (centers[i] as number) - meanX;
    const square = distance * distance;
    second += weight * square;
    third += weight * square * distance;
    fourth += weight * square * square;
  }
  const variance = Math.abs(second / integral);
  const rmsX = Math.sqrt(variance);
  const skewness = third / integral / (variance * rmsX);
  const kurtosis = fourth / integral / (variance * variance) - 3;
  return { integral, meanX, rmsX, meanY: NaN, rmsY: NaN, skewness, kurtosis };
}

/** Exactly its center: weight * center / weight may round. */
function centerOfOnly(contents: NumberArray, centers: Float64Array, margin: number): number {
  for (let i = 0; i < centers.length; i++) if (contents[margin + i] !== 0) return centers[i] as number;
  return NaN;
}

/** One pass; sums are taken about the middle of each axis, so that squares stay as small as the axis is wide. */
function momentsOfTwo(contents: Float64Array, x: Axis, y: Axis, margin: number): Moments {
  const centersX = centersOf(x);
  const centersY = centersOf(y);
  const middleX = (x.min + x.max) / 2;
  const middleY = (y.min + y.max) / 2;
  const width = x.bins + 2 * margin;
  let integral = 0;
  let sumX = 0;
  let sumXX = 0;
  let sumY = 0;
  let sumYY = 0;
  for (let iy = 0; iy < y.bins; iy++) {
    const row = (iy + margin) * width + margin;
    let rowSum = 0;
    // no test for empty bins: in a sparse map guessing wrong costs more than adding 0
    for (let ix = 0; ix < x.bins; ix++) {
      const weight = contents[row + ix] as number;
      const distance = (centersX[ix] as number) - middleX;
      const moment = weight * distance;
      rowSum += weight;
      sumX += moment;
      sumXX += moment * distance;
    }
    const distance = (centersY[iy] as number) - middleY;
    integral += rowSum;
    sumY += rowSum * distance;
    sumYY += rowSum * distance * distance;
  }
  if (integral === 0) return { ...UNDEFINED, integral };
  return {
    ...UNDEFINED,
    integral,
    meanX: middleX + sumX / integral,
    rmsX: deviation(sumX / integral, sumXX / integral),
    meanY: middleY + sumY / integral,
    rmsY: deviation(sumY / integral, sumYY / integral),
  };
}

function deviation(mean: number, meanOfSquares: number): number {
  const variance = Math.abs(meanOfSquares - mean * mean);
  // what is left of equal numbers after rounding is no width
  return variance <= 8 * Number.EPSILON * Math.abs(meanOfSquares) ? 0 : Math.sqrt(variance);
}

function finite(value: number): number {
  return Number.isFinite(value) ? value : NaN;
}

const UNDEFINED = {
  meanX: NaN,
  rmsX: NaN,
  meanY: NaN,
  rmsY: NaN,
  skewness: NaN,
  kurtosis: NaN,
};
