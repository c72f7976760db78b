import { type Data, type Field, makeData, RecordBatch, RecordBatchFileWriter, Schema, Struct } from 'apache-arrow';
import type { ExportWriter } from './export-format.ts';

/**
 * Arrow's file format (Feather 2): a record batch a chunk, with its cursor in the metadata `lumigraph.cursor` of the batch. The
 * provenance is `lumigraph.provenance` of the schema, the summary `lumigraph.summary` of the last batch, which has no rows.
 * @param columnsOf aligned with the fields
 * @param none no rows
 */
export function arrowFile<Row, Rows extends { readonly length: number } = readonly Row[]>(
  fields: Field[],
  columnsOf: (rows: Rows) => readonly Data[],
  none = [] as unknown as Rows,
): ExportWriter<Row, Rows> {
  const sink = new Sink();
  let schema = new Schema(fields);
  const type = new Struct(fields);
  const write = (rows: Rows, name: string, value: string) => {
    const children = [...columnsOf(rows)];
    const data = makeData({ type, length: rows.length, nullCount: 0, children });
    sink.write(new RecordBatch(schema, data as Data<Struct>, new Map([[name, value]])));
  };
  return {
    begin(provenance) {
      schema = new Schema(fields, new Map([['lumigraph.provenance', provenance]]));
      sink.reset(undefined, schema);
      return sink.take();
    },
    rows(rows, cursor) {
      write(rows, 'lumigraph.cursor', cursor);
      return sink.take();
    },
    end(summary) {
      write(none, 'lumigraph.summary', summary);
      sink.finish();
      return sink.take();
    },
  };
}

/** Pieces from this length on are worth more than the copy that joins them to others. */
const LARGE_BYTES = 65_536;

/** What the writer of Arrow writes, taken piece by piece: its own queue is for streams. */
class Sink extends RecordBatchFileWriter {
  #pieces: Uint8Array[] = [];

  /** Neighbours that are small are joined; columns of bins are sent from where they are. */
  take(): Uint8Array[] {
    const taken: Uint8Array[] = [];
    let small: Uint8Array[] = [];
    const join = () => {
      if (small.length > 0) taken.push(Buffer.concat(small));
      small = [];
    };
    for (const piece of this.#pieces) {
      if (piece.length < LARGE_BYTES) small.push(piece);
      else {
        join();
        taken.push(piece);
      }
    }
    join();
    this.#pieces = [];
    return taken;
  }

  protected override _write(chunk: ArrayBufferView): this {
    if (!this._started || chunk.byteLength === 0) return this;
    this.#pieces.push(new Uint8Array(chunk.buffer as ArrayBuffer, chunk.byteOffset, chunk.byteLength));
    this._position += chunk.byteLength;
    return this;
  }
}
