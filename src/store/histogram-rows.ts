/** One column of many rows; what stands for NULL depends on the type. */
export type ColumnData =
  /** A negative value is NULL. */
  | { readonly name: string; readonly type: 'integer'; readonly values: Int32Array }
  /** NaN is NULL. */
  | { readonly name: string; readonly type: 'float'; readonly values: Float64Array }
  | { readonly name: string; readonly type: 'text'; readonly values: readonly (string | null)[] }
  /** Row i is bytes.subarray(ends[i - 1] ?? 0, ends[i]); no bytes are NULL. */
  | { readonly name: string; readonly type: 'bytes'; readonly bytes: Uint8Array; readonly ends: Uint32Array };

/** Rows of one histogram table, as columns, ids resolved. */
export interface HistogramRows {
  readonly table: 'lumisection_histogram' | 'run_histogram';
  readonly count: number;
  /** In the order in which they are written; those of the primary key come first, in the key's order. */
  readonly columns: readonly ColumnData[];
  readonly keyColumns: number;
  /** Names of the columns that make the content of a row, beside `bins`: two rows that agree in them are identical. */
  readonly compared: readonly string[];
}

/** What stands in the table under the key of a row that was to be inserted. */
export interface TakenRow {
  /** Number of the row that found it. */
  readonly row: number;
  readonly fileId: number | null;
  readonly integral: number | null;
  /** Values of the compared columns, in their order. */
  readonly compared: readonly CellValue[];
  /** The stored bins where they are not the same bytes (null: there are none); undefined where they are. */
  readonly otherBins: Uint8Array | null | undefined;
}

/** What stood under the keys of rows that were to be inserted; the rows are in any order. */
export interface FoundRows {
  readonly taken: readonly TakenRow[];
  /**
   * Rows that the database itself found to be what stands under their keys (the same bytes as bins, too), by the file
   * that brought it: these are not among `taken`.
   */
  readonly identical: readonly { readonly fileId: number | null; readonly rows: Int32Array }[];
}

/** Writes rows with whatever is fastest on the database. `order`: numbers of rows, sorted by key, keys distinct. */
export interface HistogramTable {
  /**
   * Inserts the rows whose keys are free.
   * @param expectTaken a hint: most keys are taken, so look first and write afterwards.
   * @param lock what stands under taken keys is to be changed: no other transaction may do so before this one ends.
   */
  insert(rows: HistogramRows, order: Int32Array, expectTaken: boolean, lock: boolean): Promise<FoundRows>;
  /** Overwrites all but the key of stored rows. */
  replace(rows: HistogramRows, order: Int32Array): Promise<void>;
}

export type CellValue = number | string | Uint8Array | null;

export function cell(column: ColumnData, row: number): CellValue {
  switch (column.type) {
    case 'integer': {
      const value = column.values[row] as number;
      return value < 0 ? null : value;
    }
    case 'float': {
      const value = column.values[row] as number;
      return Number.isNaN(value) ? null : value;
    }
    case 'text':
      return column.values[row] ?? null;
    case 'bytes': {
      const from = row === 0 ? 0 : (column.ends[row - 1] as number);
      const to = column.ends[row] as number;
      return from === to ? null : column.bytes.subarray(from, to);
    }
  }
}

/** The columns of the primary key. */
export const keyOf = (rows: HistogramRows) => rows.columns.slice(0, rows.keyColumns);

export function columnNamed(rows: HistogramRows, name: string): ColumnData {
  const column = rows.columns.find((candidate) => candidate.name === name);
  if (column === undefined) throw new Error(`${rows.table} has no column ${name}`);
  return column;
}
