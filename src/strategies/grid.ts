import { type Axis, canonicalAxis, edgesOf } from '../domain/axis.ts';
import { planAxes } from '../domain/rebin.ts';
import type { Shape } from '../domain/shape.ts';

/** The cells of the bins in range among all cells, flow bins included; in their order. */
export function inRangeCells(shape: Shape): Int32Array {
  const nx = shape[shape.length - 1] as number;
  const rows = shape.length === 2 ? (shape[0] as number) : 1;
  const first = shape.length === 2 ? nx + 2 : 0;
  const cells = new Int32Array(nx * rows);
  for (let i = 0; i < cells.length; i++) cells[i] = first + Math.floor(i / nx) * (nx + 2) + 1 + (i % nx);
  return cells;
}

/** The axes after rebinning by these factors, x first. */
export function rebinnedAxes(axes: readonly Axis[], factors: readonly number[] | undefined): readonly Axis[] {
  if (factors === undefined) return axes;
  return axes.map(({ min, max, title, ...axis }, i) => {
    const factor = factors[i] ?? 1;
    const edges = edgesOf({ min, max, title, ...axis }).filter((_, edge) => edge % factor === 0);
    return canonicalAxis({ bins: edges.length - 1, min, max, edges, title });
  });
}

/**
 * Of each cell the cell that it goes to when bins are added up, and how many of those there are; with flow bins or in
 * range alone, before as after.
 * @throws InvalidInputError for factors that do not divide, or are not as many as the axes
 */
export function rebinPlaces(
  axes: readonly Axis[],
  factors: readonly number[] | undefined,
  flow: boolean,
): { readonly places: Int32Array; readonly count: number } {
  const [x, y] = planAxes(axes, factors, []).map(({ bins, factor }) => alongAxis(bins, factor, flow));
  const [toX, toY] = [x as Int32Array, y ?? Int32Array.of(0)];
  const width = (toX[toX.length - 1] as number) + 1;
  const places = new Int32Array(toX.length * toY.length);
  for (let i = 0; i < places.length; i++) {
    places[i] = (toY[Math.floor(i / toX.length)] as number) * width + (toX[i % toX.length] as number);
  }
  return { places, count: width * ((toY[toY.length - 1] as number) + 1) };
}

function alongAxis(bins: number, factor: number, flow: boolean): Int32Array {
  if (!flow) return Int32Array.from({ length: bins }, (_, bin) => Math.floor(bin / factor));
  return Int32Array.from({ length: bins + 2 }, (_, cell) => Math.floor((cell + factor - 1) / factor));
}

/** Text that is equal for axes with the same bins and labels: histograms of those can be set side by side. Titles do not count. */
export function axesKey(axes: readonly Axis[]): string {
  let key = keys.get(axes);
  if (key === undefined) {
    key = JSON.stringify(axes.map((axis) => ({ ...canonicalAxis(axis), title: '' })));
    keys.set(axes, key);
  }
  return key;
}

/** Thousands of histograms share one binning. */
const keys = new WeakMap<readonly Axis[], string>();
