import type { Axis } from '../domain/axis.ts';
import { InvalidInputError } from '../domain/errors.ts';
import type { NumberArray } from '../domain/histogram.ts';
import { cellCount, shapeOf } from '../domain/shape.ts';
import { axesKey, inRangeCells, rebinnedAxes, rebinPlaces } from './grid.ts';
import type { optionsFor } from './preparation-options.ts';
import type { Reason } from './reason.ts';
import type { Layout, Reads } from './strategy.ts';

/** Histograms of one monitor element and one binning to learn from, as stored. */
export interface TrainingMatrix {
  readonly rows: number;
  /** x, or x and y. */
  readonly axes: readonly Axis[];
  /** Whether the cells hold under- and overflow. */
  readonly flow: boolean;
  /** Row by row; each row-major with y outer, as Bins.contents (of a profile: its values). */
  readonly bins: Float64Array;
  /** As the source says, one a row; NaN where it does not. */
  readonly entries: Float64Array;
}

/** One histogram to score. */
export interface Sample {
  readonly axes: readonly Axis[];
  readonly flow: boolean;
  /** Row-major with y outer, with flow bins where `flow` is set. */
  readonly contents: NumberArray;
  readonly entries: number;
}

/** By reason, the rows that nothing was learned from. */
export type LeftOut = Partial<Record<Reason, number>>;

/** All options, defaults filled in. */
export type Options = ReturnType<typeof optionsFor>;

/** Turns stored histograms of one binning into rows of columns. */
export interface Preparation {
  readonly layout: Layout;
  /** In increasing order, the cells left out as dead: bins in range, or all where flow bins are kept. */
  readonly dead: Int32Array;
  /** Writes the row of a histogram at `at` of `target`, or says why there is none. Its axes are taken to fit. */
  write(contents: NumberArray, flow: boolean, entries: number, target: Float64Array, at: number): Reason | null;
  /** Whether the sample is booked alike, and has the flow bins that are needed. */
  fits(sample: Sample): boolean;
}

/**
 * @param dead cells beside those of `maskedBins`, see Preparation.dead
 * @throws InvalidInputError for a factor that does not divide, a masked bin that is none, nothing left
 */
export function preparation(axes: readonly Axis[], options: Options, dead: Int32Array, reads: Reads): Preparation {
  const keepFlow = options.flow === 'KEEP';
  const shape = shapeOf({ axes });
  const inRange = inRangeCells(shape);
  const { places, count } = rebinPlaces(axes, options.rebin, keepFlow);
  const masked = new Uint8Array(places.length);
  for (const bin of options.maskedBins) masked[maskedCell(bin, inRange, keepFlow)] = 1;
  for (const cell of dead) masked[cell] = 1;
  const live = Int32Array.from(places.keys()).filter((cell) => masked[cell] === 0);
  if (live.length === 0) throw new InvalidInputError('All bins are masked or dead: there is nothing to look at.');
  const columns = Int32Array.from(new Set(live.map((cell) => places[cell] as number))).sort();
  const columnOf = new Int32Array(count);
  for (const [column, place] of columns.entries()) columnOf[place] = column;
  const to = live.map((cell) => columnOf[places[cell] as number] as number);
  /** The cells of a stored histogram that go there: of one without flow bins, and of one with them. */
  const ofPlain = keepFlow ? null : live;
  const ofFlow = keepFlow ? live : live.map((cell) => inRange[cell] as number);
  const key = axesKey(axes);
  const width = columns.length;

  return {
    layout: { axes: rebinnedAxes(axes, options.rebin), flow: keepFlow, columns },
    dead,
    fits: (sample) =>
      axesKey(sample.axes) === key &&
      (sample.flow || ofPlain !== null) &&
      sample.contents.length === cellCount(shape, sample.flow),
    write(contents, flow, entries, target, at) {
      if (reads === 'ENTRIES') return entries === 0 ? null : whyNoScale(entries);
      const cells = (flow ? ofFlow : ofPlain) as Int32Array;
      const row = target.subarray(at, at + width).fill(0);
      for (let i = 0; i < cells.length; i++) {
        const column = to[i] as number;
        row[column] = (row[column] as number) + (contents[cells[i] as number] as number);
      }
      let sum = 0;
      let least = 0;
      for (let i = 0; i < width; i++) {
        const value = row[i] as number;
        sum += value;
        if (value < least) least = value;
      }
      if (!Number.isFinite(sum)) return 'NOT_FINITE';
      if (least < 0 && (reads === 'COUNTS' || reads === 'SHARES')) return 'NEGATIVE';
      const isEmpty = sum === 0 && (reads === 'COUNTS' || reads === 'SHAPE' || options.normalisation === 'SUM');
      // what cancels is not empty
      if (isEmpty) return least < 0 ? 'NEGATIVE' : 'EMPTY';
      if (options.normalisation === 'NONE') return null;
      return divide(row, options.normalisation === 'SUM' ? sum : entries);
    },
  };
}

/** Where it stands among the cells in use; checked, as users write it. */
function maskedCell(bin: number, inRange: Int32Array, keepFlow: boolean): number {
  const cell = inRange[bin];
  if (cell !== undefined) return keepFlow ? cell : bin;
  throw new InvalidInputError(
    `preparation.maskedBins: bin ${bin} is none of the ${inRange.length} bins, 0 to ${inRange.length - 1}.`,
    { field: 'maskedBins', bins: inRange.length },
  );
}

/** Why a sum of bins, or a number of entries, is nothing to divide by; NaN: the source does not say. */
function whyNoScale(scale: number): Reason | null {
  if (Number.isNaN(scale)) return 'UNKNOWN_ENTRIES';
  if (scale < 0) return 'NEGATIVE';
  if (scale === 0) return 'EMPTY';
  return Number.isFinite(scale) ? null : 'NOT_FINITE';
}

function divide(row: Float64Array, scale: number): Reason | null {
  const reason = whyNoScale(scale);
  if (reason !== null) return reason;
  for (let i = 0; i < row.length; i++) {
    const value = (row[i] as number) / scale;
    if (!Number.isFinite(value)) return 'NOT_FINITE';
    row[i] = value;
  }
  return null;
}

/** The cells, of those in use, that are 0 in every row of the matrix; see Preparation.dead. */
export function deadCells({ rows, axes, flow, bins }: TrainingMatrix, keepFlow: boolean): Int32Array {
  const shape = shapeOf({ axes });
  const stored = cellCount(shape, flow);
  const cells = flow && !keepFlow ? inRangeCells(shape) : Int32Array.from({ length: stored }, (_, cell) => cell);
  const alive = new Uint8Array(cells.length);
  for (let row = 0; row < rows; row++) {
    for (let i = 0; i < cells.length; i++) if (bins[row * stored + (cells[i] as number)] !== 0) alive[i] = 1;
  }
  return Int32Array.from(cells.keys()).filter((i) => alive[i] === 0);
}
