import type { IssueRecord } from '../../../src/domain/record.ts';
import type { LineReader } from '../../scanner.ts';
import { shortened } from '../shortened.ts';
import { preview } from './cells.ts';

/** Why a row is refused. Stable: documented in docs/errors.md. */
type RowFaultCode =
  /** The file ends inside this row. */
  | 'TRUNCATED'
  | 'LINE_TOO_LONG'
  | 'UNBALANCED_QUOTE'
  | 'CELL_COUNT'
  /** The two columns of one name in old files differ. */
  | 'COLUMNS_DISAGREE'
  | 'MISSING_VALUE'
  | 'NOT_AN_INTEGER'
  | 'NOT_A_NUMBER'
  | 'NOT_FINITE'
  /** A run, lumisection or bin count that is below 1 or too large. */
  | 'OUT_OF_RANGE'
  | 'NEGATIVE_ENTRIES'
  /** A sum of squared weights below 0. */
  | 'NEGATIVE_SQUARES'
  | 'NOT_A_TIME'
  | 'UNKNOWN_UNIT'
  /** Neither true nor false nor absent. */
  | 'NOT_A_FLAG'
  /** Rows of one key that contradict each other. */
  | 'DUPLICATE_KEY'
  | 'NEGATIVE_RMS'
  | 'UNKNOWN_METYPE'
  /** The metype says one axis and the bins of y say two, or the reverse. */
  | 'DIMENSION'
  /** An axis that ends before it begins, or whose bins have no width. */
  | 'AXIS_RANGE'
  | 'BIN_COUNT'
  | 'NOT_A_LIST'
  | 'LIST_UNCLOSED'
  | 'LIST_SYNTAX'
  /** Text that is not UTF-8, or holds control characters. */
  | 'BAD_TEXT'
  | 'BAD_DATASET'
  /** A number that is computed, not stated. */
  | 'COMPUTED'
  /** What histograms of another kind have. */
  | 'NOT_OF_KIND'
  /** A range or a run of a certification that cannot be one. */
  | 'BAD_RANGE'
  /** Of a score: none of the reasons for having none. */
  | 'UNKNOWN_REASON'
  /** A path that is no path of a monitor element. */
  | 'BAD_PATH'
  /** The row names another run or primary dataset than the file name, or another run than its own path. */
  | 'RUN_MISMATCH'
  | 'DATASET_MISMATCH';

export interface RowFault {
  readonly code: RowFaultCode;
  readonly reason: string;
  /** Column. */
  readonly field?: string;
  readonly value?: string;
  /** Of UNBALANCED_QUOTE: a quote opens and does not close, so that further lines may close it. */
  readonly unclosed?: boolean;
  /** Index in the buffer of the line, where one place can be named. */
  readonly at?: number;
}

/** The issue of a row that no byte places. */
export function rejectedRow({ code, reason, field, value }: RowFault, line: number): IssueRecord {
  return {
    severity: 'REJECTED',
    code,
    line,
    field: field && shortened(field),
    value: value && shortened(value),
    reason,
  };
}

/** The issue of a row that begins at `line` and, in the source, at `byte`; in the buffer at `start`. */
export function rejected(fault: RowFault, line: number, byte: number, start: number): IssueRecord {
  const { at } = fault;
  return { ...rejectedRow(fault, line), byte: byte + (at === undefined ? 0 : at - start) };
}

export function tooLong(reader: LineReader): RowFault {
  const value = preview(reader.bytes, reader.start, reader.end);
  return { code: 'LINE_TOO_LONG', reason: 'the line is longer than the limit', value };
}
