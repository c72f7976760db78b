import type { IssueRecord, SourcePosition } from '../../../src/domain/record.ts';
import type { ByteSource } from '../../source.ts';
import { shapeFault } from '../csv/cell-faults.ts';
import { Cells } from '../csv/cells.ts';
import { type RowFault, tooLong } from '../csv/fault.ts';
import { headerCells, openCsv } from '../csv/header.ts';
import { isBlank } from '../csv/text.ts';
import type { Cell } from '../parquet/column-reader.ts';
import { isParquet } from '../parquet/magic.ts';
import { ROWS_A_TURN, readJsonRows } from './json-rows.ts';

/** Rows whose cells are taken from the columns of a Parquet file at once. */
const ROWS_AT_ONCE = 1024;

/** A small table, whatever it is written in: CSV, JSON or Parquet. */
export interface Table {
  readonly columns: readonly string[];
  /** Columns of structs, lists or maps: they are not read. */
  readonly nested?: readonly string[];
  /** It may be any table: it has no rows, and nothing else tells its columns. */
  readonly isEmpty?: boolean;
  readonly notes: readonly IssueRecord[];
  /** The rows from the first on. */
  rows(): AsyncIterable<TableRow>;
}

export interface TableRow {
  /** Line of a CSV; number of the row, from 1, of the others. */
  readonly line: number;
  /** Where the row ends; grows with every row. */
  readonly position: SourcePosition;
  /** By column; what a row does not have is undefined or null. */
  readonly cells: Readonly<Record<string, Cell | undefined>>;
  /** Why the row has no cells. */
  readonly fault?: RowFault;
}

export const isJson = (head: Uint8Array): boolean =>
  /^\s*[[{]/.test(Buffer.from(head.subarray(0, 200)).toString('latin1'));

/** @throws FileError where the container is damaged. */
export async function openTable(source: ByteSource, title: string): Promise<Table> {
  if (isParquet(source.head)) return parquetTable(source);
  return isJson(source.head) ? jsonTable(source) : csvTable(source, title);
}

function csvTable(source: ByteSource, title: string): Table {
  const columns = (headerCells(source.head) ?? []).filter((name) => name !== '' && name !== 'Unnamed: 0');
  return {
    columns,
    notes: [],
    async *rows() {
      const { reader, columns: map } = await openCsv(source, title, { required: columns, twice: [] }, {});
      const cells = new Cells(map.width);
      const places = columns.map((name) => map.cells.get(name)?.[0] as number);
      try {
        while (reader.next() || (await reader.more())) {
          if (!reader.found) continue;
          const { bytes, start, end, line, terminated } = reader;
          if (isBlank(bytes, start, end)) continue;
          const fault = reader.tooLong ? tooLong(reader) : shapeFault(cells, bytes, start, end, map.width, terminated);
          const row = fault
            ? {}
            : Object.fromEntries(
                columns.map((name, i) => [name, cells.content(bytes, places[i] as number).toString('utf8') || null]),
              );
          yield { line, position: reader.position, cells: row, ...(fault && { fault }) };
        }
      } finally {
        await reader.close();
      }
    },
  };
}

async function jsonTable(source: ByteSource): Promise<Table> {
  const { columns, count, rows, isEmpty, total } = await readJsonRows(source);
  const notes: IssueRecord[] = [];
  if (isEmpty) notes.push({ severity: 'NOTE', code: 'NO_ROWS', reason: 'it has no rows: there was nothing to do' });
  if (total !== null && total > count) {
    const reason = `pages are missing: it holds ${count} of ${total} rows`;
    notes.push({
      severity: 'NOTE',
      code: 'PAGES_MISSING',
      field: 'meta.totalResourceCount',
      value: String(total),
      reason,
    });
  }
  return {
    columns,
    isEmpty,
    notes,
    async *rows() {
      let line = 0;
      for (const cells of rows()) {
        if (++line % ROWS_A_TURN === 0) await source.goesOn();
        yield { line, position: proportion(source, line, count), cells };
      }
    },
  };
}

async function parquetTable(source: ByteSource): Promise<Table> {
  // the reader is large, and the server, which knows tables but reads none, goes without it
  const { openParquet } = await import('../parquet/file.ts');
  const file = await openParquet(source);
  const names = file.columns.filter((name) => file.isPlain(name));
  return {
    columns: names,
    nested: file.columns.filter((name) => !file.isPlain(name)),
    notes: [],
    async *rows() {
      for (const group of file.groups) {
        const columns = file.open(group, names);
        for (let done = 0; done < group.rows; done += ROWS_AT_ONCE) {
          const count = Math.min(ROWS_AT_ONCE, group.rows - done);
          const cells: Cell[][] = [];
          for (const column of columns) cells.push(await column.cells(count));
          for (let i = 0; i < count; i++) {
            const line = group.first + done + i + 1;
            const row = Object.fromEntries(columns.map(({ name }, c) => [name, cells[c]?.[i] ?? null]));
            yield { line, position: proportion(source, line, file.rows), cells: row };
          }
        }
      }
      await source.assertUnchanged();
    },
  };
}

/** Of a row in a file whose rows do not lie one after the other. */
function proportion({ stamp }: ByteSource, row: number, rows: number): SourcePosition {
  return { byte: Math.max(row, row === rows ? stamp.size : Math.floor((stamp.size / rows) * row)), line: row };
}
