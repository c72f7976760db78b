import { type Axis, axisProblem } from '../../src/domain/axis.ts';
import type { Bins, ErrorOption, Moments, NumberArray } from '../../src/domain/histogram.ts';
import { computeMoments } from '../../src/domain/moments.ts';
import type { MonitorElementKind } from '../../src/domain/record.ts';
import type { RowFault } from './csv/fault.ts';

/** A histogram as it is stored: nothing rounded, everything checked. */
export interface CheckedHistogram {
  readonly kind: MonitorElementKind;
  /** Title of the histogram, '' where there is none. */
  readonly title: string;
  readonly axes: readonly Axis[];
  readonly bins: Bins;
  /** NaN where they are not known. */
  readonly entries: number;
  readonly moments: Moments;
  /** Contents are averages: not to be added. */
  readonly efficiency: boolean;
}

/** What a source states of a histogram. */
export interface StatedHistogram extends Omit<CheckedHistogram, 'bins' | 'moments'> {
  readonly flow: boolean;
  readonly contents: NumberArray | undefined;
  /** Sums of squared weights, entries of profiles and their squares: a number a cell, as the contents. */
  readonly sumw2?: NumberArray | undefined;
  readonly binEntries?: NumberArray | undefined;
  readonly binSumw2?: NumberArray | undefined;
  /** Of a profile. */
  readonly errorOption?: ErrorOption | undefined;
}

/** What the source calls its arrays, for whoever reads of a fault. */
export interface SourceNames {
  readonly contents: string;
  readonly sumw2: string;
  readonly binEntries: string;
  readonly binSumw2: string;
  readonly entries: string;
}

/**
 * Checks everything that a histogram must be, whatever its source said: finite increasing axes, as many cells as they
 * need in every array, finite contents that add up to a number, squares that are not negative. Its moments are those of its bins.
 */
export function checkedHistogram(stated: StatedHistogram, names: SourceNames): CheckedHistogram | RowFault {
  const { kind, title, axes, flow, entries, efficiency } = stated;
  let cells = 1;
  for (let i = 0; i < axes.length; i++) {
    const axis = axes[i] as Axis;
    const problem = axisProblem(axis);
    if (problem) {
      const reason = `the ${i === 0 ? 'x' : 'y'} axis ${problem}`;
      return { code: 'AXIS_RANGE', reason, field: `axes.${i}` };
    }
    cells *= axis.bins + (flow ? 2 : 0);
  }
  const profile = kind === 'PROFILE' || kind === 'PROFILE2D';
  const { contents } = stated;
  if (!contents) {
    return { code: 'BIN_COUNT', reason: `no ${names.contents} where the axes need ${cells}`, field: names.contents };
  }
  const { sumw2 } = stated;
  const binEntries = profile ? stated.binEntries : undefined;
  const binSumw2 = profile ? stated.binSumw2 : undefined;
  const fault =
    numbersFault(contents, names.contents, cells) ??
    (sumw2 && numbersFault(sumw2, names.sumw2, cells)) ??
    (binEntries && numbersFault(binEntries, names.binEntries, cells)) ??
    (binSumw2 && numbersFault(binSumw2, names.binSumw2, cells));
  if (fault) return fault;
  // of a profile with negative weights, sums of w * y^2 may be negative
  const negative = negativeFault(profile ? undefined : sumw2, names.sumw2) ?? negativeFault(binSumw2, names.binSumw2);
  if (negative) return negative;
  if (profile && !binEntries) {
    return { code: 'BIN_COUNT', reason: 'a profile without entries per bin', field: names.binEntries };
  }
  const field = names.entries;
  if (Math.abs(entries) === Number.POSITIVE_INFINITY) {
    return { code: 'NOT_FINITE', reason: `${field} is ${entries}`, field, value: String(entries) };
  }
  if (entries < 0) return { code: 'NEGATIVE_ENTRIES', reason: `${field} is ${entries}`, field, value: String(entries) };
  // errors of plain counts are said by the counts themselves
  const plain = !profile && sumw2 !== undefined && equal(sumw2, contents);
  const bins: Bins = {
    flow,
    contents,
    ...(sumw2 && !plain && { sumw2 }),
    ...(binEntries && { binEntries }),
    ...(binSumw2 && { binSumw2 }),
    ...(profile && stated.errorOption && { errorOption: stated.errorOption }),
  };
  // a profile's place and width are those of its entries: its contents are sums of y
  const moments = computeMoments({ flow, contents: binEntries ?? contents }, axes);
  if (!Number.isFinite(moments.integral)) {
    const reason = 'the contents add up to more than a float64 holds';
    return { code: 'NOT_FINITE', reason, field: names.contents };
  }
  return { kind, title, axes, bins, entries, moments, efficiency };
}

function numbersFault(array: NumberArray, name: string, cells: number): RowFault | null {
  if (array.length !== cells) {
    const reason = `${name}: ${array.length} cells where the axes need ${cells}`;
    return { code: 'BIN_COUNT', reason, field: name, value: String(array.length) };
  }
  const isAllFinite =
    array instanceof Float64Array ? allFinite(array) : !(array instanceof Float32Array) || allFiniteSingles(array);
  if (!isAllFinite) {
    const i = array.findIndex((value: number) => !Number.isFinite(value));
    return { code: 'NOT_FINITE', reason: `${name}: cell ${i} is ${array[i]}`, field: name, value: String(array[i]) };
  }
  return null;
}

function negativeFault(squares: NumberArray | undefined, name: string): RowFault | null {
  if (squares === undefined) return null;
  for (let i = 0; i < squares.length; i++) {
    const value = squares[i] as number;
    if (value >= 0) continue;
    const reason = `${name}: cell ${i} is ${value}, and squares add up to 0 or more`;
    return { code: 'NEGATIVE_SQUARES', reason, field: name, value: String(value) };
  }
  return null;
}

/** Without a branch for each: what is not finite makes NaN of its difference with itself, and so of the sum. */
function allFinite(array: Float64Array): boolean {
  let sum = 0;
  for (let i = 0; i < array.length; i++) sum += (array[i] as number) - (array[i] as number);
  return sum === 0;
}

/** The same: a loop that has seen several kinds of arrays is slower. */
function allFiniteSingles(array: Float32Array): boolean {
  let sum = 0;
  for (let i = 0; i < array.length; i++) sum += (array[i] as number) - (array[i] as number);
  return sum === 0;
}

function equal(a: NumberArray, b: NumberArray): boolean {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
