import type { LumisectionHistogramBatch, RunHistogramBatch } from '../domain/record.ts';

/** A batch with its dictionaries resolved to ids of the database. */
export interface ResolvedBatch<Batch extends LumisectionHistogramBatch | RunHistogramBatch> {
  readonly batch: Batch;
  readonly fileId: number;
  readonly onConflict: 'keep' | 'replace' | 'fail';
  /** By index into the batch's dictionaries. */
  readonly monitorElementIds: readonly number[];
  readonly datasetIds: readonly number[];
  readonly binningIds: readonly number[];
  /** Rows to write, by number: those that were not rejected before. */
  readonly rows: Int32Array;
}

/** What became of each row, by its number in the batch. */
export const Outcome = { rejected: 0, inserted: 1, identical: 2, conflicting: 3, replaced: 4 } as const;

export interface WrittenRows {
  /** One value of Outcome a row of the batch. */
  readonly outcomes: Uint8Array;
  /** Rows of Outcome.conflicting whose earlier row came from the same file. */
  readonly sameFile: ReadonlySet<number>;
}

/** Writes the rows of a batch with whatever is fastest on the database; keeps run_monitor_element in step. */
export interface HistogramWriter {
  lumisections(batch: ResolvedBatch<LumisectionHistogramBatch>): Promise<WrittenRows>;
  runs(batch: ResolvedBatch<RunHistogramBatch>): Promise<WrittenRows>;
}
