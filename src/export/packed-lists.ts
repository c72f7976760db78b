import type { PackedType } from '../domain/bins-text.ts';
import { placed } from '../domain/histogram-place.ts';
import { fillRow, holdsCells, type MatrixNumbers, matrixNumbers } from '../domain/matrix-cells.ts';
import { cellCount } from '../domain/shape.ts';
import type { Booking, ExportRow } from './export-format.ts';

/** Lists of numbers of rows, one behind the other. */
export interface PackedLists {
  readonly numbers: MatrixNumbers;
  /** One more than rows: where the list of each row begins, and ends. */
  readonly offsets: Int32Array;
  /** Places of rows that have no list, rather than an empty one. */
  readonly absent: readonly number[];
}

/** Bins of rows, and whose they are; null, one or the other, for those without. */
export interface BinsColumns {
  readonly runs: readonly number[];
  readonly lumisections: readonly number[];
  readonly blobs: readonly (Uint8Array | null)[];
  readonly bookings: readonly (Booking | null)[];
}

export type RowWithBins = Pick<ExportRow, 'run' | 'lumisection' | 'bins'>;

export const binsColumns = (rows: readonly RowWithBins[]): BinsColumns => ({
  runs: rows.map(({ run }) => run),
  lumisections: rows.map(({ lumisection }) => lumisection),
  blobs: rows.map(({ bins }) => bins?.blob ?? null),
  bookings: rows.map(({ bins }) => bins?.booking ?? null),
});

/**
 * Row-major with y outer; none for summaries, and where flow bins are asked for that are not there.
 * @throws InvalidInputError that names the histogram whose contents the type does not hold.
 */
export function packedBins(
  { runs, lumisections, blobs, bookings }: BinsColumns,
  type: PackedType,
  flow: boolean,
): PackedLists {
  const count = blobs.length;
  const offsets = new Int32Array(count + 1);
  const absent: number[] = [];
  for (let i = 0, end = 0; i < count; i++) {
    const [blob, booking] = [blobs[i], bookings[i]];
    if (blob && booking && holdsCells(blob, flow)) end += cellCount(booking.shape, flow);
    else absent.push(i);
    offsets[i + 1] = end;
  }
  const numbers = matrixNumbers(type, offsets[count] as number);
  for (let i = 0; i < count; i++) {
    const from = offsets[i] as number;
    if (from === offsets[i + 1]) continue;
    try {
      fillRow(numbers, from, blobs[i] as Uint8Array, (bookings[i] as Booking).shape, flow);
    } catch (error) {
      throw placed(error, runs[i] as number, lumisections[i] as number);
    }
  }
  return { numbers, offsets, absent };
}

/** Edges of an axis of rows, of those whose bins are of variable width. */
export function packedEdges({ bookings }: Pick<BinsColumns, 'bookings'>, which: 0 | 1): PackedLists {
  const offsets = new Int32Array(bookings.length + 1);
  const absent: number[] = [];
  const lists: (readonly number[])[] = [];
  for (let i = 0, end = 0; i < bookings.length; i++) {
    const edges = bookings[i]?.binning.axes[which]?.edges;
    if (edges) lists.push(edges);
    else absent.push(i);
    end += edges?.length ?? 0;
    offsets[i + 1] = end;
  }
  return { numbers: Float64Array.from(lists.flat()), offsets, absent };
}
