import type { RecordBatch, Vector } from 'apache-arrow';
import { FileError } from '../../file-error.ts';
import type { ByteSource } from '../../source.ts';
import { contradiction } from '../contradiction.ts';
import type { Cell } from '../parquet/column-reader.ts';
import type { Table } from './table.ts';
import { wholeFile } from './whole-file.ts';

/** Of the file format, and of the stream format. */
const MAGIC = 'ARROW1';
const CONTINUATION = 0xffffffff;

export const isArrow = (head: Uint8Array): boolean => {
  const bytes = Buffer.from(head.buffer, head.byteOffset, Math.min(head.byteLength, 8));
  return startsAsFile(bytes) || (bytes.length >= 4 && bytes.readUInt32LE(0) === CONTINUATION);
};

const startsAsFile = (bytes: Buffer) => bytes.toString('latin1', 0, MAGIC.length) === MAGIC;

/** Arrow IPC, as a file (Feather 2) or a stream. @throws FileError BROKEN_ARROW, FILE_TOO_LARGE. */
export async function arrowTable(source: ByteSource): Promise<Table> {
  const { columns, batches } = await read(await wholeFile(source), source.path);
  return {
    columns,
    notes: [],
    async *rows() {
      let line = 0;
      for (const batch of batches) {
        const vectors = columns.map((name) => batch.getChild(name));
        for (let i = 0; i < batch.numRows; i++) {
          line++;
          const cells = Object.fromEntries(columns.map((name, c) => [name, cellOf(vectors[c] ?? null, i)]));
          yield { line, position: { byte: line, line }, cells };
        }
      }
    },
  };
}

async function read(bytes: Buffer, path: string): Promise<{ columns: string[]; batches: readonly RecordBatch[] }> {
  if (startsAsFile(bytes) && bytes.toString('latin1', bytes.length - MAGIC.length) !== MAGIC) {
    throw brokenArrow(path, `it does not end with ${MAGIC}: the file is not complete`);
  }
  // of some size, and only such a file needs it
  const { tableFromIPC } = await import('apache-arrow');
  try {
    const table = tableFromIPC(bytes);
    for (const batch of table.batches) assertHeld(batch);
    return { columns: table.schema.fields.map(({ name }) => name), batches: table.batches };
  } catch (cause) {
    const isCompressed = cause instanceof Error && /codec|compress/i.test(cause.message);
    const reason = isCompressed ? 'it is compressed: write it without compression' : `it ${contradiction(cause)}`;
    throw brokenArrow(path, reason, cause);
  }
}

const brokenArrow = (path: string, reason: string, cause?: unknown) =>
  new FileError('BROKEN_ARROW', `${path}: no Arrow that can be read: ${reason}`, { file: path }, { cause });

/** The library believes what a file says of its lengths, and would go on for as many rows. */
function assertHeld({ numRows, data }: RecordBatch): void {
  for (const { length, nullCount, typeId, values, valueOffsets } of data.children) {
    const isBits = typeId === BOOL;
    // of a column of nothing but nulls, as of lists, there is nothing else to look at
    const held =
      valueOffsets !== undefined
        ? valueOffsets.length - 1
        : values === undefined
          ? nullCount
          : values.length * (isBits ? 8 : 1);
    if (length !== numRows || held < numRows) throw new Error(`a column of ${held} values in ${numRows} rows`);
  }
}

/** Type.Bool of the library, which is loaded where it is needed alone. */
const BOOL = 6;

function cellOf(vector: Vector | null, row: number): Cell {
  const value: unknown = vector?.get(row) ?? null;
  if (typeof value === 'bigint') return Number(value);
  return typeof value === 'number' || typeof value === 'string' || typeof value === 'boolean' ? value : null;
}
