import type { Axis } from '../domain/axis.ts';
import { binValues } from '../domain/bin-values.ts';
import { decodeBins } from '../domain/codec.ts';
import { CorruptBinsError } from '../domain/errors.ts';
import type { NumberArray } from '../domain/histogram.ts';
import { shapeOf } from '../domain/shape.ts';

/** Histograms of one monitor element as a thread gets them: blobs of domain/codec.ts, one behind the other. */
export interface PackedRows {
  readonly bytes: Uint8Array;
  /** Of each row where its blob ends; it begins where the one before ends. */
  readonly ends: Uint32Array;
  /** Of each row the place of its axes in `axes`. */
  readonly booked: Uint16Array;
  readonly axes: readonly (readonly Axis[])[];
  /** Of each row as its source says; NaN where it does not. */
  readonly entries: Float64Array;
  /** Of each row the run, and the first and the last lumisection (0: the whole run). */
  readonly runs: Int32Array;
  readonly firsts: Int32Array;
  readonly lasts: Int32Array;
}

export interface UnpackedRow {
  readonly row: number;
  readonly blob: Uint8Array;
  readonly axes: readonly Axis[];
  readonly flow: boolean;
  /** Of profiles the means. */
  readonly contents: NumberArray;
  readonly entries: number;
}

/** One after the other. @throws CorruptBinsError with run and lumisection of the row. */
export function* unpackedRows({
  bytes,
  ends,
  booked,
  axes,
  entries,
  runs,
  firsts,
}: PackedRows): Generator<UnpackedRow, void, undefined> {
  for (let row = 0; row < ends.length; row++) {
    const blob = bytes.subarray(row === 0 ? 0 : (ends[row - 1] as number), ends[row] as number);
    const own = axes[booked[row] as number] as readonly Axis[];
    try {
      const bins = decodeBins(blob, shapeOf({ axes: own }));
      const [contents, flow] = [binValues(bins), bins.flow];
      yield { row, blob, axes: own, flow, contents, entries: entries[row] as number };
    } catch (error) {
      if (!(error instanceof CorruptBinsError)) throw error;
      const place = { run: runs[row], lumisection: firsts[row] };
      throw new CorruptBinsError(error.message, { ...error.details, ...place });
    }
  }
}
