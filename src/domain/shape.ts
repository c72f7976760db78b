import type { Binning } from './histogram.ts';

/** In-range bins by axis, y then x: `[nx]` for one axis, `[ny, nx]` for two. */
export type Shape = readonly number[];

export function shapeOf(binning: Pick<Binning, 'axes'>): Shape {
  let shape = shapes.get(binning);
  if (shape === undefined) {
    shape = binning.axes.map((axis) => axis.bins).reverse();
    shapes.set(binning, shape);
  }
  return shape;
}

/** Thousands of histograms share one binning. */
const shapes = new WeakMap<Pick<Binning, 'axes'>, Shape>();

/** Number of cells a histogram of this shape stores, with or without under- and overflow. */
export function cellCount(shape: Shape, flow: boolean): number {
  let cells = 1;
  for (const bins of shape) cells *= flow ? bins + 2 : bins;
  return cells;
}
