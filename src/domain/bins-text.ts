import { HEADER_BYTES, NumberType } from './bin-layout.ts';
import { binValues } from './bin-values.ts';
import { bytesOf, decodeBins, hasFlowBins, isPlain } from './codec.ts';
import { InvalidInputError } from './errors.ts';
import type { NumberArray } from './histogram.ts';
import { JsonBytes } from './json-bytes.ts';
import { MAX_NUMBER_BYTES, writeBytes, writeFloat32s, writeFloat64s, writeShorts } from './number-text.ts';
import { cellCount, type Shape } from './shape.ts';
import { shortestFloat32 } from './shortest-decimal.ts';

/**
 * Writes the contents of a blob as a JSON array: flat, y outer: in range, or all with under- and overflow where `flow` is set;
 * false, and nothing, for `flow` where the blob has no such bins. Of profiles the values (`binValues`).
 * Byte for byte what JSON.stringify gives for `binsNumbers`: contents that are not finite are null.
 * @throws CorruptBinsError
 */
export function writeBins(text: JsonBytes, blob: Uint8Array, shape: Shape, flow: boolean): boolean {
  // small counts, by far the most common contents, are printed from where they are
  const bytes = isPlain(blob, shape, NumberType.U8);
  if (bytes || isPlain(blob, shape, NumberType.U16)) {
    const stored = hasFlowBins(blob);
    if (flow && !stored) return false;
    const rows = rowsOf(shape, stored, flow);
    const view = text.room(rows.count * rows.length * MAX_BYTES_BY_SIZE[bytes ? 1 : 2] + MARGIN);
    let end = text.length + 1;
    for (let row = 0; row < rows.count; row++) {
      const from = rows.first + row * rows.stride;
      end = bytes
        ? writeBytes(view, end, blob, HEADER_BYTES + from, HEADER_BYTES + from + rows.length)
        : writeShorts(view, end, blob, HEADER_BYTES + 2 * from, HEADER_BYTES + 2 * (from + rows.length));
    }
    close(text, view, end);
    return true;
  }
  const bins = decodeBins(blob, shape);
  if (flow && !bins.flow) return false;
  const contents = binValues(bins);
  const rows = rowsOf(shape, bins.flow, flow);
  const view = text.room(
    rows.count * rows.length * MAX_BYTES_BY_SIZE[contents.BYTES_PER_ELEMENT as 1 | 2 | 4 | 8] + MARGIN,
  );
  let end = text.length + 1;
  for (let row = 0; row < rows.count; row++) {
    const from = rows.first + row * rows.stride;
    end = write(view, end, contents, from, from + rows.length);
  }
  close(text, view, end);
  return true;
}

/** The same as bytes of their own; null where there are no such bins. */
export function binsJson(blob: Uint8Array, shape: Shape, flow: boolean): Uint8Array | null {
  own.clear();
  return writeBins(own, blob, shape, flow) ? own.take() : null;
}

const own = new JsonBytes();

/**
 * The same as numbers. A float32 is given as the double that prints shortest among those that round to it
 * (`shortestFloat32`): 0.1, not 0.10000000149011612.
 * @throws CorruptBinsError
 */
export function binsNumbers(blob: Uint8Array, shape: Shape, flow: boolean): number[] | null {
  const cells = binsCells(blob, shape, flow);
  if (cells === null) return null;
  return numbersOfCells(cells);
}

export function numbersOfCells(cells: NumberArray): number[] {
  const numbers = new Array<number>(cells.length);
  const isFloat32 = cells instanceof Float32Array;
  for (let i = 0; i < cells.length; i++) {
    numbers[i] = isFloat32 ? shortestFloat32(cells[i] as number) : (cells[i] as number);
  }
  return numbers;
}

/**
 * The same as a typed array of the stored type.
 * @throws CorruptBinsError
 */
export function binsCells(blob: Uint8Array, shape: Shape, flow: boolean): NumberArray | null {
  const bins = decodeBins(blob, shape);
  if (flow && !bins.flow) return null;
  return cellsOf(binValues(bins), shape, bins.flow, flow);
}

/** Of cells that have flow bins or not (`stored`), those with or without them that are wanted; maybe not a copy. */
export function cellsOf<Numbers extends NumberArray>(
  all: Numbers,
  shape: Shape,
  stored: boolean,
  wanted: boolean,
): Numbers {
  const rows = rowsOf(shape, stored, wanted);
  if (rows.count === 1) return all.subarray(rows.first, rows.first + rows.length) as Numbers;
  const cells = all.slice(0, rows.count * rows.length) as Numbers;
  for (let row = 0; row < rows.count; row++) {
    const from = rows.first + row * rows.stride;
    cells.set(all.subarray(from, from + rows.length), row * rows.length);
  }
  return cells;
}

export type PackedType = 'FLOAT32' | 'FLOAT64' | 'INT32';

/**
 * The same as little-endian numbers of one type, in base64. FLOAT32 rounds to the nearest float32.
 * @throws InvalidInputError where INT32 would not hold every content exactly, or a content is too large for FLOAT32.
 * @throws CorruptBinsError
 */
export function binsBase64(blob: Uint8Array, shape: Shape, type: PackedType, flow: boolean): string | null {
  const cells = binsCells(blob, shape, flow);
  if (cells === null) return null;
  return packBase64(cells, type);
}

/** @throws InvalidInputError as `binsBase64` does. */
export function packBase64(cells: NumberArray, type: PackedType): string {
  const packed = pack(cells, type);
  return Buffer.from(packed.buffer, packed.byteOffset, packed.byteLength).toString('base64');
}

function pack(cells: NumberArray, type: PackedType): NumberArray {
  if (type === 'FLOAT64') return cells instanceof Float64Array ? cells : new Float64Array(cells);
  if (type === 'FLOAT32') {
    return cells instanceof Float32Array
      ? cells
      : packed(new Float32Array(cells), cells, type, (is, was) => Number.isFinite(is) || !Number.isFinite(was));
  }
  return packed(new Int32Array(cells), cells, type, (is, was) => is === was);
}

function packed(
  result: NumberArray,
  cells: NumberArray,
  type: PackedType,
  holds: (is: number, was: number) => boolean,
): NumberArray {
  for (let i = 0; i < cells.length; i++) {
    if (holds(result[i] as number, cells[i] as number)) continue;
    const message = `${type} cannot hold bin ${i} (${cells[i]}): ask for FLOAT64`;
    throw new InvalidInputError(message, { field: 'type', value: type, bin: i });
  }
  return result;
}

/** The stretches of cells to take, one after the other. */
interface Rows {
  readonly count: number;
  readonly first: number;
  readonly length: number;
  readonly stride: number;
}

function rowsOf(shape: Shape, stored: boolean, wanted: boolean): Rows {
  const cells = cellCount(shape, stored);
  if (stored === wanted) return { count: 1, first: 0, length: cells, stride: cells };
  const width = shape.at(-1) as number;
  if (shape.length === 1) return { count: 1, first: 1, length: width, stride: cells };
  return { count: shape[0] as number, first: width + 3, length: width, stride: width + 2 };
}

const [OPEN, CLOSE] = [0x5b, 0x5d];
/** Bytes of text a number can take, with its comma, by the bytes it is stored in. */
const MAX_BYTES_BY_SIZE = { 1: 5, 2: 7, 4: MAX_NUMBER_BYTES, 8: MAX_NUMBER_BYTES };
/** The brackets, and what may be written past the end. */
const MARGIN = 16;

/** Puts the text in brackets, the closing one in the place of the last comma. */
function close(text: JsonBytes, view: DataView, end: number): void {
  view.setUint8(text.length, OPEN);
  view.setUint8(end - 1, CLOSE);
  text.length = end;
}

function write(view: DataView, at: number, contents: NumberArray, from: number, to: number): number {
  if (contents instanceof Uint8Array) return writeBytes(view, at, contents, from, to);
  if (contents instanceof Uint16Array) return writeShorts(view, at, bytesOf(contents), 2 * from, 2 * to);
  if (contents instanceof Float32Array) return writeFloat32s(view, at, contents, from, to);
  if (contents instanceof Float64Array) return writeFloat64s(view, at, contents, from, to);
  // wider or signed integers are rare: as doubles they print the same
  return writeFloat64s(view, at, new Float64Array(contents.subarray(from, to)), 0, to - from);
}
