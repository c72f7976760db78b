import { FLOW_BIT, HEADER_BYTES, NumberType } from './bin-layout.ts';
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
 * Writes the values of a blob (of profiles the means) into `numbers` from `at` on, as many as `cellCount(shape, flow)`, laid
 * out as `bins`: row-major with y outer. Float32 rounds to the nearest.
 * @throws InvalidInputError where Int32 does not hold every content exactly, or a content is too large for Float32; RangeError
 * for `flow` of a blob without flow bins (`holdsCells`). @throws CorruptBinsError
 */
export function fillRow(numbers: MatrixNumbers, at: number, blob: Uint8Array, shape: Shape, flow: boolean): void {
  // small counts, by far the most common contents, are copied from where they are
  const bytes = isPlain(blob, shape, NumberType.U8);
  if (shape.length === 1 && (bytes || isPlain(blob, shape, NumberType.U16))) {
    const stored = ((blob[1] as number) & FLOW_BIT) !== 0;
    const cells = cellCount(shape, flow);
    const skipped = stored && !flow ? 1 : 0;
    if (flow && !stored) throw new RangeError('there are no flow bins');
    if (bytes) {
      numbers.set(blob.subarray(HEADER_BYTES + skipped, HEADER_BYTES + skipped + cells), at);
      return;
    }
    const from = HEADER_BYTES + 2 * skipped;
    const even = (blob.byteOffset + from) % 2 === 0 ? blob : Uint8Array.prototype.slice.call(blob);
    numbers.set(new Uint16Array(even.buffer, even.byteOffset + from, cells), at);
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
