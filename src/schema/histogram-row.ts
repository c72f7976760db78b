import type { Context } from '../context.ts';
import { binningOf, type StoredBinning } from '../domain/binning.ts';
import type { Binning } from '../domain/histogram.ts';
import type { LumisectionHistogramRow, RunHistogramRow } from '../store/store.ts';

/** What both kinds of histogram share. */
export type HistogramRow = LumisectionHistogramRow | RunHistogramRow;

type Statistic = 'entries' | 'integral' | 'meanX' | 'rmsX' | 'meanY' | 'rmsY' | 'skewness' | 'kurtosis';

/** What several histograms are together; without a binning where there were none. */
export interface SumRow extends Pick<LumisectionHistogramRow, 'monitorElementId' | 'datasetId' | Statistic> {
  readonly binningId: number | null;
  readonly bins: Uint8Array | null;
}

export type ContentsRow = HistogramRow | SumRow;

/** Stored binnings never change: each is parsed once, however many requests ask for it. */
const parsed = new WeakMap<StoredBinning, Binning>();

function parse(stored: StoredBinning): Binning {
  let binning = parsed.get(stored);
  if (binning === undefined) {
    binning = binningOf(stored);
    parsed.set(stored, binning);
  }
  return binning;
}

/** Axes and titles of the row's binning, at once where they are known; null for summaries, which have none. */
export function loadBinning({ binningId }: ContentsRow, { loaders }: Context): Binning | Promise<Binning> | null {
  if (binningId === null) return null;
  const stored = loaders.binning.load(binningId);
  return stored instanceof Promise ? stored.then((row) => parse(row as StoredBinning)) : parse(stored as StoredBinning);
}

/** The blob of the row's bins, at once where the list brought it; null for summaries, which have none. */
export function loadBlob(row: ContentsRow, { loaders }: Context): Uint8Array | Promise<Uint8Array | null> | null {
  if (row.bins !== undefined) return row.bins;
  if ('lumisectionNumber' in row) return loaders.lumisectionBins.load(row);
  return 'hasBins' in row && row.hasBins ? loaders.runBins.load(row) : null;
}
