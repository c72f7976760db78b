import { axisProblem } from '../../../src/domain/axis.ts';
import type { RowFault } from '../csv/fault.ts';
import type { NumberList } from '../csv/number-list.ts';

/** A histogram of one lumisection as ML4DQM's columns tell it, whatever file they stand in. */
export interface PerLsHistogram {
  readonly run: number;
  readonly lumisection: number;
  /** NaN where blank. */
  readonly entries: number;
  readonly dimension: 1 | 2;
  readonly nx: number;
  readonly xMin: number;
  readonly xMax: number;
  /** 1, 0 and 1 for one axis. */
  readonly ny: number;
  readonly yMin: number;
  readonly yMax: number;
  /** Bin contents, y outer; the first `list.length` values of it. */
  readonly list: NumberList;
  /** Whether under- and overflow are among them. */
  flow: boolean;
}

export function unknownMetype(value: string): RowFault {
  const reason = 'metype is 3, 4, 5 (TH1F, TH1S, TH1D) or 6, 7, 8 (TH2F, TH2S, TH2D)';
  return { code: 'UNKNOWN_METYPE', reason, field: 'metype', value };
}

export function secondAxis(metype: number, value: string): RowFault {
  const reason = `metype ${metype} has one axis, and Ybins is neither 1 nor 0`;
  return { code: 'DIMENSION', reason, field: 'Ybins', value };
}

export function negativeEntries(value: string): RowFault {
  return { code: 'NEGATIVE_ENTRIES', reason: 'a histogram has no negative entries', field: 'entries', value };
}

/** Why these are no axis; `min` and `max` are finite. */
export function axisFault(letter: 'X' | 'Y', bins: number, min: number, max: number): RowFault | null {
  // the first and the last bin show best when the bins are too narrow to have edges of their own
  const width = (max - min) / bins;
  if (min < max && Number.isFinite(width) && min + width > min && max - width < max) return null;
  const problem = axisProblem({ bins, min, max, title: '' }) ?? `has ${bins} bins without width`;
  const reason = `the ${letter.toLowerCase()} axis ${problem}`;
  return { code: 'AXIS_RANGE', reason, field: `${letter}min`, value: `${min}, ${max}` };
}

/** Tells the layout of the list from its length, and brings it into ours; why it has none. */
export function layOut(row: PerLsHistogram): RowFault | null {
  const { list, nx, ny, dimension } = row;
  const inRange = nx * ny;
  const withFlow = dimension === 1 ? nx + 2 : (nx + 2) * (ny + 2);
  row.flow = list.length === withFlow;
  if (row.flow) return null;
  if (list.length !== inRange) {
    const shape = dimension === 1 ? `${nx} bins` : `${nx} x ${ny} bins`;
    const reason = `the list has ${list.length} values; ${shape} take ${withFlow} with under- and overflow, ${inRange} without`;
    return { code: 'BIN_COUNT', reason, field: 'histo', value: String(list.length) };
  }
  // Lists without flow bins come from one family of tools, which writes x outer.
  if (dimension === 2) list.transpose(nx, ny);
  return null;
}
