import { bothOf, type CursorValues, equals, type Filter, type ListQuery } from '../domain/filter.ts';
import { chunksOfRuns, type HistogramNoun } from '../store/histogram-runs.ts';
import type { LumisectionHistogramRow, RunHistogramRow, Store } from '../store/store.ts';

/** Keys of histograms in the order in which their tables hold them: what a walk through any number of them follows. */
const KEYS = {
  lumisectionHistogram: ['runNumber', 'monitorElementId', 'lumisectionNumber', 'datasetId'],
  runHistogram: ['runNumber', 'datasetId', 'monitorElementId'],
} as const;

export type WalkedRow<N extends HistogramNoun> = N extends 'runHistogram' ? RunHistogramRow : LumisectionHistogramRow;

export interface Walk<N extends HistogramNoun> {
  readonly noun: N;
  readonly where: Filter | undefined;
  /** Only what follows this key (`keyOf` a row). */
  readonly after?: CursorValues | undefined;
  /** Fields beside the key; `bins` brings small ones (others: `blobsOf`). */
  readonly fields: readonly string[];
  /** Rows read at once. */
  readonly pageRows: number;
}

/**
 * All histograms of a filter, in the order of their key (by run, monitor element, lumisection, dataset; those of runs by
 * run, dataset, monitor element), in pages: each is one statement that begins where the one before it ended, so that
 * memory does not depend on how many there are, and what is written meanwhile behind that place is met.
 */
export async function* walkHistograms<N extends HistogramNoun>(
  store: Store,
  { noun, where, after, fields, pageRows }: Walk<N>,
): AsyncGenerator<readonly WalkedRow<N>[], void, undefined> {
  const runs = await store.reads.histogramRuns(noun, where, (after?.[0] as number | undefined) ?? 0);
  let start = after;
  for (const chunk of chunksOfRuns(runs)) {
    for (;;) {
      const list = { ...placeIn(noun, chunk, where, start), fields, cursors: false, first: pageRows };
      const page = await store.lists.page(noun, list);
      const rows = page.rows as readonly WalkedRow<N>[];
      const last = rows.at(-1);
      if (last === undefined) break;
      yield rows;
      if (!page.hasNextPage) break;
      start = keyOf(noun, last);
    }
    start = undefined;
  }
}

/**
 * What follows `start` in some runs, in the order of the key. Within one run the order leaves the run out: databases find a place
 * by values that follow what is fixed, and would otherwise look for it from the beginning of the run.
 */
function placeIn(
  noun: HistogramNoun,
  chunk: readonly number[],
  where: Filter | undefined,
  start: CursorValues | undefined,
): Pick<ListQuery, 'where' | 'orderBy' | 'after'> {
  const from = (start?.[0] ?? 0) as number;
  const runs = chunk.filter((run) => run >= from);
  const isOne = runs.length === 1;
  const fields: readonly string[] = isOne ? KEYS[noun].slice(1) : KEYS[noun];
  // in later runs everything follows
  const after = start?.[0] === runs[0] ? start : undefined;
  return {
    where: bothOf(where, inRuns(runs)),
    // the rest of the key follows what is named
    orderBy: fields.map((field) => ({ field, descending: false })),
    ...(after && { after: isOne ? [...after.slice(1), from] : after }),
  };
}

export const keyOf = <N extends HistogramNoun>(noun: N, row: WalkedRow<N>): CursorValues =>
  KEYS[noun].map((field) => (row as unknown as Record<string, number>)[field] as number);

export const keyLength = (noun: HistogramNoun): number => KEYS[noun].length;

/** The bins of rows, of those that the list did not bring in one more statement; null for summaries. */
export async function blobsOf<N extends HistogramNoun>(
  store: Store,
  noun: N,
  rows: readonly WalkedRow<N>[],
): Promise<readonly (Uint8Array | null)[]> {
  const missing = rows.filter((row) => row.bins === undefined && (!('hasBins' in row) || row.hasBins));
  if (missing.length === 0) return rows.map(({ bins }) => bins ?? null);
  const read =
    noun === 'runHistogram'
      ? await store.reads.runBins(missing as readonly RunHistogramRow[])
      : await store.reads.lumisectionBins(missing as readonly LumisectionHistogramRow[]);
  const found = new Map(missing.map((row, i) => [row, read[i] as Uint8Array | null]));
  return rows.map((row) => row.bins ?? found.get(row) ?? null);
}

export const inRuns = (runs: readonly number[], field = 'runNumber'): Filter =>
  runs.length === 1 ? equals(field, runs[0] as number) : { kind: 'test', field, op: 'in', value: runs };
