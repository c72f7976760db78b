import { hash } from 'node:crypto';
import type { PoolClient } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import type { ColumnData, HistogramRows } from './histogram-rows.ts';

/**
 * Sends `COPY ... FROM STDIN (FORMAT binary)` with its data, a chunk at a time: the server takes one while the next is
 * made. A chunk of 64 KiB or more is with the system when the next is asked for, and its memory may be used again. There may be statements without rows before and behind the COPY, `;` between them.
 */
export function copy(client: PoolClient, sql: string, chunks: Iterator<Uint8Array, void>): Promise<void> {
  const stream = client.query(copyFrom(sql));
  return new Promise((resolve, reject) => {
    let failed = false;
    stream.on('error', (error) => {
      failed = true;
      reject(error);
    });
    stream.on('finish', resolve);
    const next = () => {
      // after an error the stream has no connection any more
      if (failed) return;
      try {
        const { value } = chunks.next();
        if (value === undefined) stream.end();
        // one chunk under way at a time: pg-copy-streams would write those behind it to a connection that failed
        else if (stream.write(value)) setImmediate(next);
        else stream.once('drain', next);
      } catch (error) {
        stream.destroy(error as Error);
      }
    };
    next();
  });
}

const SIGNATURE = Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1');
const HEADER_BYTES = SIGNATURE.length + 8;

/** A socket says of chunks of this size when they are with the system. */
const REUSED_BYTES = 64 * 1024;

/** Rows are sent in chunks of about so many bytes. */
const CHUNK_BYTES = 192 * 1024;

/** Values longer than this travel as their SHA-256 where only sameness is asked for. */
const LONG_BYTES = 1_900;

/** A column of the data, with what is made of a value on its way. */
interface Sent {
  readonly column: ColumnData;
  /** `short`: NULL instead of a long value; `digest`: the SHA-256 of a long one, NULL instead of any other. */
  readonly as?: 'short' | 'digest';
}

/** Columns of `encodeLookup`: the number of the row, the key, what is compared, and bins that are short or hashed. */
export const lookupColumns = (rows: HistogramRows): string[] => [
  'row_number',
  ...rows.columns.slice(0, rows.keyColumns).map(({ name }) => name),
  ...rows.compared,
  'bins',
  'digest',
];

/** Columns in PostgreSQL's binary COPY format, rows in the given order. */
export function encodeCopy(columns: readonly ColumnData[], order: Int32Array): Iterator<Uint8Array, void> {
  return encode(
    columns.map((column) => ({ column })),
    order,
  );
}

/** Whether every row has NULL there (floats alone are looked at: of the others none is empty as a rule). */
export const isEmpty = (column: ColumnData): boolean =>
  column.type === 'float' && column.values.every((value) => Number.isNaN(value));

/** The same with the number of each row as the first column. */
export function encodeNumbered(rows: HistogramRows, order: Int32Array): Iterator<Uint8Array, void> {
  return encode([rowNumbers(rows), ...rows.columns.map((column) => ({ column }))], order);
}

/** What is needed to look for the rows in the table, see lookupColumns. */
export function encodeLookup(rows: HistogramRows, order: Int32Array): Iterator<Uint8Array, void> {
  const named = new Map(rows.columns.map((column) => [column.name, column]));
  const bins = named.get('bins') as ColumnData;
  const compared = rows.compared.map((name) => ({ column: named.get(name) as ColumnData }));
  const keys = rows.columns.slice(0, rows.keyColumns).map((column) => ({ column }));
  const contents: Sent[] = [
    { column: bins, as: 'short' },
    { column: bins, as: 'digest' },
  ];
  return encode([rowNumbers(rows), ...keys, ...compared, ...contents], order);
}

function rowNumbers({ count }: HistogramRows): Sent {
  const values = new Int32Array(count);
  for (let row = 0; row < count; row++) values[row] = row;
  return { column: { name: 'row_number', type: 'integer', values } };
}

function* encode(sent: readonly Sent[], order: Int32Array): Generator<Uint8Array, void> {
  let data = Buffer.allocUnsafe(CHUNK_BYTES);
  let view = viewOf(data);
  SIGNATURE.copy(data);
  data.fill(0, SIGNATURE.length, HEADER_BYTES); // no flags, no header extension
  let at = HEADER_BYTES;
  const fixed = 2 + sent.length * 12 + 2;
  const variable = sent.filter(({ column: { type } }) => type === 'text' || type === 'bytes');
  for (const row of order) {
    let needed = fixed;
    for (const each of variable) needed += bytesOf(each, row);
    if (at + needed > data.length) {
      yield data.subarray(0, at);
      // a small chunk may be on its way still, see `copy`
      if (at < REUSED_BYTES || needed > data.length) {
        data = Buffer.allocUnsafe(Math.max(CHUNK_BYTES, needed));
        view = viewOf(data);
      }
      at = 0;
    }
    view.setInt16(at, sent.length);
    at += 2;
    for (const each of sent) at = writeCell(data, view, at, each, row);
  }
  if (at + 2 > data.length) {
    yield data.subarray(0, at);
    data = Buffer.alloc(2);
    view = viewOf(data);
    at = 0;
  }
  view.setInt16(at, -1);
  yield data.subarray(0, at + 2);
}

const viewOf = (data: Buffer) => new DataView(data.buffer, data.byteOffset, data.length);

function writeCell(data: Buffer, view: DataView, at: number, { column, as }: Sent, row: number): number {
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
      const to = column.ends[row] as number;
      if (to === from || (as !== undefined && to - from > LONG_BYTES !== (as === 'digest'))) break;
      const value = as === 'digest' ? sha256(column.bytes.subarray(from, to)) : column.bytes.subarray(from, to);
      view.setInt32(at, value.length);
      data.set(value, at + 4);
      return at + 4 + value.length;
    }
  }
  view.setInt32(at, -1); // NULL
  return at + 4;
}

const sha256 = (bytes: Uint8Array): Buffer => hash('sha256', bytes, 'buffer');

/** An upper bound of what the text or bytes of a row take. */
function bytesOf({ column, as }: Sent, row: number): number {
  if (as === 'digest') return 32;
  if (column.type === 'text') return 3 * (column.values[row]?.length ?? 0);
  if (column.type !== 'bytes') return 0;
  const length = (column.ends[row] as number) - (row === 0 ? 0 : (column.ends[row - 1] as number));
  return as === 'short' && length > LONG_BYTES ? 0 : length;
}
