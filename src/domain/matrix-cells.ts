import { FLOW_BIT, HEADER_BYTES, NumberType, TYPE_MASK } from './bin-layout.ts';
import { binValues } from './bin-values.ts';
import { cellsOf, type PackedType } from './bins-text.ts';
import { decodeBins, hasFlowBins, isPlain } from './codec.ts';
import { InvalidInputError } from './errors.ts';
import { cellCount, type Shape } from './shape.ts';

export type MatrixNumbers = Float32Array | Float64Array | Int32Array;

export function matrixNumbers(type: PackedType, length: number): MatrixNumbers {
  if (type === 'FLOAT32') return new Float32Array(length);
  return type === 'FLOAT64' ? new Float64Array(length) : new Int32Array(length);
}

export const BYTES_OF_PACKED: Readonly<Record<PackedType, number>> = { FLOAT32: 4, FLOAT64: 8, INT32: 4 };

/** Whether `fillRow` can give the under- and overflow bins that are asked for. */
export const holdsCells = (blob: Uint8Array, flow: boolean): boolean => !flow || hasFlowBins(blob);

/**
 * Whether the contents stand in the blob as small counts, by far the most common ones, in the order of a row: they fit into every type, and
 * are copied from where they are.
 */
const isCopied = (blob: Uint8Array, shape: Shape): boolean =>
  shape.length === 1 && (isPlain(blob, shape, NumberType.U8) || isPlain(blob, shape, NumberType.U16));

/**
 * Writes the values of a blob (of profiles the means) into `numbers` from `at` on, as many as `cellCount(shape, flow)`, laid
 * out as `bins`: row-major with y outer. Float32 rounds to the nearest.
 * @throws InvalidInputError where Int32 does not hold every content exactly, or a content is too large for Float32; RangeError
 * for `flow` of a blob without flow bins (`holdsCells`). @throws CorruptBinsError
 */
export function fillRow(numbers: MatrixNumbers, at: number, blob: Uint8Array, shape: Shape, flow: boolean): void {
  if (isCopied(blob, shape)) {
    const header = blob[1] as number;
    const stored = (header & FLOW_BIT) !== 0;
    const cells = cellCount(shape, flow);
    const skipped = stored && !flow ? 1 : 0;
    if (flow && !stored) throw new RangeError('there are no flow bins');
    if ((header & TYPE_MASK) === NumberType.U8) {
      numbers.set(blob.subarray(HEADER_BYTES + skipped, HEADER_BYTES + skipped + cells), at);
      return;
    }
    numbers.set(shortsAt(blob, HEADER_BYTES + 2 * skipped, cells), at);
    return;
  }
  const bins = decodeBins(blob, shape);
  if (flow && !bins.flow) throw new RangeError('there are no flow bins');
  const cells = cellsOf(binValues(bins), shape, bins.flow, flow);
  numbers.set(cells, at);
  // what the narrower type does not hold
  if (numbers instanceof Float64Array || cells.constructor === numbers.constructor) return;
  const isFloat = numbers instanceof Float32Array;
  for (let i = 0; i < cells.length; i++) {
    const is = numbers[at + i] as number;
    const was = cells[i] as number;
    if (isFloat ? Number.isFinite(is) || !Number.isFinite(was) : is === was) continue;
    const type = isFloat ? 'FLOAT32' : 'INT32';
    throw new InvalidInputError(`${type} cannot hold bin ${i} (${was}): ask for FLOAT64`, {
      field: 'type',
      value: type,
      bin: i,
    });
  }
}

/** Shorts that begin at an odd byte are copied here: into memory of their own they would take five times as long. */
let even = new Uint16Array(1_024);

/** To be read before others are asked for. */
function shortsAt(blob: Uint8Array, from: number, count: number): Uint16Array {
  const begin = blob.byteOffset + from;
  if (begin % 2 === 0) return new Uint16Array(blob.buffer, begin, count);
  if (even.length < count) even = new Uint16Array(count);
  new Uint8Array(even.buffer).set(blob.subarray(from, from + 2 * count));
  return even.subarray(0, count);
}

/** What rows of a matrix are made of, and how. */
export interface RowsForm {
  readonly type: PackedType;
  readonly shape: Shape;
  readonly flow: boolean;
}

/** A row of a matrix, on its way into an answer: null is one of zeros. */
export type MatrixRow = Uint8Array | MatrixNumbers | null;

/** What of a row can fail, or takes long, is done here: what is left to `matrixStretches` is to copy. @throws as `fillRow` */
export function matrixRow(blob: Uint8Array | null, { type, shape, flow }: RowsForm): MatrixRow {
  if (blob === null || isCopied(blob, shape)) return blob;
  const numbers = matrixNumbers(type, cellCount(shape, flow));
  fillRow(numbers, 0, blob, shape, flow);
  return numbers;
}

/** About so many bytes of numbers lie in memory at once. */
const STRETCH_BYTES = 196_608;

/** All rows, one behind the other, some at a time: each stretch but the last of a multiple of three bytes, all in the same memory. */
export function* matrixStretches(
  rows: readonly MatrixRow[],
  { type, shape, flow }: RowsForm,
): Generator<MatrixNumbers, void, undefined> {
  const cells = cellCount(shape, flow);
  const atOnce = 3 * Math.max(1, Math.floor(STRETCH_BYTES / (3 * cells * BYTES_OF_PACKED[type])));
  const numbers = matrixNumbers(type, Math.min(atOnce, rows.length) * cells);
  for (let from = 0; from < rows.length; from += atOnce) {
    const end = Math.min(from + atOnce, rows.length);
    for (let i = from; i < end; i++) {
      const at = (i - from) * cells;
      const row = rows[i] as MatrixRow;
      if (row === null) numbers.fill(0, at, at + cells);
      else if (row instanceof Uint8Array) fillRow(numbers, at, row, shape, flow);
      else numbers.set(row, at);
    }
    yield end - from === atOnce ? numbers : numbers.subarray(0, (end - from) * cells);
  }
}
