import type { Context } from '../context.ts';
import { binningOf, type StoredBinning } from '../domain/binning.ts';
import type { Binning } from '../domain/histogram.ts';
import type { LumisectionHistogramRow, RunHistogramRow } from '../store/store.ts';

/** What both kinds of histogram share. */
export type HistogramRow = LumisectionHistogramRow | RunHistogramRow;

/** By loaders, that is by request: thousands of rows share one binning, which is asked for and parsed once. */
const binnings = new WeakMap<Context['loaders'], Map<number, Binning | Promise<Binning>>>();

/** Axes and titles of the row's binning, at once where they are known; null for summaries, which have none. */
export function loadBinning({ binningId }: HistogramRow, { loaders }: Context): Binning | Promise<Binning> | null {
  if (binningId === null) return null;
  let known = binnings.get(loaders);
  if (known === undefined) {
    known = new Map();
    binnings.set(loaders, known);
  }
  const binning = known.get(binningId);
  if (binning !== undefined) return binning;
  const loading = loaders.binning.load(binningId).then((stored) => {
    const parsed = binningOf(stored as StoredBinning);
    known.set(binningId, parsed);
    return parsed;
  });
  // whoever asked may have failed by something else first, and then nobody looks at this failure
  loading.catch(() => {});
  known.set(binningId, loading);
  return loading;
}

/** The blob of the row's bins; null for summaries, which have none. */
export function loadBlob(row: HistogramRow, { loaders }: Context): Promise<Uint8Array | null> | null {
  if ('lumisectionNumber' in row) return loaders.lumisectionBins.load(row);
  return row.hasBins ? loaders.runBins.load(row) : null;
}
