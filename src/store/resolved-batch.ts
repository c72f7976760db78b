import type { Binning } from '../domain/histogram.ts';
import type { LumisectionHistogramBatch, RunHistogramBatch } from '../domain/record.ts';
import type { ColumnData, HistogramRows } from './histogram-rows.ts';
import type { OnConflict } from './store.ts';

/** A batch of histograms with its dictionaries resolved to ids of the database. */
export interface ResolvedBatch {
  readonly rows: HistogramRows;
  readonly fileId: number;
  readonly onConflict: OnConflict;
  /** Numbers of the rows to write: those that were not rejected before. */
  readonly accepted: Int32Array;
  readonly binnings: readonly Binning[];
  /** Index into `binnings` of each row, -1 without bins. */
  readonly binning: Int32Array;
}

/** Ids by index into the dictionaries of a batch; a monitor element that may not take histograms of this batch is -1. */
export interface DictionaryIds {
  readonly monitorElements: readonly number[];
  readonly datasets: readonly number[];
  readonly binnings: readonly number[];
}

type HistogramBatch = LumisectionHistogramBatch | RunHistogramBatch;

export function resolveBatch(
  batch: HistogramBatch,
  ids: DictionaryIds,
  settings: Pick<ResolvedBatch, 'fileId' | 'onConflict'>,
): ResolvedBatch {
  const element = mapped(batch.monitorElement, ids.monitorElements);
  const accepted = new Int32Array(batch.count);
  let count = 0;
  for (let row = 0; row < batch.count; row++) if ((element[row] as number) >= 0) accepted[count++] = row;
  return {
    ...settings,
    rows: rowsOf(batch, element, ids, settings.fileId),
    accepted: accepted.subarray(0, count),
    binnings: batch.binnings,
    binning: batch.binning,
  };
}

function rowsOf(batch: HistogramBatch, element: Int32Array, ids: DictionaryIds, fileId: number): HistogramRows {
  const run = integers('run_number', batch.run);
  const dataset = integers('dataset_id', mapped(batch.dataset, ids.datasets));
  const monitorElement = integers('monitor_element_id', element);
  const origin = [
    integers('binning_id', mapped(batch.binning, ids.binnings)),
    integers('file_id', new Int32Array(batch.count).fill(fileId)),
  ];
  const numbers = [
    floats('entries', batch.entries),
    floats('integral', batch.integral),
    floats('mean_x', batch.meanX),
    floats('rms_x', batch.rmsX),
    floats('mean_y', batch.meanY),
    floats('rms_y', batch.rmsY),
    floats('skewness', batch.skewness),
    floats('kurtosis', batch.kurtosis),
    { name: 'bins', type: 'bytes', bytes: batch.blobs, ends: batch.blobEnds },
  ] as const;
  if (batch.kind === 'lumisectionHistograms') {
    return {
      table: 'lumisection_histogram',
      count: batch.count,
      columns: [run, monitorElement, integers('lumisection_number', batch.lumisection), dataset, ...origin, ...numbers],
      keyColumns: 4,
      // integral and moments are computed from the bins
      compared: ['binning_id', 'entries'],
    };
  }
  return {
    table: 'run_histogram',
    count: batch.count,
    columns: [
      run,
      dataset,
      monitorElement,
      ...origin,
      { name: 'title', type: 'text', values: batch.title },
      ...numbers,
    ],
    keyColumns: 3,
    compared: ['binning_id', 'title', 'entries', 'mean_x', 'rms_x', 'mean_y', 'rms_y', 'skewness', 'kurtosis'],
  };
}

const integers = (name: string, values: Int32Array): ColumnData => ({ name, type: 'integer', values });
const floats = (name: string, values: Float64Array): ColumnData => ({ name, type: 'float', values });

/** Ids from indexes; a negative index stays negative. */
function mapped(indexes: Int32Array, ids: readonly number[]): Int32Array {
  const values = new Int32Array(indexes.length);
  for (let i = 0; i < indexes.length; i++) {
    const index = indexes[i] as number;
    const id = index < 0 ? -1 : ids[index];
    if (id === undefined)
      throw new RangeError(`row ${i} of a batch points to entry ${index} of a dictionary of ${ids.length}`);
    values[i] = id;
  }
  return values;
}
