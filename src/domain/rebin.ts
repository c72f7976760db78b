import { type Axis, edgesOf } from './axis.ts';
import { CellSums } from './cell-sums.ts';
import { InvalidInputError } from './errors.ts';
import type { Bins, NumberArray } from './histogram.ts';
import type { Shape } from './shape.ts';

/** A stretch of an axis in its units; a bound left out is the end of the axis. */
export interface Stretch {
  readonly min?: number | null;
  readonly max?: number | null;
}

/** An axis that is to go: what lies along it is added up. */
export interface Projection {
  /** The axis that stays. */
  readonly onto: 'X' | 'Y';
  /** Whether what lies outside of the other axis (its flow bins, and what is cropped of it) is added as well. */
  readonly flow: boolean;
}

/** What becomes of one axis: in-range bins `first` (from 0, inclusive) to `last` (exclusive), `factor` to a new one. */
export interface AxisPlan {
  readonly bins: number;
  readonly first: number;
  readonly last: number;
  readonly factor: number;
  /** The axis goes: those bins are added up, or with WITH_FLOW all there are. */
  readonly projected?: 'IN_RANGE' | 'WITH_FLOW';
}

const NAMES = ['x', 'y'];

/**
 * Plans to keep of each axis the bins that overlap its stretch (of `crop`, x first), to add up along the axis that a
 * projection takes away, then to add up `rebin` neighbours of each axis that stays.
 * @throws InvalidInputError naming the axis: a factor that does not divide its bins (ROOT would put what is left into
 * the overflow), a stretch that holds none, another number of factors than of axes, a projection of one axis.
 */
export function planAxes(
  axes: readonly Axis[],
  rebin: readonly number[] | null | undefined,
  crop: readonly (Stretch | null | undefined)[],
  project?: Projection | null,
): AxisPlan[] {
  if (project && axes.length === 1) throw invalid('project', 'the histogram has one axis alone.');
  const staying = project ? 1 : axes.length;
  if (rebin && rebin.length !== staying) {
    throw invalid('rebin', `takes one factor an axis, x first: ${staying} here, not ${rebin.length}.`);
  }
  if (axes.length === 1 && crop[1]) throw invalid('crop', 'the histogram has no y axis.');
  return axes.map((axis, i) => {
    const name = NAMES[i] as string;
    const { first, last } = stretchOf(axis, crop[i], name);
    const bins = last - first;
    if (project && project.onto.toLowerCase() !== name) {
      return { bins: axis.bins, first, last, factor: bins, projected: project.flow ? 'WITH_FLOW' : 'IN_RANGE' };
    }
    const factor = rebin?.[project ? 0 : i] ?? 1;
    if (factor < 1 || bins % factor !== 0) {
      throw invalid('rebin', `${factor} does not divide the ${bins} bins of the ${name} axis.`, { axis: name, bins });
    }
    return { bins: axis.bins, first, last, factor };
  });
}

function stretchOf(axis: Axis, stretch: Stretch | null | undefined, name: string): { first: number; last: number } {
  if (!stretch) return { first: 0, last: axis.bins };
  const min = stretch.min ?? axis.min;
  const max = stretch.max ?? axis.max;
  const edges = edgesOf(axis);
  let first = 0;
  while (first < axis.bins && (edges[first + 1] as number) <= min) first++;
  let last = axis.bins;
  while (last > first && (edges[last - 1] as number) >= max) last--;
  if (min >= max || first >= last) {
    throw invalid('crop', `no bin of the ${name} axis lies between ${min} and ${max}.`, { axis: name });
  }
  return { first, last };
}

const invalid = (field: string, reason: string, details: Record<string, unknown> = {}) =>
  new InvalidInputError(`${field}: ${reason}`, { field, ...details });

/** Whether bins are added up, not only left out. */
export const addsBins = (plans: readonly AxisPlan[]): boolean =>
  plans.some(({ factor, projected }) => factor > 1 || projected !== undefined);

/** By axis that stays, y first. */
export const shapeAfter = (plans: readonly AxisPlan[]): Shape =>
  plans
    .filter(({ projected }) => projected === undefined)
    .map(({ first, last, factor }) => (last - first) / factor)
    .reverse();

/**
 * The histogram as planned: every sum that it stores is added up exactly, and rounded once. What was cropped goes to the
 * under- and overflow bins; bins without those lose it.
 */
export function rebinned(bins: Bins, plans: readonly AxisPlan[]): Bins {
  const { flow } = bins;
  const [x, y] = plans.map((plan) => placesOf(plan, flow)) as [Places, Places | undefined];
  const cells = cellsAfter(x, y ?? ONE);
  const added = (numbers: NumberArray) => {
    const sums = new CellSums(x.cells * (y ?? ONE).cells);
    sums.addAt(cells, numbers);
    return sums.totals();
  };
  return {
    flow,
    contents: added(bins.contents),
    ...(bins.sumw2 && { sumw2: added(bins.sumw2) }),
    ...(bins.binEntries && { binEntries: added(bins.binEntries) }),
    ...(bins.binSumw2 && { binSumw2: added(bins.binSumw2) }),
    ...(bins.errorOption && { errorOption: bins.errorOption }),
  };
}

/** By stored cell of an axis, the cell it goes to, or -1; and how many cells there are then. */
interface Places {
  readonly to: Int32Array;
  readonly cells: number;
}
const ONE: Places = { to: Int32Array.of(0), cells: 1 };

function placesOf({ bins, first, last, factor, projected }: AxisPlan, flow: boolean): Places {
  const kept = (last - first) / factor;
  const margin = flow ? 1 : 0;
  const to = new Int32Array(bins + 2 * margin);
  for (let cell = 0; cell < to.length; cell++) {
    const bin = cell - margin;
    const isInside = bin >= first && bin < last;
    if (projected !== undefined) to[cell] = isInside || projected === 'WITH_FLOW' ? 0 : -1;
    else if (isInside) to[cell] = margin + Math.floor((bin - first) / factor);
    else if (!flow) to[cell] = -1;
    else to[cell] = bin < first ? 0 : kept + 1;
  }
  return { to, cells: projected === undefined ? kept + 2 * margin : 1 };
}

/** By stored cell, the cell it goes to, or -1. */
function cellsAfter(x: Places, y: Places): Int32Array {
  const width = x.to.length;
  const cells = new Int32Array(width * y.to.length).fill(-1);
  for (let iy = 0; iy < y.to.length; iy++) {
    const row = y.to[iy] as number;
    if (row < 0) continue;
    for (let ix = 0; ix < width; ix++) {
      const column = x.to[ix] as number;
      if (column >= 0) cells[iy * width + ix] = row * x.cells + column;
    }
  }
  return cells;
}
