import { brotliDecompressSync, crc32, gunzipSync } from 'node:zlib';
import { decompress as decompressZstd } from 'fzstd';
import type { ColumnMetaData, Compressors, DecodedArray, PageHeader, SchemaElement, SchemaTree } from 'hyparquet';
import { parquetHeader } from 'hyparquet/src/column.js';
import { convert, DEFAULT_PARSERS } from 'hyparquet/src/convert.js';
import { readPlain } from 'hyparquet/src/plain.js';
import { getMaxDefinitionLevel, getMaxRepetitionLevel, getTreePath } from 'hyparquet/src/schema.js';
import { compressors as others } from 'hyparquet-compressors';
import type { ByteSource } from '../../source.ts';
import { type ColumnDecoder, decompressed, type Levels, readPageOfData } from './data-page.ts';
import { asBroken, brokenParquet, wrongColumn } from './fault.ts';

/** What a page may declare: real ones hold one MiB, or the one list that does not fit one. */
const MAX_PAGE_BYTES = 64 * 1024 * 1024;
const MAX_PAGE_VALUES = 8 * 1024 * 1024;
const WINDOW_BYTES = 256 * 1024;

/** Each writes into, or stops at, the size that the page declares. */
const compressors: Compressors = {
  ...others,
  GZIP: (input, length) => gunzipSync(input, { maxOutputLength: Math.max(1, length) }),
  BROTLI: (input, length) => brotliDecompressSync(input, { maxOutputLength: Math.max(1, length) }),
  ZSTD: (input, length) => decompressZstd(input, new Uint8Array(length)),
};

/** A value of a column without lists. */
export type Cell = string | number | boolean | null;

/**
 * The values of one column of one row group, page after page: one page is in memory, however many there are. Each page is
 * checked (declared sizes before anything is allocated, its checksum where it has one) before the library decodes it.
 */
export class ColumnReader {
  readonly name: string;
  readonly isList: boolean;
  /** What its values, or the elements of its lists, are. */
  readonly holds: Held;
  /** Where the latest list has an element that is null; -1 where it has none. */
  nullAt = -1;
  readonly #source: ByteSource;
  readonly #decoder: ColumnDecoder;
  readonly #highest: Levels;
  /** Level from which on a list has an element, if only null. */
  readonly #elementLevel: number;
  readonly #end: number;
  #next: number;
  #valuesLeft: number;
  #window = { start: 0, bytes: Buffer.alloc(0) };
  #dictionary: DecodedArray | null = null;
  /** The page at hand: levels (empty: all highest), values, and what of both is used up. */
  #definition = new Uint8Array(0);
  #repetition = new Uint8Array(0);
  #values: DecodedArray = [];
  #count = 0;
  #at = 0;
  #valueAt = 0;
  #pageByte = 0;

  constructor(source: ByteSource, tree: SchemaTree, meta: ColumnMetaData, rows: number) {
    const schemaPath = getTreePath(tree, meta.path_in_schema);
    const leaf = schemaPath.at(-1) as SchemaTree;
    const start = Number(
      meta.dictionary_page_offset && meta.dictionary_page_offset < meta.data_page_offset
        ? meta.dictionary_page_offset
        : meta.data_page_offset,
    );
    const size = Number(meta.total_compressed_size);
    this.name = meta.path_in_schema[0] as string;
    this.#source = source;
    this.#next = start;
    this.#end = start + size;
    this.#valuesLeft = Number(meta.num_values);
    if (!(start >= 4 && size >= 0 && this.#end <= source.stamp.size && this.#valuesLeft >= 0)) {
      throw brokenParquet(source.path, start, `column "${this.name}" reaches beyond the file`);
    }
    const repetitions = getMaxRepetitionLevel(schemaPath);
    if (repetitions > 1 || (repetitions === 0 && schemaPath.length > 2) || leaf.children.length > 0) {
      throw wrongColumn(source.path, this.name, 'structs, maps or lists of lists', 'values or lists of values');
    }
    this.isList = repetitions === 1;
    const { element } = leaf;
    this.holds = heldBy(element);
    if (!this.isList && rows !== this.#valuesLeft) {
      throw brokenParquet(source.path, start, `column "${this.name}" has ${this.#valuesLeft} values for ${rows} rows`);
    }
    this.#decoder = {
      ...meta,
      pathInSchema: meta.path_in_schema,
      element,
      schemaPath,
      parsers: DEFAULT_PARSERS,
      compressors,
    };
    this.#highest = { repetition: repetitions, definition: getMaxDefinitionLevel(schemaPath) };
    const repeated = schemaPath.findIndex((node) => node.element.repetition_type === 'REPEATED');
    this.#elementLevel = getMaxDefinitionLevel(schemaPath.slice(0, repeated + 1));
  }

  /** The next values of a column without lists, at most `most`; an empty one at the end. */
  async cells(most: number): Promise<Cell[]> {
    if (this.isList) throw wrongColumn(this.#source.path, this.name, `lists of ${this.holds}`, 'values');
    const cells: Cell[] = [];
    while (cells.length < most && (await this.#ready())) {
      while (this.#at < this.#count && cells.length < most) {
        const isPresent = this.#definition.length === 0 || this.#definition[this.#at] === this.#highest.definition;
        this.#at++;
        cells.push(isPresent ? plain(this.#values[this.#valueAt++]) : null);
      }
    }
    return cells;
  }

  /**
   * Writes the numbers of the next list to `into`, which is replaced when it is too short.
   * @returns null instead of a list that is null itself; an element that is null is NaN, the first of them in `nullAt`.
   */
  async list(into: Float64Array<ArrayBuffer>): Promise<{ values: Float64Array<ArrayBuffer>; length: number } | null> {
    let values = into;
    let length = 0;
    let begun = false;
    let isNull = false;
    this.nullAt = -1;
    while (await this.#ready()) {
      if (begun && this.#repetition[this.#at] === 0) break;
      if (!begun && this.#repetition[this.#at] !== 0) {
        throw brokenParquet(this.#source.path, this.#pageByte, `column "${this.name}" begins inside a list`);
      }
      const from = this.#at;
      const to = this.#endOfList(from + 1);
      if (length + to - from > MAX_PAGE_VALUES) {
        throw brokenParquet(this.#source.path, this.#pageByte, `a list of more than ${MAX_PAGE_VALUES} values`);
      }
      if (length + to - from > values.length) {
        const larger = new Float64Array(Math.max(2 * values.length, length + to - from));
        larger.set(values.subarray(0, length));
        values = larger;
      }
      if (this.#definition.length === 0) {
        // all of them are there
        values.set((this.#values as Float64Array).subarray(this.#valueAt, this.#valueAt + to - from), length);
        length += to - from;
        this.#valueAt += to - from;
      } else {
        for (let i = from; i < to; i++) {
          const level = this.#definition[i] as number;
          if (level === this.#highest.definition) values[length++] = this.#values[this.#valueAt++] as number;
          else if (level >= this.#elementLevel) {
            if (this.nullAt < 0) this.nullAt = length;
            values[length++] = Number.NaN;
          } else if (level === 0 && this.#elementLevel > 1) isNull = true;
        }
      }
      begun = true;
      this.#at = to;
      if (to < this.#count) break;
    }
    if (!begun) throw brokenParquet(this.#source.path, this.#end, `column "${this.name}" ends before its rows do`);
    return isNull && length === 0 ? null : { values, length };
  }

  /** Where the page's list that goes on at `from` ends: before the next one, or with the page. */
  #endOfList(from: number): number {
    const next = this.#repetition.indexOf(0, from);
    return next < 0 ? this.#count : next;
  }

  /** Whether there is a value in memory, once the next page is read. */
  async #ready(): Promise<boolean> {
    while (this.#at >= this.#count) {
      if (this.#valuesLeft === 0) return false;
      await this.#page();
    }
    return true;
  }

  async #page(): Promise<void> {
    const byte = this.#next;
    this.#pageByte = byte;
    try {
      await this.#readPage(byte);
    } catch (error) {
      // a number of a damaged header may be of any type
      throw asBroken(this.#source.path, byte, error);
    }
  }

  async #readPage(byte: number): Promise<void> {
    const { path } = this.#source;
    if (byte >= this.#end) throw brokenParquet(path, byte, `column "${this.name}" ends before its rows do`);
    const { header, length } = await this.#header(byte);
    const size = header.compressed_page_size;
    const body = byte + length;
    const values = this.#checkedCount(header, byte);
    if (!(size >= 0 && body + size <= this.#end)) {
      throw brokenParquet(path, byte, `a page of ${size} bytes reaches beyond its column "${this.name}"`);
    }
    const stored = await this.#bytes(body, size);
    if (header.crc !== undefined && crc32(stored) !== header.crc >>> 0) {
      throw brokenParquet(path, byte, `the checksum of a page of column "${this.name}" does not match its content`);
    }
    this.#next = body + size;
    // a copy at an even address, so that numbers are read in place
    const page = Uint8Array.from(stored);
    if (header.type === 'DICTIONARY_PAGE') this.#readDictionary(header, page, values);
    else if (header.type === 'DATA_PAGE' || header.type === 'DATA_PAGE_V2') this.#readData(header, page, values);
  }

  async #header(byte: number): Promise<{ header: PageHeader; length: number }> {
    const { path } = this.#source;
    // a header may hold statistics with whole values
    for (let size = 4096; ; size *= 16) {
      const length = Math.min(size, this.#end - byte);
      const bytes = await this.#bytes(byte, length);
      const reader = { view: new DataView(bytes.buffer, bytes.byteOffset, length), offset: 0 };
      try {
        const header = parquetHeader(reader);
        return { header, length: reader.offset };
      } catch (error) {
        if (length === this.#end - byte || size > WINDOW_BYTES) throw asBroken(path, byte, error);
      }
    }
  }

  /** How many values the page declares, if it may. */
  #checkedCount(header: PageHeader, byte: number): number {
    const { data_page_header, data_page_header_v2, dictionary_page_header } = header;
    const values = (data_page_header ?? data_page_header_v2 ?? dictionary_page_header)?.num_values ?? 0;
    const size = header.uncompressed_page_size;
    const isData = header.type === 'DATA_PAGE' || header.type === 'DATA_PAGE_V2';
    if (
      !(size >= 0 && size <= MAX_PAGE_BYTES && values >= 0 && values <= MAX_PAGE_VALUES) ||
      (isData && values > this.#valuesLeft) ||
      (header.type === 'DICTIONARY_PAGE' && values > 8 * size)
    ) {
      const reason = `a page of column "${this.name}" declares ${values} values in ${size} bytes`;
      throw brokenParquet(this.#source.path, byte, reason);
    }
    return values;
  }

  #readDictionary(header: PageHeader, page: Uint8Array, count: number): void {
    const { type, element } = this.#decoder;
    const bytes = decompressed(page, header.uncompressed_page_size, this.#decoder);
    const reader = { view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), offset: 0 };
    const values = readPlain(reader, type, count, element.type_length);
    if (reader.offset > bytes.byteLength) throw new Error('the dictionary reaches beyond its page');
    this.#dictionary = this.#converted(values);
  }

  #readData(header: PageHeader, page: Uint8Array, count: number): void {
    const data = readPageOfData(header, page, count, this.#highest, this.#decoder);
    this.#definition = data.definition;
    this.#repetition = data.repetition;
    this.#values = data.isDictionary ? this.#looked(data.stored) : this.#converted(data.stored);
    this.#count = count;
    this.#at = 0;
    this.#valueAt = 0;
    this.#valuesLeft -= count;
  }

  #looked(indices: DecodedArray): DecodedArray {
    const dictionary = this.#dictionary;
    if (!dictionary) throw new Error('a page refers to a dictionary that is not there');
    if (dictionary instanceof Float64Array) return lookedUp(dictionary, indices);
    const values = new Array(indices.length);
    for (let i = 0; i < indices.length; i++) {
      const index = Number(indices[i]);
      if (!(index < dictionary.length)) throw new Error(`value ${index} of a dictionary of ${dictionary.length}`);
      values[i] = dictionary[index];
    }
    return values;
  }

  /** In lists numbers are float64, whatever their type in the file. */
  #converted(values: DecodedArray): DecodedArray {
    const rich = convert(values, this.#decoder);
    if (!this.isList) return rich;
    const numbers = new Float64Array(rich.length);
    for (let i = 0; i < rich.length; i++) {
      const value = rich[i];
      numbers[i] = typeof value === 'number' || typeof value === 'bigint' ? Number(value) : Number.NaN;
    }
    return numbers;
  }

  async #bytes(at: number, length: number): Promise<Buffer> {
    const { start, bytes } = this.#window;
    if (at < start || at + length > start + bytes.length) {
      const wanted = Math.max(length, Math.min(WINDOW_BYTES, this.#end - at));
      this.#window = { start: at, bytes: Buffer.from(await this.#source.readAt(at, wanted)) };
    }
    const from = at - this.#window.start;
    return this.#window.bytes.subarray(from, from + length);
  }
}

/** By what the types of the file mean; how they are encoded is another matter. */
type Held = 'numbers' | 'texts' | 'booleans' | 'times';

function heldBy({ type, converted_type, logical_type }: SchemaElement): Held {
  if (type === 'BOOLEAN') return 'booleans';
  const meaning = converted_type ?? logical_type?.type ?? '';
  if (type === 'INT96' || /^(DATE|TIME|INTERVAL)/.test(meaning)) return 'times';
  const isBytes = type === 'BYTE_ARRAY' || type === 'FIXED_LEN_BYTE_ARRAY';
  return isBytes && meaning !== 'DECIMAL' && logical_type?.type !== 'FLOAT16' ? 'texts' : 'numbers';
}

/** Apart from other dictionaries, so that the loop sees one kind of array. */
function lookedUp(dictionary: Float64Array, indices: DecodedArray): Float64Array {
  const values = new Float64Array(indices.length);
  const size = dictionary.length;
  for (let i = 0; i < values.length; i++) {
    const index = indices[i] as number;
    if (!(index >= 0 && index < size)) throw new Error(`value ${index} of a dictionary of ${size}`);
    values[i] = dictionary[index] as number;
  }
  return values;
}

function plain(value: unknown): Cell {
  switch (typeof value) {
    case 'bigint':
      return Number(value);
    case 'number':
    case 'string':
    case 'boolean':
      return value;
    default:
      if (value instanceof Uint8Array) return Buffer.from(value).toString('utf8');
      return value instanceof Date && !Number.isNaN(value.getTime()) ? value.toISOString() : null;
  }
}
