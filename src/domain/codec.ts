import { inflateRawSync } from 'node:zlib';
import {
  BYTES_OF_TYPE,
  DEFLATED_BIT,
  ERROR_OPTION_SHIFT,
  ERROR_OPTIONS,
  FLOW_BIT,
  HEADER_BYTES,
  LENGTH_BYTES,
  NumberType,
  SECTION_HEADER_BYTES,
  SECTIONS,
  SECTIONS_BIT,
  TYPE_MASK,
  VERSION,
} from './bin-layout.ts';
import { type BinSections, BinsEncoder } from './bins-encoder.ts';
import { CorruptBinsError } from './errors.ts';
import type { Bins, NumberArray } from './histogram.ts';
import { cellCount, type Shape } from './shape.ts';

if (new Uint8Array(Uint16Array.of(1).buffer)[0] !== 1) {
  throw new Error('bins are stored little-endian, and this machine is big-endian');
}

const encoder = new BinsEncoder();

/**
 * Encodes bins as versioned bytes (layout: bin-layout.ts). Integers become the narrowest integers whatever array they
 * came in, so equal counts give equal bytes; other numbers stay float32 or float64, bit for bit.
 * Deterministic within one zlib version; compare across versions with `sameBins`.
 */
export function encodeBins(bins: Bins): Uint8Array {
  encoder.reset();
  encoder.append(bins.contents, bins.flow, bins.contents.length, bins);
  return encoder.take();
}

/**
 * Decodes what encodeBins wrote. The contents are a copy: integers in the narrowest array that holds them,
 * Float32Array and Float64Array as they came in.
 * @throws CorruptBinsError for bytes that are not exactly one blob of this shape: another version, an unknown type,
 * too few or too many cells, bytes after the end, damaged or too long deflated data.
 */
export function decodeBins(bytes: Uint8Array, shape: Shape): Bins {
  const header = headerOf(bytes);
  const flow = (header & FLOW_BIT) !== 0;
  const cells = cellCount(shape, flow);
  if ((header & SECTIONS_BIT) === 0) return { flow, contents: numbersOf(header, bytes.subarray(HEADER_BYTES), cells) };
  const stored = stretchAt(bytes, HEADER_BYTES);
  const contents = numbersOf(header, stored, cells);
  const sections = sectionsOf(bytes, HEADER_BYTES + LENGTH_BYTES + stored.length, cells);
  return { flow, contents, ...sections };
}

/** The bytes whose number stands at `at`, right behind it. */
function stretchAt(bytes: Uint8Array, at: number): Uint8Array {
  const from = at + LENGTH_BYTES;
  if (from > bytes.length) throw new CorruptBinsError('bins end within the header of a section');
  const length = new DataView(bytes.buffer, bytes.byteOffset + at, LENGTH_BYTES).getUint32(0, true);
  if (from + length > bytes.length) throw new CorruptBinsError('bins end within a section');
  return bytes.subarray(from, from + length);
}

function sectionsOf(bytes: Uint8Array, start: number, cells: number): BinSections {
  const sections: { -readonly [Name in keyof BinSections]: BinSections[Name] } = {};
  let at = start;
  let last = 0;
  do {
    if (at + SECTION_HEADER_BYTES > bytes.length) throw new CorruptBinsError('bins end within the header of a section');
    const [number, header] = [bytes[at] as number, bytes[at + 1] as number];
    const name = SECTIONS.find(([, known]) => known === number)?.[0];
    if (name === undefined || number <= last) throw new CorruptBinsError(`bins with section ${number} out of place`);
    const errorOption = name === 'binEntries' ? ERROR_OPTIONS[header >> ERROR_OPTION_SHIFT] : undefined;
    const flags = name === 'binEntries' ? header & ((1 << ERROR_OPTION_SHIFT) - 1) : header;
    if ((flags & ~(TYPE_MASK | DEFLATED_BIT)) !== 0 || (flags & TYPE_MASK) > NumberType.F64) {
      throw new CorruptBinsError(`bins with unknown header 0x${header.toString(16)} of a section`);
    }
    const stored = stretchAt(bytes, at + 2);
    sections[name] = numbersOf(flags, stored, cells);
    if (errorOption !== undefined) sections.errorOption = errorOption;
    at += SECTION_HEADER_BYTES + stored.length;
    last = number;
  } while (at < bytes.length);
  return sections;
}

/** One number a cell, a copy. */
function numbersOf(header: number, stored: Uint8Array, cells: number): NumberArray {
  const type = header & TYPE_MASK;
  const size = cells * (BYTES_OF_TYPE[type] as number);
  const raw = (header & DEFLATED_BIT) === 0 ? plainContents(stored, size) : inflatedContents(stored, size);
  return typedArray(type, raw, cells);
}

/** Whether the blob holds under- and overflow bins. */
export function hasFlowBins(bytes: Uint8Array): boolean {
  return (headerOf(bytes) & FLOW_BIT) !== 0;
}

/** Whether the blob holds anything beside the contents: sums of squares, entries of a profile. */
export function hasSections(bytes: Uint8Array): boolean {
  return (headerOf(bytes) & SECTIONS_BIT) !== 0;
}

/**
 * Whether the contents stand in the blob as they are, from byte HEADER_BYTES on, as numbers of this type.
 * False also for a damaged blob: decodeBins tells what is wrong.
 */
export function isPlain(bytes: Uint8Array, shape: Shape, type: NumberType): boolean {
  const header = bytes[1] as number;
  if (bytes[0] !== VERSION || (header & ~FLOW_BIT) !== type) return false;
  const cells = cellCount(shape, (header & FLOW_BIT) !== 0);
  return bytes.length === HEADER_BYTES + cells * (BYTES_OF_TYPE[type] as number);
}

/** Whether two blobs of one shape hold the same bins (equal values, bit for bit where not integers, and equal flow). */
export function sameBins(a: Uint8Array, b: Uint8Array, shape: Shape): boolean {
  if (Buffer.compare(a, b) === 0) return true;
  // of the same bins, deflated bytes alone can differ: by the version of zlib that wrote them
  const mayBeDeflated = DEFLATED_BIT | SECTIONS_BIT;
  if (((a[1] as number) & mayBeDeflated) === 0 && ((b[1] as number) & mayBeDeflated) === 0) return false;
  const left = decodeBins(a, shape);
  const right = decodeBins(b, shape);
  return (
    left.flow === right.flow &&
    left.errorOption === right.errorOption &&
    sameNumbers(left.contents, right.contents) &&
    SECTIONS.every(([name]) => sameNumbers(left[name], right[name]))
  );
}

function sameNumbers(a: NumberArray | undefined, b: NumberArray | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return a.constructor === b.constructor && Buffer.compare(bytesOf(a), bytesOf(b)) === 0;
}

function headerOf(bytes: Uint8Array): number {
  if (bytes.length < HEADER_BYTES) throw new CorruptBinsError(`a blob of bins of ${bytes.length} bytes`);
  if (bytes[0] !== VERSION) throw new CorruptBinsError(`bins of unknown version ${bytes[0]}`);
  const header = bytes[1] as number;
  if ((header & 0x80) !== 0 || (header & TYPE_MASK) > NumberType.F64) {
    throw new CorruptBinsError(`bins with unknown header 0x${header.toString(16)}`);
  }
  return header;
}

/** Contents start at byte 0 of a buffer of their own, so that any typed array can lie over them. */
function plainContents(stored: Uint8Array, size: number): Uint8Array {
  if (stored.length !== size) {
    throw new CorruptBinsError(`bins take ${stored.length} bytes where their axes need ${size}`);
  }
  return Uint8Array.prototype.slice.call(stored);
}

function inflatedContents(deflated: Uint8Array, size: number): Uint8Array {
  let inflated: { buffer: Uint8Array; engine: { bytesWritten: number } };
  try {
    inflated = inflateRawSync(deflated, {
      info: true,
      maxOutputLength: Math.max(1, size),
      chunkSize: Math.max(64, size),
    }) as unknown as typeof inflated;
  } catch (cause) {
    throw new CorruptBinsError('bins do not inflate to what their axes need', { bytes: size }, { cause });
  }
  const { buffer, engine } = inflated;
  if (buffer.length !== size) {
    throw new CorruptBinsError(`bins inflate to ${buffer.length} bytes where their axes need ${size}`);
  }
  if (engine.bytesWritten !== deflated.length) {
    throw new CorruptBinsError(`${deflated.length - engine.bytesWritten} bytes follow the end of deflated bins`);
  }
  return buffer.byteOffset % 8 === 0 ? buffer : Uint8Array.prototype.slice.call(buffer);
}

function typedArray(type: number, raw: Uint8Array, cells: number): NumberArray {
  const { byteOffset } = raw;
  const buffer = raw.buffer as ArrayBuffer;
  switch (type) {
    case NumberType.U8:
      return new Uint8Array(buffer, byteOffset, cells);
    case NumberType.I8:
      return new Int8Array(buffer, byteOffset, cells);
    case NumberType.U16:
      return new Uint16Array(buffer, byteOffset, cells);
    case NumberType.I16:
      return new Int16Array(buffer, byteOffset, cells);
    case NumberType.U32:
      return new Uint32Array(buffer, byteOffset, cells);
    case NumberType.I32:
      return new Int32Array(buffer, byteOffset, cells);
    case NumberType.F32:
      return new Float32Array(buffer, byteOffset, cells);
    default:
      return new Float64Array(buffer, byteOffset, cells);
  }
}

/** The bytes under a typed array; not a copy. */
export function bytesOf(array: NumberArray): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}
