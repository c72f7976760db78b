import { decodeBins } from '../domain/codec.ts';
import type { NumberArray } from '../domain/histogram.ts';
import { RawJson } from '../domain/raw-json.ts';
import type { Shape } from '../domain/shape.ts';
import { badInput } from './errors.ts';

/** Bins on their way into a response: decoded only when the response is written, and then straight to text. */
export class BinsValue extends RawJson {
  readonly #blob: Uint8Array;
  readonly #shape: Shape;
  readonly #flow: boolean;

  /** `flow` asks for under- and overflow: only for blobs that have them. */
  constructor(blob: Uint8Array, shape: Shape, flow: boolean) {
    super();
    this.#blob = blob;
    this.#shape = shape;
    this.#flow = flow;
  }

  bytes(): Uint8Array {
    return Buffer.from(JSON.stringify(this.plain()));
  }

  plain(): (number | null)[] {
    return Array.from(cellsOf(this.#blob, this.#shape, this.#flow), (value) => (Number.isFinite(value) ? value : null));
  }
}

/** The contents in range, or all with flow bins (only for blobs that have them); row-major, y outer. */
export function cellsOf(blob: Uint8Array, shape: Shape, flow: boolean): NumberArray {
  const bins = decodeBins(blob, shape);
  if (bins.flow === flow) return bins.contents;
  const nx = shape.at(-1) as number;
  const ny = shape.length === 2 ? (shape[0] as number) : 1;
  if (shape.length === 1) return bins.contents.subarray(1, nx + 1);
  const inRange = bins.contents.slice(0, nx * ny);
  for (let y = 0; y < ny; y++) {
    const from = (y + 1) * (nx + 2) + 1;
    inRange.set(bins.contents.subarray(from, from + nx), y * nx);
  }
  return inRange;
}

const arrays = { FLOAT32: Float32Array, FLOAT64: Float64Array, INT32: Int32Array } as const;
export type PackedType = keyof typeof arrays;

/**
 * Little-endian numbers of one type as base64.
 * @throws GraphQLError BAD_USER_INPUT where INT32 cannot hold the contents exactly.
 */
export function packBins(cells: NumberArray, type: PackedType): string {
  const packed = arrays[type].from(cells);
  if (type === 'INT32' && packed.some((value, i) => value !== cells[i])) {
    throw badInput('type: INT32 cannot hold these bins exactly; ask for FLOAT64.', { field: 'type' });
  }
  return Buffer.from(packed.buffer, packed.byteOffset, packed.byteLength).toString('base64');
}
