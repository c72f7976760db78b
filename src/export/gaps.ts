import { InvalidInputError } from '../domain/errors.ts';
import { bothOf, type Filter, type ListQuery } from '../domain/filter.ts';
import { chunksOfRuns } from '../store/histogram-runs.ts';
import type { LumisectionHistogramRow, Store } from '../store/store.ts';
import { inRuns } from './histogram-walk.ts';
import type { MatrixSelection } from './matrix-selection.ts';

/** A place in a matrix: of a lumisection, and of a gap where there is no row. */
export interface Place {
  readonly run: number;
  readonly lumisection: number;
  readonly row: LumisectionHistogramRow | null;
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
): AsyncGenerator<readonly Place[], void, undefined> {
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
        store.lists.page('lumisection', lumisections),
        store.lists.page('lumisectionHistogram', histograms),
      ]);
      const byKey = new Map<number, Place>();
      const add = (run: number, lumisection: number, row: LumisectionHistogramRow | null) =>
        byKey.set(order(run, lumisection), { run, lumisection, row });
      for (const { runNumber, number } of known.rows) add(runNumber, number, null);
      for (const row of stored.rows) add(row.runNumber, row.lumisectionNumber, row);
      // what follows the end of either page is not wholly known yet
      const ends = [
        known.hasNextPage ? order(known.rows.at(-1)?.runNumber ?? 0, known.rows.at(-1)?.number ?? 0) : Number.MAX_VALUE,
        stored.hasNextPage
          ? order(stored.rows.at(-1)?.runNumber ?? 0, stored.rows.at(-1)?.lumisectionNumber ?? 0)
          : Number.MAX_VALUE,
      ];
      const end = Math.min(...ends);
      const places = [...byKey]
        .filter(([key]) => key <= end)
        .sort(([a], [b]) => a - b)
        .map(([, place]) => place);
      const last = places.at(-1);
      if (last !== undefined) yield places;
      if (end === Number.MAX_VALUE || last === undefined) break;
      start = [last.run, last.lumisection];
    }
    start = undefined;
  }
}

/** Numbers of runs have up to 31 bits, of lumisections far fewer than 22. */
const order = (run: number, lumisection: number): number => run * 2 ** 22 + lumisection;

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
