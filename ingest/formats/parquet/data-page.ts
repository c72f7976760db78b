import type { DecodedArray, PageHeader } from 'hyparquet';
import { decompressPage, readDataPage } from 'hyparquet/src/datapage.js';
import { readRleBitPackedHybrid } from 'hyparquet/src/encoding.js';
import { checkRuns } from './runs.ts';

/** What the library knows of a column. */
export type ColumnDecoder = Parameters<typeof readDataPage>[2];

/** The bytes of a page, of exactly the size that its header says. Libraries stumble over compressed nothing. */
export function decompressed(page: Uint8Array, size: number, { codec, compressors }: ColumnDecoder): Uint8Array {
  return size === 0 ? new Uint8Array(0) : decompressPage(page, size, codec, compressors);
}

/** The highest levels of a column; 0 where pages have none. */
export interface Levels {
  readonly repetition: number;
  readonly definition: number;
}

/** A page of data, its values as they are stored: indices where it refers to a dictionary. */
export interface DataPage {
  /** Of each value, present or not; empty where lists are none. */
  readonly repetition: Uint8Array<ArrayBuffer>;
  /** Of each value; empty where all of them are present. */
  readonly definition: Uint8Array<ArrayBuffer>;
  /** Of present values alone: whatever is absent, or an empty list, has a level and nothing else. */
  readonly stored: DecodedArray;
  readonly isDictionary: boolean;
}

/** Levels and values, apart from each other, whatever version of page they came in. */
interface Sections {
  readonly repetition: Uint8Array<ArrayBuffer>;
  readonly definition: Uint8Array<ArrayBuffer>;
  readonly values: Uint8Array;
  readonly encoding: NonNullable<PageHeader['data_page_header']>['encoding'];
}

/**
 * Takes a page of `count` values apart. Runs are checked before the library expands them.
 * @throws Error where it contradicts itself.
 */
export function readPageOfData(
  header: PageHeader,
  page: Uint8Array,
  count: number,
  highest: Levels,
  decoder: ColumnDecoder,
): DataPage {
  const isSecond = header.type === 'DATA_PAGE_V2';
  const { repetition, definition, values, encoding } = isSecond
    ? sectionsOfV2(header, page, count, highest, decoder)
    : sectionsOfV1(header, page, count, highest, decoder);
  const present = presentOf(definition, count, highest.definition);
  const isDictionary = encoding.endsWith('_DICTIONARY');
  const stored = present === 0 ? [] : storedValues(values, encoding, present, decoder);
  if (stored.length !== present) throw new Error(`${stored.length} values where levels say ${present}`);
  return { repetition, definition: present === count ? new Uint8Array(0) : definition, stored, isDictionary };
}

/** Levels say their length before them, and are compressed with the values. */
function sectionsOfV1(
  { data_page_header: head, uncompressed_page_size: size }: PageHeader,
  page: Uint8Array,
  count: number,
  highest: Levels,
  decoder: ColumnDecoder,
): Sections {
  if (!head) throw new Error('a data page without its header');
  const bytes = decompressed(page, size, decoder);
  const view = viewOf(bytes);
  let at = 0;
  const [repetition, definition] = [highest.repetition, highest.definition].map((level) => {
    if (level === 0) return new Uint8Array(0);
    const from = at + 4;
    const length = view.getUint32(at, true);
    at = from + length;
    return levelsOf(view, from, length, level, count);
  }) as [Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>];
  return { repetition, definition, values: bytes.subarray(at), encoding: head.encoding };
}

/** The header says the length of levels, and only values are compressed. */
function sectionsOfV2(
  { data_page_header_v2: head, uncompressed_page_size: size }: PageHeader,
  page: Uint8Array,
  count: number,
  highest: Levels,
  decoder: ColumnDecoder,
): Sections {
  if (!head) throw new Error('a data page without its header');
  const { repetition_levels_byte_length: first, definition_levels_byte_length: second, encoding } = head;
  const levels = first + second;
  if (!(first >= 0 && second >= 0 && levels <= page.length)) throw new Error('levels reach beyond their page');
  const view = viewOf(page);
  const repetition = levelsOf(view, 0, first, highest.repetition, count);
  const definition = levelsOf(view, first, second, highest.definition, count);
  const rest = page.subarray(levels);
  const values = head.is_compressed === false ? rest : decompressed(rest, size - levels, decoder);
  return { repetition, definition, values, encoding };
}

function levelsOf(
  view: DataView,
  start: number,
  length: number,
  highest: number,
  count: number,
): Uint8Array<ArrayBuffer> {
  if (highest === 0) return new Uint8Array(0);
  const width = 32 - Math.clz32(highest);
  checkRuns(view, start, length, width, count);
  const levels = new Uint8Array(count);
  readRleBitPackedHybrid({ view, offset: start }, width, levels, length);
  return levels;
}

function presentOf(definition: Uint8Array, count: number, highest: number): number {
  if (highest === 0) return count;
  let present = 0;
  for (let i = 0; i < count; i++) if (definition[i] === highest) present++;
  return present;
}

function storedValues(
  bytes: Uint8Array,
  encoding: Sections['encoding'],
  present: number,
  decoder: ColumnDecoder,
): DecodedArray {
  const view = viewOf(bytes);
  if (encoding === 'RLE') checkRuns(view, 4, view.getUint32(0, true), 1, present);
  if (encoding.endsWith('_DICTIONARY')) {
    const width = view.getUint8(0);
    if (width > 32) throw new Error(`indices of ${width} bits`);
    if (width > 0) checkRuns(view, 1, view.byteLength - 1, width, present);
  }
  // levels are read already: to the library these are the values of a column without any
  const page = { num_values: present, encoding, ...WITHOUT_LEVELS };
  return readDataPage(bytes, page, { ...decoder, schemaPath: [] }).dataPage;
}

const WITHOUT_LEVELS = { definition_level_encoding: 'RLE', repetition_level_encoding: 'RLE' } as const;

const viewOf = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
