import { placed } from '../domain/histogram-place.ts';
import { type MatrixRow, matrixRow, type RowsForm } from '../domain/matrix-cells.ts';
import { Turn } from '../store/turn.ts';
import type { HistogramMatrix } from './histogram-matrix.ts';

/** Between them others may be served: rows of maps have to be inflated. */
const ROWS_OF_A_STEP = 16;

/** @throws InvalidInputError that names the histogram whose contents the type does not hold. */
export async function matrixRows(
  { blobs, runs, lumisections }: Pick<HistogramMatrix, 'blobs' | 'runs' | 'lumisections'>,
  form: RowsForm,
): Promise<MatrixRow[]> {
  const rows = new Array<MatrixRow>(blobs.length);
  const turn = new Turn();
  for (let i = 0; i < rows.length; i++) {
    if (i % ROWS_OF_A_STEP === 0) await turn.pass();
    try {
      rows[i] = matrixRow(blobs[i] as Uint8Array | null, form);
    } catch (error) {
      throw placed(error, runs[i] as number, lumisections[i] as number);
    }
  }
  return rows;
}
