import type { PackedType } from '../domain/bins-text.ts';
import { placed } from '../domain/histogram-place.ts';
import { BYTES_OF_PACKED, fillRow, type MatrixNumbers, matrixNumbers } from '../domain/matrix-cells.ts';
import { cellCount, type Shape } from '../domain/shape.ts';
import type { HistogramWriter } from './export-rows.ts';

const DTYPES: Readonly<Record<PackedType, string>> = { FLOAT32: '<f4', FLOAT64: '<f8', INT32: '<i4' };
/** run, lumisection, entries */
const KEY_BYTES = 4 + 4 + 8;
const ALIGNMENT = 64;

export interface NpyShape {
  /** Has to be known before the first row. */
  readonly rows: number;
  readonly shape: Shape;
  readonly type: PackedType;
  readonly flow: boolean;
}

/**
 * NumPy's format 1.0 (NEP 1): a structured array with the fields run, lumisection (0: of the run), entries (NaN where the
 * source does not tell) and bins, the last of the shape of one histogram: `numpy.load(file)["bins"]` is the matrix. The
 * format has no place for provenance or cursors.
 */
export function npyWriter({ rows: count, shape, type, flow }: NpyShape): HistogramWriter {
  const cells = cellCount(shape, flow);
  const rowBytes = KEY_BYTES + cells * BYTES_OF_PACKED[type];
  const scratch: MatrixNumbers = matrixNumbers(type, cells);
  const bytes = new Uint8Array(scratch.buffer, scratch.byteOffset, scratch.byteLength);
  return {
    begin() {
      const lengths = shape.map((bins) => (flow ? bins + 2 : bins));
      const tuple = lengths.length === 1 ? `(${lengths[0]},)` : `(${lengths.join(', ')})`;
      const descr = `[('run', '<i4'), ('lumisection', '<i4'), ('entries', '<f8'), ('bins', '${DTYPES[type]}', ${tuple})]`;
      const dictionary = `{'descr': ${descr}, 'fortran_order': False, 'shape': (${count},), }`;
      const length = Math.ceil((10 + dictionary.length + 1) / ALIGNMENT) * ALIGNMENT - 10;
      const header = Buffer.alloc(10 + length, ' ');
      header.write('\x93NUMPY\x01\x00', 'latin1');
      header.writeUInt16LE(length, 8);
      header.write(dictionary, 10, 'latin1');
      header.write('\n', 10 + length - 1, 'latin1');
      return [header];
    },
    rows(rows) {
      const out = Buffer.alloc(rows.length * rowBytes);
      const { runs, lumisections, statistics, blobs } = rows.columns;
      for (const [i, blob] of blobs.entries()) {
        const at = i * rowBytes;
        out.writeInt32LE(runs[i] as number, at);
        out.writeInt32LE(lumisections[i] as number, at + 4);
        out.writeDoubleLE(statistics.entries[i] ?? Number.NaN, at + 8);
        if (blob === null) throw new RangeError('a row of a matrix has no bins');
        try {
          fillRow(scratch, 0, blob, shape, flow);
        } catch (error) {
          throw placed(error, runs[i] as number, lumisections[i] as number);
        }
        out.set(bytes, at + KEY_BYTES);
      }
      return [out];
    },
    end: () => [],
  };
}
