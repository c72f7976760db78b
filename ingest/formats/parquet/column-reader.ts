import { brotliDecompressSync, crc32, gunzipSync } from 'node:zlib';
import { decompress as decompressZstd } from 'fzstd';
import type { ColumnMetaData, Compressors, DecodedArray, PageHeader, SchemaTree } from 'hyparquet';
import { parquetHeader } from 'hyparquet/src/column.js';
import { convert, DEFAULT_PARSERS } from 'hyparquet/src/convert.js';
import { decompressPage, readDataPage, readDataPageV2 } from 'hyparquet/src/datapage.js';
import { readPlain } from 'hyparquet/src/plain.js';
import { getMaxDefinitionLevel, getMaxRepetitionLevel, getTreePath } from 'hyparquet/src/schema.js';
import { compressors as others } from 'hyparquet-compressors';
import type { ByteSource } from '../../source.ts';
import { asBroken, brokenParquet } from './fault.ts';
import { checkRuns } from './runs.ts';

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
  readonly isText: boolean;
  readonly #source: ByteSource;
  readonly #decoder: Parameters<typeof convert>[1];
  readonly #maxDefinition: number;
  /** Level from which on a list has an element, if only null. */
  readonly #elementLevel: number;
  readonly #end: number;
  #next: number;
  #valuesLeft: number;
  #window = { start: 0, bytes: Buffer.alloc(0) };
  #dictionary: DecodedArray | null = null;
  /** The page at hand: levels (empty: all highest), values, and what of both is used up. */
  #definition: ArrayLike<number> = [];
  #repetition: readonly number[] = [];
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
      throw brokenParquet(source.path, start, `column "${this.name}" holds neither values nor lists of values`);
    }
    this.isList = repetitions === 1;
    this.isText = meta.type === 'BYTE_ARRAY';
    const { element } = leaf;
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
    this.#maxDefinition = getMaxDefinitionLevel(schemaPath);
    const repeated = schemaPath.findIndex((node) => node.element.repetition_type === 'REPEATED');
    this.#elementLevel = getMaxDefinitionLevel(schemaPath.slice(0, repeated + 1));
  }

  /** The next values of a column without lists, at most `most`; an empty one at the end. */
  async cells(most: number): Promise<Cell[]> {
    if (this.isList) throw brokenParquet(this.#source.path, this.#pageByte, `column "${this.name}" holds lists`);
    const cells: Cell[] = [];
    while (cells.length < most && (await this.#ready())) {
      while (this.#at < this.#count && cells.length < most) {
        const level = this.#definition.length === 0 ? this.#maxDefinition : this.#definition[this.#at];
        this.#at++;
        cells.push(level === this.#maxDefinition ? plain(this.#values[this.#valueAt++]) : null);
      }
    }
    return cells;
  }

  /**
   * Writes the numbers of the next list to `into`, which is replaced when it is too short.
   * @returns null instead of a list that is null itself; an element that is null or no number is NaN.
   */
  async list(into: Float64Array<ArrayBuffer>): Promise<{ values: Float64Array<ArrayBuffer>; length: number } | null> {
    let values = into;
    let length = 0;
    let begun = false;
    let isNull = false;
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
          if (level === this.#maxDefinition) values[length++] = this.#values[this.#valueAt++] as number;
          else if (level >= this.#elementLevel) values[length++] = Number.NaN;
          else if (level === 0 && this.#elementLevel > 1) isNull = true;
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
    const { type, codec, element } = this.#decoder;
    const bytes = decompressPage(page, header.uncompressed_page_size, codec, compressors);
    const reader = { view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), offset: 0 };
    const values = readPlain(reader, type, count, element.type_length);
    if (reader.offset > bytes.byteLength) throw new Error('the dictionary reaches beyond its page');
    this.#dictionary = this.#converted(values);
  }

  #readData(header: PageHeader, page: Uint8Array, count: number): void {
    const { data_page_header: v1, data_page_header_v2: v2 } = header;
    let decoded: ReturnType<typeof readDataPage>;
    let encoding: string;
    if (v2 && header.type === 'DATA_PAGE_V2') {
      const levels = v2.definition_levels_byte_length + v2.repetition_levels_byte_length;
      if (!(levels >= 0 && levels <= page.length && v2.num_nulls >= 0 && v2.num_nulls <= count)) {
        throw new Error('levels reach beyond their page');
      }
      encoding = v2.encoding;
      const plain = v2.is_compressed === false ? page : this.#inflatedV2(page, levels, header.uncompressed_page_size);
      const view = viewOf(plain);
      let at = checkRuns(view, 0, v2.repetition_levels_byte_length, this.isList ? 1 : 0, count);
      at = checkRuns(view, at, v2.definition_levels_byte_length, widthOf(this.#maxDefinition), count);
      this.#checkIndices(view, at, encoding, count);
      const inflated = {
        ...header,
        uncompressed_page_size: plain.length,
        data_page_header_v2: { ...v2, is_compressed: false },
      };
      decoded = readDataPageV2(plain, inflated, this.#decoder);
    } else if (v1) {
      const bytes = decompressPage(page, header.uncompressed_page_size, this.#decoder.codec, compressors);
      encoding = v1.encoding;
      const view = viewOf(bytes);
      let at = 0;
      for (const width of [this.isList ? 1 : 0, widthOf(this.#maxDefinition)]) {
        if (width > 0) at = checkRuns(view, at + 4, view.getUint32(at, true), width, count);
      }
      this.#checkIndices(view, at, encoding, count);
      decoded = readDataPage(bytes, v1, this.#decoder);
    } else throw new Error('a data page without its header');
    this.#definition = decoded.definitionLevels ?? [];
    this.#repetition = decoded.repetitionLevels;
    this.#values = encoding.endsWith('_DICTIONARY')
      ? this.#looked(decoded.dataPage)
      : this.#converted(decoded.dataPage);
    const present = presentOf(this.#definition, count, this.#maxDefinition);
    if (this.#values.length !== present) throw new Error(`${this.#values.length} values where levels say ${present}`);
    if (this.isList && this.#repetition.length !== count) throw new Error('a page of lists without levels');
    if (present === count) this.#definition = [];
    this.#count = count;
    this.#at = 0;
    this.#valueAt = 0;
    this.#valuesLeft -= count;
  }

  /** Levels stay as they are in such a page, only its values are compressed. */
  #inflatedV2(page: Uint8Array, levels: number, size: number): Uint8Array {
    const values = decompressPage(page.subarray(levels), size - levels, this.#decoder.codec, compressors);
    const plain = new Uint8Array(levels + values.length);
    plain.set(page.subarray(0, levels));
    plain.set(values, levels);
    return plain;
  }

  #checkIndices(view: DataView, at: number, encoding: string, count: number): void {
    const hasWidth = encoding.endsWith('_DICTIONARY') && at < view.byteLength;
    const width = hasWidth ? view.getUint8(at) : 0;
    if (width > 32) throw new Error(`indices of ${width} bits`);
    if (width > 0) checkRuns(view, at + 1, view.byteLength - at - 1, width, count);
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

const viewOf = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

const widthOf = (highest: number) => 32 - Math.clz32(highest);

function presentOf(levels: ArrayLike<number>, count: number, highest: number): number {
  if (levels.length === 0) return count;
  if (levels.length !== count) throw new Error(`${levels.length} levels for ${count} values`);
  let present = 0;
  for (let i = 0; i < count; i++) if (levels[i] === highest) present++;
  return present;
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
