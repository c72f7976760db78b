import { type Axis, centersOf } from './axis.ts';
import { InvalidInputError } from './errors.ts';
import { exactSum } from './exact-sum.ts';
import type { Bins, NumberArray } from './histogram.ts';

/** A stretch of an axis, in its units: `min` inclusive, `max` exclusive; null is open to that side. */
export interface AxisWindow {
  readonly min: number | null;
  readonly max: number | null;
}

/** Part of a histogram; an axis that is null counts as a whole. */
export interface TrendWindow {
  readonly x: AxisWindow | null;
  readonly y: AxisWindow | null;
}

/** Bins of an axis, from 0: `first` inclusive, `last` exclusive. */
interface Stretch {
  readonly first: number;
  readonly last: number;
}

/** The bins of a window. Bins are never split. */
export interface WindowBins {
  readonly x: Stretch;
  /** Null for one axis. */
  readonly y: Stretch | null;
  /** Numbers of in-range bins. */
  readonly bins: readonly number[];
}

/** @throws InvalidInputError for bounds that are no numbers or leave nothing between them. */
export function checkWindow({ x, y }: TrendWindow): void {
  for (const [name, axis] of [
    ['x', x],
    ['y', y],
  ] as const) {
    for (const bound of [axis?.min, axis?.max]) {
      if (bound === null || bound === undefined || Number.isFinite(bound)) continue;
      throw new InvalidInputError(`window.${name}: ${bound} is no number`, { field: `window.${name}` });
    }
    if (axis && axis.min !== null && axis.max !== null && axis.min >= axis.max) {
      throw new InvalidInputError(`window.${name}: nothing lies between ${axis.min} and ${axis.max}`, {
        field: `window.${name}`,
      });
    }
  }
}

/**
 * The in-range bins whose middle lies in the window; null where there are none.
 * @throws InvalidInputError for a window on the y axis of a histogram that has none.
 */
export function binsOfWindow(axes: readonly Axis[], { x, y }: TrendWindow): WindowBins | null {
  const [ofX, ofY] = axes as [Axis, Axis | undefined];
  if (y !== null && ofY === undefined) {
    throw new InvalidInputError('window.y: the histogram has one axis', { field: 'window.y' });
  }
  const stretchX = stretchOf(ofX, x);
  const stretchY = ofY ? stretchOf(ofY, y) : null;
  const isEmpty = stretchX.first === stretchX.last || (stretchY !== null && stretchY.first === stretchY.last);
  return isEmpty ? null : { x: stretchX, y: stretchY, bins: axes.map(({ bins }) => bins) };
}

function stretchOf(axis: Axis, window: AxisWindow | null): Stretch {
  const centers = centersOf(axis);
  const { min, max } = window ?? { min: null, max: null };
  let first = 0;
  while (first < centers.length && min !== null && (centers[first] as number) < min) first++;
  let last = centers.length;
  while (last > first && max !== null && (centers[last - 1] as number) >= max) last--;
  return { first, last };
}

/** The whole range of the axes. */
export const allBins = (axes: readonly Axis[]): WindowBins => binsOfWindow(axes, { x: null, y: null }) as WindowBins;

/** So many integers of 32 bits add up to less than 2^53 on the way. */
const MOST_PLAIN = 2 ** 20;

/** The sum of the contents in the window: the true sum, rounded once. Under- and overflow never count. */
export function sumOfWindow({ contents, flow }: Bins, { x, y, bins }: WindowBins): number {
  const margin = flow ? 1 : 0;
  const width = (bins[0] as number) + 2 * margin;
  const rows = y ?? { first: -margin, last: 1 - margin };
  const cells = (rows.last - rows.first) * (x.last - x.first);
  const isInteger = !(contents instanceof Float64Array || contents instanceof Float32Array);
  if (isInteger && cells <= MOST_PLAIN) return sumOfRows(contents, rows, x, width, margin);
  const inside = new Float64Array(cells);
  let next = 0;
  for (let row = rows.first; row < rows.last; row++) {
    const from = (row + margin) * width + margin;
    for (let i = from + x.first; i < from + x.last; i++) inside[next++] = contents[i] as number;
  }
  return exactSum(inside);
}

function sumOfRows(contents: NumberArray, rows: Stretch, x: Stretch, width: number, margin: number): number {
  let sum = 0;
  for (let row = rows.first; row < rows.last; row++) {
    const from = (row + margin) * width + margin;
    for (let i = from + x.first; i < from + x.last; i++) sum += contents[i] as number;
  }
  return sum;
}
