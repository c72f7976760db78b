import { type Data, Dictionary, Float64, Int32, makeData, Utf8, Vector } from 'apache-arrow';

/**
 * Types are made once: V8 takes each new one for a reason to compile its constructor anew. With six in every record batch, ten exports of a
 * million histograms left 45 MB of compiled code, and of what it had been made from, behind.
 */
export const INT32 = new Int32();
export const FLOAT64 = new Float64();
const UTF8 = new Utf8();

/** Names that stand in each row as a number. Those that come later are sent as a further part of the dictionary. */
export class Names {
  readonly type: Dictionary<Utf8, Int32>;
  readonly #places = new Map<string, number>();
  readonly #chunks: Data<Utf8>[] = [];
  #vector: Vector<Utf8> | undefined;

  constructor(id: number, names: readonly string[]) {
    this.type = new Dictionary(UTF8, INT32, id);
    this.#add(names);
  }

  column<Row>(rows: readonly Row[], nameOf: (row: Row) => string): Data {
    const data = new Int32Array(rows.length);
    let name: string | undefined;
    let place = 0;
    for (let i = 0; i < rows.length; i++) {
      const next = nameOf(rows[i] as Row);
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
    this.#chunks.push(makeData({ type: UTF8, length: names.length, nullCount: 0, valueOffsets, data }));
    this.#vector = undefined;
  }
}

/** The library tells the types of columns apart that are made here by one function. */
export type Props = Parameters<typeof makeData>[0];

export const integers = (data: Int32Array): Data => makeData({ type: INT32, length: data.length, nullCount: 0, data });

/** Values of which some may be absent; each is made of a row alone: of neighbours that are the same, once. */
export function nullable<Row>(
  type: Int32 | Float64,
  rows: readonly Row[],
  numberOf: (row: Row) => number | null | undefined,
): Data {
  const data = new type.ArrayType(rows.length);
  const nulls = new Nulls(rows.length);
  let last: Row | undefined;
  let value: number | null | undefined;
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i] as Row;
    if (i === 0 || !Object.is(row, last)) {
      last = row;
      value = numberOf(row);
    }
    if (value === null || value === undefined) nulls.add(i);
    else data[i] = value;
  }
  return makeData({ type, length: rows.length, data, ...nulls.known } as unknown as Props) as Data;
}

/** Which values are absent: a bit for each, 0 for those. */
export class Nulls {
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
