import type { Axis } from './axis.ts';

/** The structure of a histogram apart from its content: shared by all histograms booked alike. */
export interface Binning {
  /** Title of the histogram (prose), '' where the source has none. */
  readonly title: string;
  /** One axis (x) or two (x, then y). */
  readonly axes: readonly Axis[];
}

export type NumberArray =
  | Float64Array
  | Float32Array
  | Int32Array
  | Int16Array
  | Int8Array
  | Uint32Array
  | Uint16Array
  | Uint8Array;

/**
 * ROOT's option of a profile (TProfile::SetErrorOption): `S` the spread of y, `I` the error of the mean of y that was
 * rounded to integers, `G` that of y whose weights are 1 / sigma^2.
 */
export type ErrorOption = 'S' | 'I' | 'G';

/**
 * Bin contents, row-major with y outer: cell (ix, iy) stands at `iy * width + ix`.
 * With flow bins, width = nx + 2 and cell 0 of an axis is its underflow, cell n + 1 its overflow (1D: nx + 2 cells;
 * 2D: (nx + 2) * (ny + 2)). Without (`flow` false: the source had none), width = nx and only in-range bins stand there.
 */
export interface Bins {
  readonly flow: boolean;
  readonly contents: NumberArray;
  /** Sum of squared weights a cell, laid out as the contents; absent where the errors are those of plain counts. */
  readonly sumw2?: NumberArray;
  /**
   * Profiles only: sum of weights a cell. Then the contents are sums of w * y (and sumw2 of w * y^2): raw sums, so that
   * partial profiles can be added; the profile's value is contents / binEntries.
   */
  readonly binEntries?: NumberArray;
  /** Weighted profiles only: sum of squared weights a cell. */
  readonly binSumw2?: NumberArray;
  /** Profiles only: what their errors are, as ROOT's option says; absent for the error of the mean. */
  readonly errorOption?: ErrorOption;
}

/** Moments and sums of the in-range bins, computed at bin centers; NaN where undefined (nothing in range). */
export interface Moments {
  readonly integral: number;
  readonly meanX: number;
  readonly rmsX: number;
  /** NaN for one axis. */
  readonly meanY: number;
  readonly rmsY: number;
  /** Of x, for one axis only; NaN for two. Kurtosis is the excess (0 for a Gaussian), as ROOT's GetKurtosis. */
  readonly skewness: number;
  readonly kurtosis: number;
}
