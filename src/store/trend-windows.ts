import { binningOf } from '../domain/binning.ts';
import { decodeBins } from '../domain/codec.ts';
import { InvalidInputError } from '../domain/errors.ts';
import { cellCount, type Shape, shapeOf } from '../domain/shape.ts';
import type { TrendQuantity } from '../domain/trend.ts';
import { allBins, binsOfWindow, sumOfWindow, type TrendWindow, type WindowBins } from '../domain/trend-window.ts';
import { lumisectionBins, runBins } from './bins-reads.ts';
import type { CheckedQuery } from './checked-query.ts';
import type { HistogramNoun } from './histogram-runs.ts';
import type { CachedDimensions } from './reads.ts';
import type { TrendKey } from './trends.ts';
import { Turn } from './turn.ts';

/** Bins that are read at once, while nobody else is served: about. */
const CELLS_AT_ONCE = 1_000_000;
const MOST_AT_ONCE = 500;

/** What histograms of one binning share. */
interface Part {
  readonly shape: Shape;
  readonly inside: WindowBins | null;
  readonly all: WindowBins;
}

export interface WindowedTrend {
  readonly noun: HistogramNoun;
  readonly monitorElementId: number;
  readonly quantity: TrendQuantity;
  readonly window: TrendWindow;
}

/**
 * The integral in the window, or its share of the whole integral, of each histogram; null where it has no bins, none of
 * them lies in the window, or there is nothing that it could be a share of. Bins are read in pages and let go.
 * @throws InvalidInputError for a window on an axis that is not there, and of a profile; CorruptBinsError
 */
export async function windowValues(
  query: CheckedQuery,
  binnings: CachedDimensions['binnings'],
  trend: WindowedTrend,
  { keys, binningIds }: { keys: readonly TrendKey[]; binningIds: readonly (number | null)[] },
): Promise<(number | null)[]> {
  const parts = await partsOf(binnings, trend.window, binningIds.slice(0, keys.length));
  const cells = Math.max(1, ...[...parts.values()].map(({ shape }) => cellCount(shape, true)));
  const atOnce = Math.max(1, Math.min(MOST_AT_ONCE, Math.floor(CELLS_AT_ONCE / cells)));
  const values: (number | null)[] = [];
  const turn = new Turn();
  for (let from = 0; from < keys.length; from += atOnce) {
    const page = keys.slice(from, from + atOnce);
    const blobs = await readBins(query, trend, page);
    for (const [i, blob] of blobs.entries()) {
      const part = parts.get(binningIds[from + i] ?? 0);
      values.push(blob && part ? valueIn(blob, part, trend.quantity) : null);
      await turn.pass();
    }
  }
  return values;
}

async function partsOf(
  binnings: CachedDimensions['binnings'],
  window: TrendWindow,
  ids: readonly (number | null)[],
): Promise<Map<number, Part>> {
  const distinct = [...new Set(ids)].filter((id) => id !== null);
  const parts = new Map<number, Part>();
  for (const row of distinct.length > 0 ? await binnings(distinct) : []) {
    if (row === null) continue;
    const { axes } = binningOf(row);
    parts.set(row.id, { shape: shapeOf({ axes }), inside: binsOfWindow(axes, window), all: allBins(axes) });
  }
  return parts;
}

function readBins(
  { database }: CheckedQuery,
  { noun, monitorElementId }: WindowedTrend,
  keys: readonly TrendKey[],
): Promise<(Uint8Array | null)[]> {
  const named = keys.map(([runNumber, lumisectionNumber, datasetId]) => ({
    ...{ runNumber, lumisectionNumber, datasetId, monitorElementId },
  }));
  return noun === 'runHistogram' ? runBins(database, named) : lumisectionBins(database, named);
}

function valueIn(blob: Uint8Array, { shape, inside, all }: Part, quantity: TrendQuantity): number | null {
  if (inside === null) return null;
  const bins = decodeBins(blob, shape);
  if (bins.binEntries) {
    throw new InvalidInputError('window: a profile holds means, of which no integral says anything', {
      field: 'window',
    });
  }
  const sum = sumOfWindow(bins, inside);
  if (quantity !== 'fraction') return sum;
  const whole = sumOfWindow(bins, all);
  return whole === 0 ? null : sum / whole;
}
