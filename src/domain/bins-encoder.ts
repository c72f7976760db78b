import { deflateRawSync } from 'node:zlib';
import {
  BYTES_OF_TYPE,
  DEFLATE_AT_MOST,
  DEFLATE_FROM_BYTES,
  DEFLATE_OPTIONS,
  DEFLATED_BIT,
  ERROR_OPTION_SHIFT,
  ERROR_OPTIONS,
  FLOW_BIT,
  HEADER_BYTES,
  LENGTH_BYTES,
  NumberType,
  SECTIONS,
  SECTIONS_BIT,
  VERSION,
} from './bin-layout.ts';
import type { Bins, NumberArray } from './histogram.ts';

/** What may be stored of each cell beside its content: as many numbers as there are contents. */
export type BinSections = Pick<Bins, 'sumw2' | 'binEntries' | 'binSumw2' | 'errorOption'>;

/**
 * Appends encoded histograms to one growing buffer: no allocation per histogram unless it is deflated.
 * The blobs of a batch then are `bytes`, with the ends that `append` returned.
 */
export class BinsEncoder {
  #bytes: Uint8Array;
  #view: DataView;
  #length = 0;

  constructor(initialCapacity = 65_536) {
    this.#bytes = new Uint8Array(initialCapacity);
    this.#view = new DataView(this.#bytes.buffer);
  }

  /** Bytes written since the last `take` or `reset`. */
  get length(): number {
    return this.#length;
  }

  /**
   * Encodes the first `cells` contents (all of them unless told), which may be a scratch array that is reused, and the
   * same number of cells of each section that there is.
   * @returns the end of the blob: it starts where the one before it ended.
   */
  append(contents: NumberArray, flow: boolean, cells: number = contents.length, sections?: BinSections): number {
    const start = this.#length;
    const flags = flow ? FLOW_BIT : 0;
    if (sections === undefined || SECTIONS.every(([name]) => sections[name] === undefined)) {
      const header = this.#numbers(start + HEADER_BYTES, contents, cells);
      this.#bytes[start] = VERSION;
      this.#bytes[start + 1] = header | flags;
      return this.#length;
    }
    for (const [name] of SECTIONS) {
      const given = sections[name]?.length ?? cells;
      if (given < cells) throw new RangeError(`${cells} cells asked of ${given} of ${name}`);
    }
    const header = this.#measured(start + HEADER_BYTES, contents, cells);
    this.#bytes[start] = VERSION;
    this.#bytes[start + 1] = header | flags | SECTIONS_BIT;
    for (const [name, number] of SECTIONS) {
      const numbers = sections[name];
      if (numbers === undefined) continue;
      const at = this.#length;
      const sectionHeader = this.#measured(at + 2, numbers, cells);
      this.#bytes[at] = number;
      const option = name === 'binEntries' ? ERROR_OPTIONS.indexOf(sections.errorOption) : 0;
      this.#bytes[at + 1] = sectionHeader | (option << ERROR_OPTION_SHIFT);
    }
    return this.#length;
  }

  /** Writes the length of what follows, and the numbers. @returns their type, with the bit of deflated ones. */
  #measured(at: number, numbers: NumberArray, cells: number): number {
    const body = at + LENGTH_BYTES;
    const header = this.#numbers(body, numbers, cells);
    this.#view.setUint32(at, this.#length - body, true);
    return header;
  }

  /** Writes numbers and moves the end behind them. @returns their type, with the bit of deflated ones. */
  #numbers(body: number, numbers: NumberArray, cells: number): number {
    if (cells > numbers.length) throw new RangeError(`${cells} cells asked of an array of ${numbers.length}`);
    const type = narrowestType(numbers, cells);
    const size = cells * (BYTES_OF_TYPE[type] as number);
    let end = body + size;
    this.#reserve(end);
    write(this.#view, body, numbers, cells, type);
    this.#length = end;
    if (size < DEFLATE_FROM_BYTES) return type;
    const deflated = deflateRawSync(this.#bytes.subarray(body, end), {
      ...DEFLATE_OPTIONS,
      chunkSize: Math.max(64, size),
    });
    if (deflated.length > size * DEFLATE_AT_MOST) return type;
    this.#bytes.set(deflated, body);
    end = body + deflated.length;
    this.#length = end;
    return type | DEFLATED_BIT;
  }

  /** A copy of everything written; the encoder starts again at 0 and keeps its buffer. */
  take(): Uint8Array<ArrayBuffer> {
    const taken = this.#bytes.slice(0, this.#length) as Uint8Array<ArrayBuffer>;
    this.#length = 0;
    return taken;
  }

  /** Forgets everything written after `length` (from an earlier `length`, 0 unless told). */
  reset(length = 0): void {
    this.#length = length;
  }

  #reserve(needed: number): void {
    if (needed <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
    grown.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = grown;
    this.#view = new DataView(grown.buffer);
  }
}

/** The narrowest type that gives every value back exactly; integers of any array become the same bytes. */
function narrowestType(contents: NumberArray, cells: number): NumberType {
  // a function for each kind of array: a loop that has seen several is slower
  if (contents instanceof Float64Array) return narrowestOfDoubles(contents, cells);
  if (contents instanceof Float32Array) return narrowestOfSingles(contents, cells);
  let min = 0;
  let max = 0;
  for (let i = 0; i < cells; i++) {
    const value = contents[i] as number;
    if (value < min) min = value;
    else if (value > max) max = value;
  }
  return narrowestOfRange(min, max) as NumberType;
}

function narrowestOfDoubles(contents: Float64Array, cells: number): NumberType {
  let min = 0;
  let max = 0;
  let zeros = false;
  for (let i = 0; i < cells; i++) {
    const value = contents[i] as number;
    // Math.floor(NaN) and NaN differ, too; infinities fall out of the range of integers below
    if (Math.floor(value) !== value) return NumberType.F64;
    if (value > max) max = value;
    else if (value < min) min = value;
    else if (value === 0) zeros = true;
  }
  if (zeros && hasNegativeZero(contents, cells)) return NumberType.F64;
  return narrowestOfRange(min, max) ?? NumberType.F64;
}

function narrowestOfSingles(contents: Float32Array, cells: number): NumberType {
  let min = 0;
  let max = 0;
  let zeros = false;
  for (let i = 0; i < cells; i++) {
    const value = contents[i] as number;
    if (Math.floor(value) !== value) return NumberType.F32;
    if (value > max) max = value;
    else if (value < min) min = value;
    else if (value === 0) zeros = true;
  }
  if (zeros && hasNegativeZero(contents, cells)) return NumberType.F32;
  return narrowestOfRange(min, max) ?? NumberType.F32;
}

/** No integer has it. Looked for by its bits: a division for every empty bin would cost more than all else. */
function hasNegativeZero(contents: Float64Array | Float32Array, cells: number): boolean {
  const words = new Int32Array(contents.buffer, contents.byteOffset, (cells * contents.BYTES_PER_ELEMENT) / 4);
  if (contents instanceof Float32Array) return words.includes(-0x8000_0000);
  // the sign stands in the high word, whose place depends on the machine
  for (let i = words.indexOf(-0x8000_0000); i >= 0; i = words.indexOf(-0x8000_0000, i + 1)) {
    if (Object.is(contents[i >> 1], -0)) return true;
  }
  return false;
}

function narrowestOfRange(min: number, max: number): NumberType | undefined {
  if (min >= 0) {
    if (max <= 0xff) return NumberType.U8;
    if (max <= 0xffff) return NumberType.U16;
    if (max <= 0xffff_ffff) return NumberType.U32;
    return undefined;
  }
  if (min >= -0x80 && max <= 0x7f) return NumberType.I8;
  if (min >= -0x8000 && max <= 0x7fff) return NumberType.I16;
  if (min >= -0x8000_0000 && max <= 0x7fff_ffff) return NumberType.I32;
  return undefined;
}

function write(out: DataView, at: number, contents: NumberArray, cells: number, type: NumberType): void {
  switch (type) {
    case NumberType.U8:
    case NumberType.I8:
      for (let i = 0; i < cells; i++) out.setUint8(at + i, contents[i] as number);
      return;
    case NumberType.U16:
    case NumberType.I16:
      for (let i = 0; i < cells; i++) out.setUint16(at + 2 * i, contents[i] as number, true);
      return;
    case NumberType.U32:
    case NumberType.I32:
      for (let i = 0; i < cells; i++) out.setUint32(at + 4 * i, contents[i] as number, true);
      return;
    default: {
      // the bytes themselves: reading floats as numbers may change the payload of a NaN
      const size = cells * (BYTES_OF_TYPE[type] as number);
      new Uint8Array(out.buffer).set(new Uint8Array(contents.buffer, contents.byteOffset, size), at);
    }
  }
}
