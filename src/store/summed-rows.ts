import { BinsEncoder } from '../domain/bins-encoder.ts';
import type { Binning } from '../domain/histogram.ts';
import { computeMoments } from '../domain/moments.ts';
import type { Transaction } from './database.ts';
import type { ColumnData, HistogramRows } from './histogram-rows.ts';
import type { ShareKey, Sum } from './shares.ts';

/** A histogram that was added up anew, or that is what is left of a sum. */
export interface SummedHistogram extends Sum {
  readonly key: ShareKey;
  readonly binning: Pick<Binning, 'axes'>;
  /** The one file that is left; null of several. */
  readonly fileId: number | null;
}

/** Integral and moments of a sum: of the entries along the axes where it is a profile. */
export function momentsOfSum({ bins, binning }: Pick<SummedHistogram, 'bins' | 'binning'>) {
  return computeMoments({ flow: bins.flow, contents: bins.binEntries ?? bins.contents }, binning.axes);
}

/** Overwrites stored histograms (keys distinct). @returns their integrals. */
export async function writeSums(
  transaction: Transaction,
  table: HistogramRows['table'],
  histograms: readonly SummedHistogram[],
): Promise<number[]> {
  if (histograms.length === 0) return [];
  const sorted = [...histograms.keys()].sort((a, b) => byKey(table, histograms[a]?.key, histograms[b]?.key));
  const moments = histograms.map(momentsOfSum);
  const rows = rowsOf(table, histograms, moments);
  await transaction.histograms.replace(rows, Int32Array.from(sorted));
  return moments.map(({ integral }) => integral);
}

const ORDER = { lumisection_histogram: [0, 1, 2, 3], run_histogram: [0, 3, 1] } as const;

function byKey(table: HistogramRows['table'], a: ShareKey | undefined, b: ShareKey | undefined): number {
  for (const place of ORDER[table]) {
    const difference = (a?.[place] ?? 0) - (b?.[place] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

function rowsOf(
  table: HistogramRows['table'],
  histograms: readonly SummedHistogram[],
  moments: readonly ReturnType<typeof momentsOfSum>[],
): HistogramRows {
  const encoder = new BinsEncoder();
  const ends = Uint32Array.from(histograms, ({ bins }) =>
    encoder.append(bins.contents, bins.flow, bins.contents.length, bins),
  );
  const integers = (name: string, value: (histogram: SummedHistogram) => number | null): ColumnData => ({
    name,
    type: 'integer',
    values: Int32Array.from(histograms, (histogram) => value(histogram) ?? -1),
  });
  const floats = (name: string, values: (number | null)[]): ColumnData => ({
    name,
    type: 'float',
    values: Float64Array.from(values, (value) => value ?? Number.NaN),
  });
  const run = integers('run_number', ({ key }) => key[0]);
  const element = integers('monitor_element_id', ({ key }) => key[1]);
  const dataset = integers('dataset_id', ({ key }) => key[3]);
  const perLumisection = table === 'lumisection_histogram';
  return {
    table,
    count: histograms.length,
    columns: [
      ...(perLumisection
        ? [run, element, integers('lumisection_number', ({ key }) => key[2]), dataset]
        : [run, dataset, element]),
      integers('binning_id', ({ binningId }) => binningId),
      integers('file_id', ({ fileId }) => fileId),
      ...(perLumisection
        ? []
        : [{ name: 'title', type: 'text', values: histograms.map(({ title }) => title) } as const]),
      floats(
        'entries',
        histograms.map(({ entries }) => entries),
      ),
      floats(
        'integral',
        moments.map(({ integral }) => integral),
      ),
      floats(
        'mean_x',
        moments.map(({ meanX }) => meanX),
      ),
      floats(
        'rms_x',
        moments.map(({ rmsX }) => rmsX),
      ),
      floats(
        'mean_y',
        moments.map(({ meanY }) => meanY),
      ),
      floats(
        'rms_y',
        moments.map(({ rmsY }) => rmsY),
      ),
      floats(
        'skewness',
        moments.map(({ skewness }) => skewness),
      ),
      floats(
        'kurtosis',
        moments.map(({ kurtosis }) => kurtosis),
      ),
      { name: 'bins', type: 'bytes', bytes: encoder.take(), ends },
    ],
    keyColumns: perLumisection ? 4 : 3,
    compared: [],
  };
}
