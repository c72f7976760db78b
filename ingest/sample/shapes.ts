import type { Axis } from '../../src/domain/axis.ts';
import type { MonitorElementKind } from '../../src/domain/record.ts';
import type { Conditions } from './runs.ts';

/** How a histogram of the sample is booked, and what it is expected to hold. */
export interface SampleHistogram {
  readonly path: string;
  readonly title: string;
  readonly kind: MonitorElementKind;
  readonly axes: readonly Axis[];
  /** Number of cells, flow bins included. */
  readonly cells: number;
  /** Writes the mean content of each cell, flow bins included, y outer. */
  expect(into: Float64Array, conditions: Conditions): void;
}

/** Expected fills in one lumisection. */
export type Rate = (conditions: Conditions) => number;

export const axis = (bins: number, min: number, max: number, title: string, more: Partial<Axis> = {}): Axis => ({
  bins,
  min,
  max,
  title,
  ...more,
});

const edge = (axis: Axis, i: number): number =>
  axis.edges ? (axis.edges[i] as number) : axis.min + ((axis.max - axis.min) * i) / axis.bins;

/** Centres and widths of the cells of an axis; the flow cells stand for three bins more at each end. */
function cellsOf(axis: Axis) {
  const centres = new Float64Array(axis.bins + 2);
  const widths = new Float64Array(axis.bins + 2);
  for (let i = 0; i < axis.bins; i++) {
    centres[i + 1] = (edge(axis, i) + edge(axis, i + 1)) / 2;
    widths[i + 1] = edge(axis, i + 1) - edge(axis, i);
  }
  const tail = (3 * (axis.max - axis.min)) / axis.bins;
  centres[0] = axis.min - tail / 2;
  centres[axis.bins + 1] = axis.max + tail / 2;
  widths[0] = tail;
  widths[axis.bins + 1] = tail;
  return { centres, widths };
}

/** A spectrum: any non-negative `density` of x, scaled to `rate` fills; nothing below `lowest`. */
export function spectrum(
  path: string,
  title: string,
  x: Axis,
  density: (x: number, conditions: Conditions) => number,
  rate: Rate,
  lowest = Number.NEGATIVE_INFINITY,
): SampleHistogram {
  const { centres, widths } = cellsOf(x);
  return {
    path,
    title,
    kind: 'TH1',
    axes: [x],
    cells: x.bins + 2,
    expect(into, conditions) {
      let sum = 0;
      for (let i = 0; i < centres.length; i++) {
        const centre = centres[i] as number;
        const value = centre < lowest ? 0 : density(centre, conditions) * (widths[i] as number);
        into[i] = value;
        sum += value;
      }
      const factor = sum > 0 ? rate(conditions) / sum : 0;
      for (let i = 0; i < centres.length; i++) into[i] = (into[i] as number) * factor;
    },
  };
}

/**
 * A map: a fixed `density` of (x, y) scaled to `rate` fills, which `distort` may change cell by cell. `distort` gives
 * the function to apply, or null where nothing is to be changed, so that most lumisections cost one multiplication a cell.
 */
export function map(
  path: string,
  title: string,
  x: Axis,
  y: Axis,
  density: (x: number, y: number) => number,
  rate: Rate,
  distort: (conditions: Conditions) => ((mean: number, x: number, y: number) => number) | null = () => null,
): SampleHistogram {
  const columns = cellsOf(x);
  const rows = cellsOf(y);
  const width = x.bins + 2;
  const cells = width * (y.bins + 2);
  let template: Float64Array | null = null;
  const build = () => {
    const built = new Float64Array(cells);
    let sum = 0;
    for (let iy = 1; iy <= y.bins; iy++) {
      for (let ix = 1; ix <= x.bins; ix++) {
        const value = density(columns.centres[ix] as number, rows.centres[iy] as number);
        built[iy * width + ix] = value;
        sum += value;
      }
    }
    for (let i = 0; i < cells; i++) built[i] = (built[i] as number) / sum;
    return built;
  };
  return {
    path,
    title,
    kind: 'TH2',
    axes: [x, y],
    cells,
    expect(into, conditions) {
      template ??= build();
      const fills = rate(conditions);
      for (let i = 0; i < cells; i++) into[i] = (template[i] as number) * fills;
      const change = distort(conditions);
      if (!change) return;
      for (let iy = 1; iy <= y.bins; iy++) {
        for (let ix = 1; ix <= x.bins; ix++) {
          const cell = iy * width + ix;
          into[cell] = change(into[cell] as number, columns.centres[ix] as number, rows.centres[iy] as number);
        }
      }
    },
  };
}
