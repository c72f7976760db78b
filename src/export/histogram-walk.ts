import { bothOf, type CursorValues, equals, type Filter, type ListQuery } from '../domain/filter.ts';
import { chunksOfRuns, type HistogramNoun } from '../store/histogram-runs.ts';
import { SMALL_BINS_BYTES } from '../store/list-reading.ts';
import type { ColumnPage, LumisectionHistogramKey, Store } from '../store/store.ts';

/** Keys of histograms in the order in which their tables hold them: what a walk through any number of them follows. */
const KEYS = {
  lumisectionHistogram: ['runNumber', 'monitorElementId', 'lumisectionNumber', 'datasetId'],
  runHistogram: ['runNumber', 'datasetId', 'monitorElementId'],
} as const;

export interface Walk {
  readonly noun: HistogramNoun;
  readonly where: Filter | undefined;
  /** Only what follows this key (`key` of a page). */
  readonly after?: CursorValues | undefined;
  /** Fields beside the key; with `bins` they come along. */
  readonly fields: readonly string[];
  /** Rows read at once. */
  readonly pageRows: number;
}

/** Rows that are read at once where bins are large. */
const LARGE_ROWS = 100;

/**
 * All histograms of a filter, in the order of their key (by run, monitor element, lumisection, dataset; those of runs by
 * run, dataset, monitor element), in pages: each is one statement that begins where the one before it ended, so that
 * memory does not depend on how many there are, and what is written meanwhile behind that place is met. What a page has
 * belongs together, bins as well.
 */
export async function* walkHistograms(
  store: Store,
  { noun, where, after, fields, pageRows }: Walk,
): AsyncGenerator<HistogramPage, void, undefined> {
  const runs = await store.reads.histogramRuns(noun, where, (after?.[0] as number | undefined) ?? 0);
  const withBins = fields.includes('bins');
  const read = withBins && noun === 'runHistogram' ? [...fields, 'hasBins'] : fields;
  let start = after;
  let largeBins = false;
  for (const chunk of chunksOfRuns(runs)) {
    for (;;) {
      const first = largeBins ? Math.min(LARGE_ROWS, pageRows) : pageRows;
      const list = { ...placeIn(noun, chunk, where, start), fields: read, cursors: false, first, largeBins };
      const columns = await store.lists.columns(noun, list);
      if (columns.count === 0) break;
      // from large bins on it is read again with them, fewer rows at once
      const end: number = withBins && !largeBins ? beforeLarge(columns) : columns.count;
      largeBins = end < columns.count || (largeBins && hasLarge(columns));
      if (end === 0) continue;
      const page = new HistogramPage(store, noun, columns, { length: end, isWhole: withBins });
      yield page;
      if (!page.hasNextPage) break;
      start = page.key(end - 1);
    }
    start = undefined;
  }
}

const binsOf = (columns: ColumnPage) => (columns.column('bins') ?? []) as readonly (Uint8Array | null | undefined)[];

/** How many rows there are before the first whose bins did not come along. */
function beforeLarge(columns: ColumnPage): number {
  const bins = binsOf(columns);
  const hasBins = columns.column('hasBins');
  let at = 0;
  while (at < columns.count && (bins[at] != null || hasBins?.[at] === false)) at++;
  return at;
}

const hasLarge = (columns: ColumnPage) => binsOf(columns).some((bins) => (bins?.length ?? 0) > SMALL_BINS_BYTES);

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

/** The place of a histogram that is not there. */
export const GAP = -1;

/** Bins that do not come along are read so many at once. */
const BLOBS_AT_ONCE = 200;

export interface PageOptions {
  /** How many of the rows belong to it: all unless it says so. */
  readonly length?: number;
  /** Whether all bins came along. */
  readonly isWhole?: boolean;
}

/** Histograms that were read together, as columns. */
export class HistogramPage {
  readonly length: number;
  readonly hasNextPage: boolean;
  readonly runs: readonly number[];
  /** 0 of whole runs. */
  readonly lumisections: readonly number[];
  readonly monitorElementIds: readonly number[];
  readonly datasetIds: readonly number[];
  readonly #store: Store;
  readonly #noun: HistogramNoun;
  readonly #columns: ColumnPage;
  readonly #isWhole: boolean;

  constructor(store: Store, noun: HistogramNoun, columns: ColumnPage, options: PageOptions = {}) {
    this.#store = store;
    this.#noun = noun;
    this.#columns = columns;
    this.#isWhole = options.isWhole ?? false;
    this.length = options.length ?? columns.count;
    this.hasNextPage = columns.hasNextPage || this.length < columns.count;
    this.runs = this.column('runNumber');
    this.lumisections = noun === 'runHistogram' ? new Array(this.length).fill(0) : this.column('lumisectionNumber');
    this.monitorElementIds = this.column('monitorElementId');
    this.datasetIds = this.column('datasetId');
  }

  /** Of a field that was asked for, by histogram, and maybe more behind them. */
  column<Value = number>(name: string): readonly Value[] {
    return (this.#columns.column(name) ?? []) as readonly Value[];
  }

  /** Of the histogram at a place: where a walk goes on. */
  key(at: number): CursorValues {
    const [run, lumisection] = [this.runs[at] as number, this.lumisections[at] as number];
    const [element, dataset] = [this.monitorElementIds[at] as number, this.datasetIds[at] as number];
    return this.#noun === 'runHistogram' ? [run, dataset, element] : [run, element, lumisection, dataset];
  }

  /** The bins of the histograms at these places, of those that did not come along by further statements; null for summaries and gaps. */
  async blobs(places: readonly number[]): Promise<(Uint8Array | null)[]> {
    const brought = this.#columns.column('bins');
    const hasBins = this.#columns.column('hasBins');
    const blobs = places.map((at) => (brought?.[at] ?? null) as Uint8Array | null);
    if (this.#isWhole) return blobs;
    const missing: number[] = [];
    for (let i = 0; i < places.length; i++) {
      const at = places[i] as number;
      if (blobs[i] === null && at !== GAP && hasBins?.[at] !== false) missing.push(i);
    }
    for (let from = 0; from < missing.length; from += BLOBS_AT_ONCE) {
      const some = missing.slice(from, from + BLOBS_AT_ONCE);
      const read = await this.#read(some.map((i) => this.#keyOf(places[i] as number)));
      for (const [j, i] of some.entries()) blobs[i] = read[j] ?? null;
    }
    return blobs;
  }

  #read(keys: readonly LumisectionHistogramKey[]): Promise<(Uint8Array | null)[]> {
    const { reads } = this.#store;
    return this.#noun === 'runHistogram' ? reads.runBins(keys) : reads.lumisectionBins(keys);
  }

  #keyOf(at: number): LumisectionHistogramKey {
    return {
      runNumber: this.runs[at] as number,
      monitorElementId: this.monitorElementIds[at] as number,
      lumisectionNumber: this.lumisections[at] as number,
      datasetId: this.datasetIds[at] as number,
    };
  }
}

export const inRuns = (runs: readonly number[], field = 'runNumber'): Filter =>
  runs.length === 1 ? equals(field, runs[0] as number) : { kind: 'test', field, op: 'in', value: runs };
