import { sql } from 'kysely';
import type { Filter } from '../domain/filter.ts';
import { finite } from '../domain/finite.ts';
import { LuminosityMask, type LumisectionRange } from '../domain/lumi-mask.ts';
import type { StoredQuantity, TrendNormalization, TrendQuantity } from '../domain/trend.ts';
import type { TrendWindow } from '../domain/trend-window.ts';
import type { Verdict } from '../domain/verdict.ts';
import type { CheckedQuery } from './checked-query.ts';
import { packed, unpacked } from './column-packing.ts';
import { keyPart } from './count-source.ts';
import type { FilterCompiler } from './filter-sql.ts';
import { lumisectionPart } from './lumisection-part.ts';
import type { Sql } from './mask-sql.ts';
import type { FieldType } from './noun-info.ts';
import type { CachedDimensions } from './reads.ts';
import { snakeCase } from './rows.ts';
import { runVerdicts } from './run-verdicts.ts';
import type { SourceScope } from './store.ts';
import { isOneOf } from './test-sql.ts';
import { divisorColumns } from './trend-divisors.ts';
import { windowValues } from './trend-windows.ts';

/** Which histograms a trend goes through: those of lumisections, or those of whole runs. */
export interface TrendQuery {
  readonly noun: 'lumisectionHistogram' | 'runHistogram';
  readonly monitorElementId: number;
  readonly quantity: TrendQuantity;
  /** Of `integral` and `fraction`: bins are read then. */
  readonly window: TrendWindow | undefined;
  /** On the noun. */
  readonly where: Filter | undefined;
  readonly normalization: TrendNormalization | undefined;
  readonly flagSource: SourceScope | undefined;
}

export interface TrendPoint {
  readonly run: number;
  /** Null where the histogram is of the whole run. */
  readonly lumisection: number | null;
  readonly datasetId: number;
  /** Null where the histogram does not have the quantity, or nothing to divide it by is known. */
  readonly value: number | null;
  readonly entries: number | null;
  /** Null where no source was named. */
  readonly flag: Verdict | null;
}

export interface TrendGap extends LumisectionRange {
  readonly run: number;
}

/** The place of a point in the order of keys: run, lumisection (0 of runs), id of the dataset. */
export type TrendKey = readonly [run: number, lumisection: number, datasetId: number];

/** The same in the order of points: with the name of the dataset. */
export type TrendPlace = readonly [run: number, lumisection: number, dataset: string];

/** How a quantity of a monitor element goes, over lumisections or runs. Bins are read only where a window is given. */
export interface Trends {
  /**
   * One point a histogram, by run, lumisection, name of the dataset: the first `most`, of those that follow a place.
   * @throws NotFoundError for an unknown source or mask; InvalidInputError for a window on an axis that is not there.
   */
  points(trend: TrendQuery, most: number, after?: TrendPlace): Promise<TrendPage>;
  /** The same in the order of keys, of those that follow one. */
  pointsAfter(trend: TrendQuery, after: TrendKey | undefined, most: number): Promise<TrendPage>;
  /**
   * Stored lumisections without a point, in those runs that hold the monitor element and as far as the filter asks
   * nothing else of run, lumisection and mask. Ascending; the first `most`.
   */
  gaps(trend: TrendQuery, most: number): Promise<TrendGap[]>;
}

export interface TrendPage {
  readonly points: TrendPoint[];
  readonly hasMore: boolean;
}

export const createTrends = (query: CheckedQuery, { binnings }: Pick<CachedDimensions, 'binnings'>): Trends => ({
  points: (trend, most, after) => readPoints(query, binnings, trend, most, { after }),
  pointsAfter: (trend, after, most) => readPoints(query, binnings, trend, most, { byKey: true, after }),
  gaps: (trend, most) => readGaps(query, trend, most),
});

const TABLES = { lumisectionHistogram: 'lumisection_histogram', runHistogram: 'run_histogram' } as const;
const COUNTS = { lumisectionHistogram: 'e.lumisection_count', runHistogram: 'e.run_histogram_count' } as const;

type Order =
  /** That of keys, not of the names of datasets. */
  | { readonly byKey: true; readonly after: TrendKey | undefined }
  | { readonly byKey?: false; readonly after: TrendPlace | undefined };

async function readPoints(
  query: CheckedQuery,
  binnings: CachedDimensions['binnings'],
  trend: TrendQuery,
  most: number,
  order: Order,
): Promise<TrendPage> {
  const { noun, where, normalization, flagSource, quantity, window } = trend;
  const ofRuns = noun === 'runHistogram';
  const divisors = divisorColumns(ofRuns, normalization);
  const number = ofRuns ? sql`0` : sql`t.lumisection_number`;
  // a fraction is of the integral, and made of bins alone
  const stored: StoredQuantity = quantity === 'fraction' ? 'integral' : quantity;
  const columns: [Sql, FieldType][] = [
    [sql`t.run_number`, 'int'],
    [number, 'int'],
    [sql`t.dataset_id`, 'int'],
    [sql.raw(`t.${snakeCase(stored)}`), 'float'],
    [sql`t.entries`, 'float'],
    ...(window ? [[sql`t.binning_id`, 'int'] as [Sql, FieldType]] : []),
    ...divisors.columns,
  ];
  const { dialect } = query.database;
  const name = sql`d.name ${sql.raw(dialect.binaryCollation)}`;
  const types = columns.map(([, type]) => type);
  const inOrderOfKey = ofRuns ? sql`t.run_number, t.dataset_id` : sql`t.run_number, t.lumisection_number, t.dataset_id`;
  const read = async (isOrdered: boolean) => {
    const rows = await query.rows(noun, where, (filters) => {
      const selected = sql.join(columns.map(([column], i) => sql`${column} AS ${sql.raw(`c${i}`)}`));
      const condition = where ? sql` AND ${filters.compile(noun, 't', where).sql}` : sql``;
      const table = sql.raw(TABLES[noun]);
      const source = isOrdered
        ? sql`${table} t${divisors.join} WHERE t.monitor_element_id = ${trend.monitorElementId}${condition}${order.byKey ? isBehind(number, order.after) : sql``}
          ORDER BY ${inOrderOfKey}`
        : // run by run, so that each is one range of the key
          sql`run_monitor_element e CROSS JOIN ${table} t JOIN dataset d ON d.id = t.dataset_id${divisors.join}
          WHERE ${holdsElement(filters, trend)} AND t.run_number = e.run_number AND t.monitor_element_id = e.monitor_element_id
            AND t.dataset_id = e.dataset_id${condition}${order.byKey ? sql`` : isBehindPlace(number, name, order.after)}
          ORDER BY ${ofRuns ? sql`t.run_number` : sql`t.run_number, t.lumisection_number`}, ${name}`;
      return packed(dialect, sql`SELECT ${selected} FROM ${source} LIMIT ${most + 1}`, types);
    });
    return unpacked(dialect, rows, types);
  };
  const isOrdered = order.byKey || (!ofRuns && order.after === undefined && isOfOneRun(where));
  let found = await read(isOrdered);
  // the order of the key is that of the answer but for the names of datasets
  const [ofDataset] = found.columns[2] ?? [];
  if (isOrdered && !order.byKey && found.columns[2]?.some((id) => id !== ofDataset)) found = await read(false);
  const [runs, lumisections, datasets, storedValues, entries, ...more] = found.columns as (number | null)[][];
  const count = Math.min(found.count, most);
  const keyAt = (i: number): TrendKey => [runs?.[i] as number, lumisections?.[i] as number, datasets?.[i] as number];
  const values = window
    ? await windowValues(
        query,
        binnings,
        { ...trend, window },
        {
          keys: Array.from({ length: count }, (_, i) => keyAt(i)),
          binningIds: more.shift() as (number | null)[],
        },
      )
    : storedValues;
  const flags = flagSource && (await flagsOf(query, flagSource, ofRuns, (runs ?? []) as number[]));
  const points = Array.from({ length: count }, (_, i): TrendPoint => {
    const [run, number, datasetId] = keyAt(i);
    const lumisection = ofRuns ? null : number;
    return {
      run,
      lumisection,
      datasetId,
      value: divided(values?.[i], divisors.of(more.map((column) => column[i]))),
      entries: finite(entries?.[i]),
      flag: flags ? flags(run, lumisection) : null,
    };
  });
  return { points, hasMore: found.count > most };
}

const isBehind = (number: Sql, after: TrendKey | undefined): Sql =>
  after === undefined
    ? sql``
    : sql` AND t.run_number >= ${after[0]} AND (t.run_number, ${number}, t.dataset_id) > (${sql.join(after.map((part) => sql.raw(String(part))))})`;

/** Both tables name the run, so that earlier ones are not looked at. */
function isBehindPlace(number: Sql, name: Sql, after: TrendPlace | undefined): Sql {
  if (after === undefined) return sql``;
  const [run, lumisection] = [after[0], after[1]].map((part) => sql.raw(String(part)));
  return sql` AND e.run_number >= ${run} AND (t.run_number > ${run}
    OR (t.run_number = ${run} AND (${number} > ${lumisection} OR (${number} = ${lumisection} AND ${name} > ${after[2]}))))`;
}

/** Whether the filter names one run: then its histograms lie in the order of their key, and are not sorted. */
function isOfOneRun(where: Filter | undefined): boolean {
  if (where?.kind === 'and') return where.of.some(isOfOneRun);
  if (where?.kind !== 'related' || where.field !== 'run') return false;
  const of = where.of.kind === 'and' ? where.of.of : [where.of];
  return of.some((part) => part.kind === 'test' && part.field === 'number' && part.op === 'eq');
}

function divided(value: number | null | undefined, by: number | null): number | null {
  return by !== null && by > 0 ? finite(value === null || value === undefined ? value : value / by) : null;
}

/** Of the rows of run_monitor_element, those of the monitor element that may have histograms of the filter. */
function holdsElement(filters: FilterCompiler, { noun, monitorElementId, where }: TrendQuery): Sql {
  const ofKeys = keyPart(where);
  const condition = ofKeys ? sql` AND ${filters.compile(noun, 'e', ofKeys).sql}` : sql``;
  return sql`e.monitor_element_id = ${monitorElementId} AND ${sql.raw(COUNTS[noun])} > 0${condition}`;
}

async function flagsOf(query: CheckedQuery, source: SourceScope, ofRuns: boolean, all: readonly number[]) {
  const runs = [...new Set(all)];
  const verdicts = await runVerdicts(query, source, runs);
  if (!ofRuns) return (run: number, lumisection: number | null) => verdicts.of(run, lumisection as number);
  const promising = new Set(verdicts.promising);
  const known = await knownLumisections(
    query,
    runs.filter((run) => promising.has(run)),
  );
  return (run: number) => verdicts.ofRun(run, known);
}

/** Those that are stored, and of runs of which any is as many as the run has. */
async function knownLumisections(query: CheckedQuery, runs: readonly number[]): Promise<LuminosityMask> {
  const inRuns = (column: Sql) => isOneOf(query.database.dialect, column, 'int', runs);
  const ofStored = sql`lumisection l WHERE ${inRuns(sql`l.run_number`)}`;
  const ranges = await query.send(rangesSql(sql`l.run_number`, sql`l.number`, ofStored));
  const stored = LuminosityMask.fromRows(ranges as [number, number, number][]);
  const told = await query.send(
    sql`SELECT r.number, r.lumisection_count FROM run r WHERE r.lumisection_count > 0 AND ${inRuns(sql`r.number`)}`,
  );
  const ofRuns = (told as [number, number][]).filter(([run]) => stored.rangesOf(run).length > 0);
  return stored.union(LuminosityMask.fromRows(ofRuns.map(([run, count]) => [run, 1, count])));
}

async function readGaps(query: CheckedQuery, trend: TrendQuery, most: number): Promise<TrendGap[]> {
  const { noun, where, monitorElementId } = trend;
  if (noun === 'runHistogram') return [];
  const ofLumisections = lumisectionPart(where);
  const rows = await query.rows(noun, where, (filters) => {
    const selected = ofLumisections ? sql` AND ${filters.compile('lumisection', 'l', ofLumisections).sql}` : sql``;
    const condition = where ? sql` AND ${filters.compile(noun, 't', where).sql}` : sql``;
    const lacking = sql`lumisection l
      WHERE l.run_number IN (SELECT e.run_number FROM run_monitor_element e WHERE ${holdsElement(filters, trend)})${selected}
        AND NOT EXISTS (SELECT 1 FROM lumisection_histogram t WHERE t.run_number = l.run_number
          AND t.monitor_element_id = ${monitorElementId} AND t.lumisection_number = l.number${condition})`;
    return sql`${rangesSql(sql`l.run_number`, sql`l.number`, lacking)} ORDER BY 1, 2 LIMIT ${most}`;
  });
  return rows.map(([run, first, last]) => ({ run: run as number, first: first as number, last: last as number }));
}

/** Ranges of numbers that follow one another: these differ from their place among all by the same number. */
export const rangesSql = (group: Sql, number: Sql, source: Sql): Sql =>
  sql`SELECT i.g, min(i.n), max(i.n) FROM (SELECT ${group} AS g, ${number} AS n,
      ${number} - row_number() OVER (PARTITION BY ${group} ORDER BY ${number}) AS island FROM ${source}) i GROUP BY i.g, i.island`;
