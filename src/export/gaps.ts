import { InvalidInputError } from '../domain/errors.ts';
import { bothOf, type Filter, type ListQuery } from '../domain/filter.ts';
import { chunksOfRuns } from '../store/histogram-runs.ts';
import type { ColumnPage, Store } from '../store/store.ts';
import { GAP, HistogramPage, inRuns } from './histogram-walk.ts';
import type { MatrixSelection } from './matrix-selection.ts';

/** Places in a matrix, by run and lumisection. */
export interface Places {
  readonly page: HistogramPage;
  readonly runs: readonly number[];
  /** 0 of whole runs. */
  readonly lumisections: readonly number[];
  /** Places in the page; GAP where there is no histogram. */
  readonly at: readonly number[];
}

/**
 * The histograms of a selection and, between them, the lumisections that it selects as well but that have none: those that
 * are known (to the runs that have any histogram of the selection).
 * @param where what the client asked for, of run, lumisection and mask alone.
 * @throws InvalidInputError where it asks for more.
 */
export async function* walkWithGaps(
  store: Store,
  selection: MatrixSelection,
  where: Filter | undefined,
  {
    after,
    fields,
    pageRows,
  }: { after: readonly [number, number] | undefined; fields: readonly string[]; pageRows: number },
): AsyncGenerator<Places, void, undefined> {
  const { monitorElementId, datasetId } = selection;
  const ofLumisections = where && lumisectionFilter(where);
  const runs = await store.reads.histogramRuns(selection.noun, selection.where, after?.[0] ?? 0);
  let start = after;
  for (const chunk of chunksOfRuns(runs)) {
    for (;;) {
      const page = { cursors: false, first: pageRows } as const;
      const lumisections: ListQuery = {
        ...page,
        where: bothOf(ofLumisections, inRuns(chunk)),
        orderBy: ['runNumber', 'number'].map((field) => ({ field, descending: false })),
        fields: [],
        ...(start && { after: start }),
      };
      const histograms: ListQuery = {
        ...page,
        where: bothOf(selection.where, inRuns(chunk)),
        orderBy: ['runNumber', 'lumisectionNumber'].map((field) => ({ field, descending: false })),
        fields,
        ...(start && { after: [...start, monitorElementId, datasetId] }),
      };
      const [known, stored] = await Promise.all([
        store.lists.columns('lumisection', lumisections),
        store.lists.columns('lumisectionHistogram', histograms),
      ]);
      const places = merged(known, new HistogramPage(store, 'lumisectionHistogram', stored));
      if (places.runs.length === 0) break;
      yield places;
      if (!known.hasNextPage && !stored.hasNextPage) break;
      start = [places.runs.at(-1) as number, places.lumisections.at(-1) as number];
    }
    start = undefined;
  }
}

/** Both in their order, as far as both are known. */
function merged(known: ColumnPage, page: HistogramPage): Places {
  const places = { page, runs: [] as number[], lumisections: [] as number[], at: [] as number[] };
  const [runs, numbers] = [known.column('runNumber') as number[], known.column('number') as number[]];
  for (let i = 0, j = 0; i < known.count || j < page.length; ) {
    // what follows the last one of either, where that has more, is not wholly known yet
    if (i === known.count && known.hasNextPage) break;
    if (j === page.length && page.hasNextPage) break;
    let order = i === known.count ? 1 : -1;
    if (i < known.count && j < page.length) {
      order =
        (runs[i] as number) - (page.runs[j] as number) || (numbers[i] as number) - (page.lumisections[j] as number);
    }
    places.runs.push((order <= 0 ? runs[i] : page.runs[j]) as number);
    places.lumisections.push((order <= 0 ? numbers[i] : page.lumisections[j]) as number);
    places.at.push(order >= 0 ? j : GAP);
    if (order <= 0) i++;
    if (order >= 0) j++;
  }
  return places;
}

/** A filter of histograms that tests run, lumisection and mask alone, as one of lumisections. */
export function lumisectionFilter(filter: Filter): Filter {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return { kind: filter.kind, of: filter.of.map(lumisectionFilter) };
    case 'not':
      return { kind: 'not', of: lumisectionFilter(filter.of) };
    case 'mask':
      return filter;
    case 'related':
      if (filter.field === 'run') return filter;
      if (filter.field === 'lumisection') return filter.of;
      throw refuse(filter.field);
    case 'test':
      throw refuse(filter.field);
    case 'set':
      throw refuse('set');
  }
}

const refuse = (field: string) =>
  new InvalidInputError(
    `where.${field}: with \`gaps\`, conditions are those of run, lumisection and mask alone: a lumisection without a histogram has no ${field}`,
    { field: `where.${field}` },
  );
