import {
  type Data,
  type DataType,
  Dictionary,
  Field,
  Float32,
  Float64,
  Int32,
  List,
  makeData,
  RecordBatch,
  RecordBatchFileWriter,
  Schema,
  Struct,
  Utf8,
  Vector,
} from 'apache-arrow';
import type { Axis } from '../domain/axis.ts';
import type { PackedType } from '../domain/bins-text.ts';
import type { ExportRow, ExportWriter } from './export-format.ts';
import { type PackedLists, packedBins, packedEdges } from './packed-lists.ts';

export interface ArrowOptions {
  readonly type: PackedType;
  readonly flow: boolean;
  /** Names that rows will have; others may come. */
  readonly datasets: readonly string[];
  readonly monitorElements: readonly string[];
}

const NUMBERS = { FLOAT32: Float32, FLOAT64: Float64, INT32: Int32 } as const;
/** Pieces from this length on are worth more than the copy that joins them to others. */
const LARGE_BYTES = 65_536;
const STATISTICS = ['entries', 'integral', 'meanX', 'rmsX', 'meanY', 'rmsY'] as const;

/**
 * Arrow's file format (Feather 2): a record batch a chunk, with its cursor in the metadata `lumigraph.cursor` of the batch. The
 * provenance is `lumigraph.provenance` of the schema, the summary `lumigraph.summary` of the last batch, which has no rows.
 */
export function arrowWriter(options: ArrowOptions): ExportWriter {
  const { type, flow } = options;
  const sink = new Sink();
  const datasets = new Names(0, options.datasets);
  const elements = new Names(1, options.monitorElements);
  const numbers = new NUMBERS[type]();
  const fields = [
    new Field('run', new Int32(), false),
    new Field('lumisection', new Int32(), true),
    new Field('dataset', datasets.type, false),
    new Field('monitorElement', elements.type, false),
    ...STATISTICS.map((name) => new Field(name, new Float64(), true)),
    ...['x', 'y'].flatMap((axis) => [
      new Field(`${axis}Bins`, new Int32(), true),
      new Field(`${axis}Min`, new Float64(), true),
      new Field(`${axis}Max`, new Float64(), true),
      new Field(`${axis}Edges`, listOf(new Float64()), true),
    ]),
    new Field('bins', listOf(numbers), true),
  ];
  let schema = new Schema(fields);

  const batchOf = (rows: readonly ExportRow[], metadata: Map<string, string>) => {
    const of = (name: (typeof STATISTICS)[number]) =>
      nullable(new Float64(), new Float64Array(rows.length), rows, (row) => row[name]);
    const children: Data[] = [
      plain(
        new Int32(),
        Int32Array.from(rows, ({ run }) => run),
      ),
      nullable(new Int32(), new Int32Array(rows.length), rows, ({ lumisection }) => lumisection || null),
      datasets.column(rows, ({ dataset }) => dataset),
      elements.column(rows, ({ monitorElement }) => monitorElement),
      ...STATISTICS.map(of),
      ...axisColumns(rows, 0),
      ...axisColumns(rows, 1),
      listData(numbers, packedBins(rows, type, flow)),
    ];
    const data = makeData({ type: new Struct(fields), length: rows.length, nullCount: 0, children });
    return new RecordBatch(schema, data as Data<Struct>, metadata);
  };

  return {
    begin(provenance) {
      schema = new Schema(fields, new Map([['lumigraph.provenance', provenance]]));
      sink.reset(undefined, schema);
      return sink.take();
    },
    rows(rows, cursor) {
      sink.write(batchOf(rows, new Map([['lumigraph.cursor', cursor]])));
      return sink.take();
    },
    end(summary) {
      sink.write(batchOf([], new Map([['lumigraph.summary', summary]])));
      sink.finish();
      return sink.take();
    },
  };
}

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

/** Names that stand in each row as a number. Those that come later are sent as a further part of the dictionary. */
class Names {
  readonly type: Dictionary<Utf8, Int32>;
  readonly #places = new Map<string, number>();
  readonly #chunks: Data<Utf8>[] = [];
  #vector: Vector<Utf8> | undefined;

  constructor(id: number, names: readonly string[]) {
    this.type = new Dictionary(new Utf8(), new Int32(), id);
    this.#add(names);
  }

  column(rows: readonly ExportRow[], nameOf: (row: ExportRow) => string): Data {
    const data = new Int32Array(rows.length);
    let name: string | undefined;
    let place = 0;
    for (let i = 0; i < rows.length; i++) {
      const next = nameOf(rows[i] as ExportRow);
      // neighbours mostly have the same one
      if (next !== name) {
        name = next;
        if (!this.#places.has(name)) this.#add([name]);
        place = this.#places.get(name) as number;
      }
      data[i] = place;
    }
    this.#vector ??= new Vector(this.#chunks);
    return makeData({ type: this.type, length: rows.length, nullCount: 0, data, dictionary: this.#vector });
  }

  #add(names: readonly string[]): void {
    const encoded = names.map((name) => Buffer.from(name));
    const valueOffsets = new Int32Array(names.length + 1);
    for (const [i, { length }] of encoded.entries()) {
      this.#places.set(names[i] as string, this.#places.size);
      valueOffsets[i + 1] = (valueOffsets[i] as number) + length;
    }
    const data = new Uint8Array(Buffer.concat(encoded));
    this.#chunks.push(makeData({ type: new Utf8(), length: names.length, nullCount: 0, valueOffsets, data }));
    this.#vector = undefined;
  }
}

/** The library tells the types of columns apart that are made here by one function. */
type Props = Parameters<typeof makeData>[0];

const listOf = <T extends DataType>(type: T) => new List(new Field('item', type, true));

const plain = (type: Int32 | Float64, data: Int32Array | Float64Array): Data =>
  makeData({ type, length: data.length, nullCount: 0, data } as unknown as Props) as Data;

/** Values of which some may be absent. */
function nullable(
  type: Int32 | Float64,
  data: Int32Array | Float64Array,
  rows: readonly ExportRow[],
  numberOf: (row: ExportRow) => number | null | undefined,
): Data {
  const nulls = new Nulls(rows.length);
  for (let i = 0; i < rows.length; i++) {
    const value = numberOf(rows[i] as ExportRow);
    if (value === null || value === undefined) nulls.add(i);
    else data[i] = value;
  }
  return makeData({ type, length: rows.length, data, ...nulls.known } as unknown as Props) as Data;
}

/** Which values are absent: a bit for each, 0 for those. */
class Nulls {
  readonly #bitmap: Uint8Array;
  #count = 0;

  constructor(length: number) {
    this.#bitmap = new Uint8Array(Math.ceil(length / 64) * 8).fill(0xff);
  }

  add(i: number): void {
    this.#bitmap[i >> 3] = (this.#bitmap[i >> 3] as number) & ~(1 << (i & 7));
    this.#count++;
  }

  get known() {
    return this.#count === 0 ? { nullCount: 0 } : { nullCount: this.#count, nullBitmap: this.#bitmap };
  }
}

function axisColumns(rows: readonly ExportRow[], which: 0 | 1): Data[] {
  const axisOf = ({ bins }: ExportRow): Axis | undefined => bins?.booking.binning.axes[which];
  return [
    nullable(new Int32(), new Int32Array(rows.length), rows, (row) => axisOf(row)?.bins),
    nullable(new Float64(), new Float64Array(rows.length), rows, (row) => axisOf(row)?.min),
    nullable(new Float64(), new Float64Array(rows.length), rows, (row) => axisOf(row)?.max),
    listData(new Float64(), packedEdges(rows, which)),
  ];
}

function listData(of: DataType, { numbers, offsets, isThere }: PackedLists): Data {
  const nulls = new Nulls(isThere.length);
  for (const [i, there] of isThere.entries()) if (!there) nulls.add(i);
  const child = makeData({ type: of, length: numbers.length, nullCount: 0, data: numbers } as unknown as Props);
  const list = { type: listOf(of), length: isThere.length, valueOffsets: offsets, child, ...nulls.known };
  return makeData(list as unknown as Props) as Data;
}
