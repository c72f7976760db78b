import { MAX_INT32 } from '../../../src/domain/int32.ts';
import { missing } from '../csv/cell-faults.ts';
import type { RowFault } from '../csv/fault.ts';
import { NOT_FINITE } from '../csv/number-list.ts';
import type { Cell } from '../parquet/column-reader.ts';
import { shortened } from '../shortened.ts';

const NUMBER = /^-?(0|[1-9]\d*)(\.\d+)?([eE][-+]?\d+)?$/;

/** Nothing, or NaN in a column of numbers, which is how data frames write nothing. */
export const isBlank = (cell: Cell): boolean => cell === null || cell === '' || Number.isNaN(cell);

const preview = (cell: Cell) => shortened(String(cell));

/** The cell as an integer from 1 to `most`; why it is none. */
export function counted(cell: Cell, field: string, most = MAX_INT32): number | RowFault {
  if (isBlank(cell)) return missing(field);
  const number = numberOf(cell);
  if (!Number.isInteger(number)) {
    return { code: 'NOT_AN_INTEGER', reason: 'not an integer', field, value: preview(cell) };
  }
  if (number >= 1 && number <= most) return number;
  const reason = number < 1 ? 'counted from 1' : `larger than ${most}`;
  return { code: 'OUT_OF_RANGE', reason, field, value: preview(cell) };
}

/** The cell as a finite number, null where it is blank; why it is none. */
export function finiteOrBlank(cell: Cell, field: string): number | null | RowFault {
  if (isBlank(cell)) return null;
  const number = numberOf(cell);
  if (Number.isFinite(number)) return number;
  const infinite = !Number.isNaN(number) || NOT_FINITE.test(preview(cell));
  return infinite
    ? { code: 'NOT_FINITE', reason: 'not a finite number', field, value: preview(cell) }
    : { code: 'NOT_A_NUMBER', reason: 'not a number', field, value: preview(cell) };
}

/** A flag of three values: null where it is absent; why it is none. */
export function flagOf(cell: Cell, field: string): boolean | null | RowFault {
  if (isBlank(cell)) return null;
  if (typeof cell === 'boolean') return cell;
  const word = String(cell).toLowerCase();
  if (['true', '1', '1.0'].includes(word)) return true;
  if (['false', '0', '0.0'].includes(word)) return false;
  if (['none', 'null', 'nan', '<na>'].includes(word)) return null;
  return { code: 'NOT_A_FLAG', reason: 'a flag is true, false or absent', field, value: preview(cell) };
}

export function endsBeforeItBegins(
  start: Date | null | undefined,
  end: Date | null | undefined,
  field: string,
): RowFault | null {
  if (start == null || end == null || start <= end) return null;
  return { code: 'NOT_A_TIME', reason: 'it ends before it begins', field, value: end.toISOString() };
}

export const isFault = (value: unknown): value is RowFault =>
  typeof value === 'object' && value !== null && 'code' in value;

function numberOf(cell: Cell): number {
  if (typeof cell === 'number') return cell;
  return typeof cell === 'string' && NUMBER.test(cell) ? Number(cell) : Number.NaN;
}
