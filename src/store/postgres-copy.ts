import type { PoolClient } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import type { ColumnData, HistogramRows } from './histogram-rows.ts';

/** Sends `COPY ... FROM STDIN (FORMAT binary)` with its data. */
export function copy(client: PoolClient, sql: string, data: Uint8Array): Promise<void> {
  const stream = client.query(copyFrom(sql));
  return new Promise((resolve, reject) => {
    stream.on('error', reject);
    stream.on('finish', resolve);
    stream.end(data);
  });
}

const SIGNATURE = Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1');

/**
 * Rows in PostgreSQL's binary COPY format, in the given order; with `numbered` the number of each row comes first, as
 * an integer column.
 */
export function encodeCopy(rows: HistogramRows, order: Int32Array, numbered: boolean): Uint8Array {
  const data = Buffer.allocUnsafe(
    SIGNATURE.length + 8 + order.length * rowSize(rows, numbered) + bytesIn(rows, order) + 2,
  );
  const view = new DataView(data.buffer, data.byteOffset, data.length);
  SIGNATURE.copy(data);
  view.setBigInt64(SIGNATURE.length, 0n); // no flags, no header extension
  let at = SIGNATURE.length + 8;
  const width = rows.columns.length + (numbered ? 1 : 0);
  for (const row of order) {
    view.setInt16(at, width);
    at += 2;
    if (numbered) {
      view.setInt32(at, 4);
      view.setInt32(at + 4, row);
      at += 8;
    }
    for (const column of rows.columns) at = writeCell(data, view, at, column, row);
  }
  view.setInt16(at, -1);
  return data.subarray(0, at + 2);
}

function writeCell(data: Buffer, view: DataView, at: number, column: ColumnData, row: number): number {
  switch (column.type) {
    case 'integer': {
      const value = column.values[row] as number;
      if (value < 0) break;
      view.setInt32(at, 4);
      view.setInt32(at + 4, value);
      return at + 8;
    }
    case 'float': {
      const value = column.values[row] as number;
      if (Number.isNaN(value)) break;
      view.setInt32(at, 8);
      view.setFloat64(at + 4, value);
      return at + 12;
    }
    case 'text': {
      const value = column.values[row] ?? null;
      if (value === null) break;
      const length = data.write(value, at + 4);
      view.setInt32(at, length);
      return at + 4 + length;
    }
    case 'bytes': {
      const from = row === 0 ? 0 : (column.ends[row - 1] as number);
      const length = (column.ends[row] as number) - from;
      if (length === 0) break;
      view.setInt32(at, length);
      data.set(column.bytes.subarray(from, from + length), at + 4);
      return at + 4 + length;
    }
  }
  view.setInt32(at, -1); // NULL
  return at + 4;
}

/** An upper bound of a row without its text and bytes. */
const rowSize = (rows: HistogramRows, numbered: boolean) => 2 + (numbered ? 8 : 0) + rows.columns.length * 12;

/** What the text and bytes of these rows take. */
function bytesIn(rows: HistogramRows, order: Int32Array): number {
  let bytes = 0;
  for (const column of rows.columns) {
    if (column.type === 'text') for (const row of order) bytes += Buffer.byteLength(column.values[row] ?? '');
    if (column.type === 'bytes') {
      for (const row of order)
        bytes += (column.ends[row] as number) - (row === 0 ? 0 : (column.ends[row - 1] as number));
    }
  }
  return bytes;
}
