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
 * need in every array, finite contents that add up to a number. Its moments are those of its bins.
 */
export function checkedHistogram(stated: StatedHistogram, names: SourceNames): CheckedHistogram | RowFault {
  const { kind, title, axes, flow, entries, efficiency } = stated;
  for (const [i, axis] of axes.entries()) {
    const name = i === 0 ? 'x' : 'y';
    const problem = axisProblem(axis);
    if (problem) return { code: 'AXIS_RANGE', reason: `the ${name} axis ${problem}`, field: `axes.${i}` };
  }
  const cells = axes.reduce((product, { bins }) => product * (bins + (flow ? 2 : 0)), 1);
  const profile = kind === 'PROFILE' || kind === 'PROFILE2D';
  const { contents } = stated;
  if (!contents) {
    return { code: 'BIN_COUNT', reason: `no ${names.contents} where the axes need ${cells}`, field: names.contents };
  }
  const arrays = {
    contents,
    sumw2: stated.sumw2,
    binEntries: profile ? stated.binEntries : undefined,
    binSumw2: profile ? stated.binSumw2 : undefined,
  };
  for (const [name, array] of Object.entries(arrays)) {
    const fault = array && numbersFault(array, names[name as keyof typeof arrays], cells);
    if (fault) return fault;
  }
  const { sumw2, binEntries, binSumw2 } = arrays;
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
  if (array instanceof Float32Array || array instanceof Float64Array) {
    for (let i = 0; i < cells; i++) {
      if (Number.isFinite(array[i])) continue;
      return { code: 'NOT_FINITE', reason: `${name}: cell ${i} is ${array[i]}`, field: name, value: String(array[i]) };
    }
  }
  return null;
}

function equal(a: NumberArray, b: NumberArray): boolean {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
