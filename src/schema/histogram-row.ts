import type { Context } from '../context.ts';
import { binningOf, type StoredBinning } from '../domain/binning.ts';
import type { Binning } from '../domain/histogram.ts';
import type { LumisectionHistogramRow, RunHistogramRow } from '../store/store.ts';

/** What both kinds of histogram share. */
export type HistogramRow = LumisectionHistogramRow | RunHistogramRow;

const parsed = new WeakMap<object, Binning>();

/** Axes and titles of the row's binning; null for summaries, which have none. */
export async function loadBinning({ binningId }: HistogramRow, { loaders }: Context): Promise<Binning | null> {
  if (binningId === null) return null;
  const stored = (await loaders.binning.load(binningId)) as StoredBinning;
  let binning = parsed.get(stored);
  if (binning === undefined) {
    binning = binningOf(stored);
    parsed.set(stored, binning);
  }
  return binning;
}

/** The blob of the row's bins; null for summaries, which have none. */
export function loadBlob(row: HistogramRow, { loaders }: Context): Promise<Uint8Array | null> | null {
  if ('lumisectionNumber' in row) return loaders.lumisectionBins.load(row);
  return row.hasBins ? loaders.runBins.load(row) : null;
}
