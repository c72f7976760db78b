import { binErrors, binValues } from './bin-values.ts';
import { cellsOf } from './bins-text.ts';
import { decodeBins } from './codec.ts';
import { exactSum } from './exact-sum.ts';
import type { Bins, NumberArray } from './histogram.ts';
import { type AxisPlan, rebinned, shapeAfter } from './rebin.ts';
import type { Shape } from './shape.ts';

/** What to show of stored bins. */
export interface BinsView {
  readonly quantity: 'values' | 'errors';
  /** With under- and overflow bins. */
  readonly flow: boolean;
  /** By axis, x first; null: as stored. */
  readonly plans: readonly AxisPlan[] | null;
  /** Divides by the sum of the in-range values, or by the largest of them. */
  readonly normalize: 'INTEGRAL' | 'MAX' | null;
}

export interface ViewedCells {
  readonly cells: NumberArray;
  /** Cells of a row of y; of all where there is one axis. */
  readonly width: number;
  /** Number of axes that are left. */
  readonly dimension: number;
}

/**
 * The cells that a view shows. Null where there is nothing to show: no flow bins, no errors of a profile whose squares
 * are not known, and no scale (values that add up to 0, or none of which is above 0).
 * @throws CorruptBinsError
 */
export function viewedCells(blob: Uint8Array, shape: Shape, view: BinsView): ViewedCells | null {
  const { plans, flow } = view;
  const stored = decodeBins(blob, shape);
  if (!stored.flow && (flow || plans?.some(({ projected }) => projected === 'WITH_FLOW'))) return null;
  const bins = plans === null ? stored : rebinned(stored, plans);
  const viewed = plans === null ? shape : shapeAfter(plans);
  const all = view.quantity === 'values' ? binValues(bins) : binErrors(bins);
  if (all === null) return null;
  const cells = cellsOf(all, viewed, bins.flow, flow);
  const width = (viewed.at(-1) as number) + (flow ? 2 : 0);
  const dimension = viewed.length;
  if (view.normalize === null) return { cells, width, dimension };
  const scale = scaleOf(bins, viewed, view.normalize);
  if (!Number.isFinite(scale) || scale === 0) return null;
  return { cells: Float64Array.from(cells, (cell) => cell / scale), width, dimension };
}

/** Of the in-range values; 0 where it cannot be divided by. */
function scaleOf(bins: Bins, shape: Shape, by: 'INTEGRAL' | 'MAX'): number {
  const inRange = cellsOf(binValues(bins), shape, bins.flow, false);
  if (by === 'INTEGRAL') return exactSum(inRange);
  let scale = 0;
  for (const value of inRange) scale = Math.max(scale, value);
  return scale;
}
