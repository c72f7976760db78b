import { inflateRawSync } from 'node:zlib';
import { BYTES_OF_TYPE, DEFLATED_BIT, FLOW_BIT, HEADER_BYTES, NumberType, TYPE_MASK, VERSION } from './bin-layout.ts';
import { BinsEncoder } from './bins-encoder.ts';
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
  encoder.append(bins.contents, bins.flow);
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
  const type = header & TYPE_MASK;
  const size = cells * (BYTES_OF_TYPE[type] as number);
  const raw = (header & DEFLATED_BIT) === 0 ? plainContents(bytes, size) : inflatedContents(bytes, size);
  return { flow, contents: typedArray(type, raw, cells) };
}

/** Whether the blob holds under- and overflow bins. */
export function hasFlowBins(bytes: Uint8Array): boolean {
  return (headerOf(bytes) & FLOW_BIT) !== 0;
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
  if (((a[1] as number) & DEFLATED_BIT) === 0 && ((b[1] as number) & DEFLATED_BIT) === 0) return false;
  const left = decodeBins(a, shape);
  const right = decodeBins(b, shape);
  return (
    left.flow === right.flow &&
    left.contents.constructor === right.contents.constructor &&
    Buffer.compare(bytesOf(left.contents), bytesOf(right.contents)) === 0
  );
}

function headerOf(bytes: Uint8Array): number {
  if (bytes.length < HEADER_BYTES) throw new CorruptBinsError(`a blob of bins of ${bytes.length} bytes`);
  if (bytes[0] !== VERSION) throw new CorruptBinsError(`bins of unknown version ${bytes[0]}`);
  const header = bytes[1] as number;
  if ((header & ~(TYPE_MASK | FLOW_BIT | DEFLATED_BIT)) !== 0 || (header & TYPE_MASK) > NumberType.F64) {
    throw new CorruptBinsError(`bins with unknown header 0x${header.toString(16)}`);
  }
  return header;
}

/** Contents start at byte 0 of a buffer of their own, so that any typed array can lie over them. */
function plainContents(bytes: Uint8Array, size: number): Uint8Array {
  if (bytes.length - HEADER_BYTES !== size) {
    throw new CorruptBinsError(`bins take ${bytes.length - HEADER_BYTES} bytes where their axes need ${size}`);
  }
  return Uint8Array.prototype.slice.call(bytes, HEADER_BYTES);
}

function inflatedContents(bytes: Uint8Array, size: number): Uint8Array {
  const deflated = bytes.subarray(HEADER_BYTES);
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
