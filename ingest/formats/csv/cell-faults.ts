import { MAX_INT32 } from '../../../src/domain/int32.ts';
import { pathProblem } from '../../../src/domain/monitor-element.ts';
import { shortened } from '../shortened.ts';
import { type Cells, preview } from './cells.ts';
import type { RowFault } from './fault.ts';
import { type ListFault, NOT_FINITE, type NumberList } from './number-list.ts';

export function missing(field: string): RowFault {
  return { code: 'MISSING_VALUE', reason: 'the cell is blank', field, value: '' };
}

/** Why a cell that should count something from 1 to `most` does not; `value` is what wholeInteger made of it. */
export function notCounted(
  cells: Cells,
  bytes: Buffer,
  cell: number,
  field: string,
  value: number,
  most = MAX_INT32,
): RowFault {
  if (cells.isBlank(cell)) return missing(field);
  const text = cells.preview(bytes, cell);
  if (Number.isNaN(value)) return { code: 'NOT_AN_INTEGER', reason: 'not an integer', field, value: text };
  const reason = value < 1 ? 'counted from 1' : `larger than ${most}`;
  return { code: 'OUT_OF_RANGE', reason, field, value: text };
}

/** Why a cell is no finite number; `value` is what NumberScanner made of it. */
export function notANumber(cells: Cells, bytes: Buffer, cell: number, field: string, value: number): RowFault {
  if (cells.isBlank(cell)) return missing(field);
  const text = cells.preview(bytes, cell);
  const infinite = !Number.isNaN(value) || NOT_FINITE.test(text);
  return infinite
    ? { code: 'NOT_FINITE', reason: 'not a finite number', field, value: text }
    : { code: 'NOT_A_NUMBER', reason: 'not a number', field, value: text };
}

/** Why a record has not the cells of the header; null where it has. `terminated`: a line feed follows it. */
export function shapeFault(
  cells: Cells,
  bytes: Buffer,
  start: number,
  end: number,
  width: number,
  terminated: boolean,
): RowFault | null {
  const quote = cells.split(bytes, start, end);
  if (!quote && cells.count === width) return null;
  const value = preview(bytes, start, end);
  if (!terminated && (quote === 'UNCLOSED_QUOTE' || (!quote && cells.count < width))) {
    return { code: 'TRUNCATED', reason: 'the file ends inside this row', value };
  }
  if (quote === 'UNCLOSED_QUOTE') {
    return { code: 'UNBALANCED_QUOTE', reason: 'a quote opens and is not closed', value, unclosed: true };
  }
  if (quote) return { code: 'UNBALANCED_QUOTE', reason: 'a quote stands in the middle of a cell', value };
  return { code: 'CELL_COUNT', reason: `the row has ${cells.count} cells, the header ${width}`, value };
}

/** Why the cell that ends at `end` is no list of numbers. */
export function badList(field: string, fault: ListFault, list: NumberList, bytes: Buffer, end: number): RowFault {
  const value = preview(bytes, list.faultAt, Math.min(end, list.faultAt + 40));
  return { code: fault, reason: LIST_REASONS[fault], field, value, at: list.faultAt };
}

const LIST_REASONS: Readonly<Record<ListFault, string>> = {
  NOT_A_LIST: 'a list begins with [',
  LIST_UNCLOSED: 'the list is not closed',
  LIST_SYNTAX: 'a list holds numbers with commas between them',
  NOT_FINITE: 'bin contents are finite numbers',
};

export function badText(field: string, bytes: Buffer): RowFault {
  const value = preview(bytes, 0, bytes.length);
  return { code: 'BAD_TEXT', reason: 'not UTF-8, or control characters in it', field, value };
}

export function pathFault(field: string, path: string): RowFault | null {
  const problem = pathProblem(path);
  const value = shortened(path);
  return problem === null
    ? null
    : { code: 'BAD_PATH', reason: `no path of a monitor element: ${problem}`, field, value };
}
