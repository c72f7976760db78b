import type { PackedType } from '../domain/bins-text.ts';
import { fillRow, holdsCells, type MatrixNumbers, matrixNumbers } from '../domain/matrix-cells.ts';
import { cellCount } from '../domain/shape.ts';
import type { ExportRow } from './export-format.ts';

type WithBins = Pick<ExportRow, 'bins'>;

/** Lists of numbers of rows, one behind the other. */
export interface PackedLists {
  readonly numbers: MatrixNumbers;
  /** One more than rows: where the list of each row begins, and ends. */
  readonly offsets: Int32Array;
  /** False for a row that has no list, rather than an empty one. */
  readonly isThere: readonly boolean[];
}

/** Bins of rows, row-major with y outer; none for summaries, and where flow bins are asked for that are not there. */
export function packedBins(rows: readonly WithBins[], type: PackedType, flow: boolean): PackedLists {
  const isThere = rows.map(({ bins }) => bins !== null && holdsCells(bins.blob, flow));
  const offsets = offsetsOf(rows, ({ bins }, i) =>
    bins !== null && isThere[i] ? cellCount(bins.booking.shape, flow) : 0,
  );
  const numbers = matrixNumbers(type, offsets.at(-1) as number);
  for (const [i, { bins }] of rows.entries()) {
    if (bins !== null && isThere[i]) fillRow(numbers, offsets[i] as number, bins.blob, bins.booking.shape, flow);
  }
  return { numbers, offsets, isThere };
}

/** Edges of an axis of rows, of those whose bins are of variable width. */
export function packedEdges(rows: readonly WithBins[], which: 0 | 1): PackedLists {
  const edges = rows.map(({ bins }) => bins?.booking.binning.axes[which]?.edges);
  const offsets = offsetsOf(rows, (_, i) => edges[i]?.length ?? 0);
  const numbers = Float64Array.from(edges.flatMap((one) => one ?? []));
  return { numbers, offsets, isThere: edges.map((one) => one !== undefined) };
}

function offsetsOf(rows: readonly WithBins[], lengthOf: (row: WithBins, i: number) => number): Int32Array {
  const offsets = new Int32Array(rows.length + 1);
  for (const [i, row] of rows.entries()) offsets[i + 1] = (offsets[i] as number) + lengthOf(row, i);
  return offsets;
}
