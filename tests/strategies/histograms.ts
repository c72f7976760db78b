import type { Axis } from '../../src/domain/axis.ts';
import type { Sample, TrainingMatrix } from '../../src/strategies/preparation.ts';

/** An axis of unit bins from 0. */
export const axisOf = (bins: number): Axis => ({ bins, min: 0, max: bins, title: '' });

/** Rows without flow bins; their entries are their sums. */
export function matrixOf(rows: readonly (readonly number[])[], axes = [axisOf(rows[0]?.length ?? 1)]): TrainingMatrix {
  return {
    rows: rows.length,
    axes,
    flow: false,
    bins: Float64Array.from(rows.flat()),
    entries: Float64Array.from(rows, sumOf),
  };
}

export function sampleOf(contents: readonly number[], axes = [axisOf(contents.length)]): Sample {
  return { axes, flow: false, contents: Float64Array.from(contents), entries: sumOf(contents) };
}

export const sumOf = (numbers: readonly number[]): number => numbers.reduce((sum, number) => sum + number, 0);

/** What a fit asks for beside the strategy and the matrix. */
export const request = (parameters: object = {}, preparation: object = {}, seed = 1) => ({
  parameters,
  preparation,
  seed,
  contentHash: 'abc',
});
