import { sql } from 'kysely';
import type { Filter } from '../domain/filter.ts';
import { LuminosityMask, type LumisectionRange } from '../domain/lumi-mask.ts';
import { LUMISECTION_SECONDS, type TrendNormalization, type TrendQuantity } from '../domain/trend.ts';
import type { Verdict } from '../domain/verdict.ts';
import type { CheckedQuery } from './checked-query.ts';
import { packed, unpacked } from './column-packing.ts';
import { keyPart } from './count-source.ts';
import type { FilterCompiler } from './filter-sql.ts';
import { lumisectionPart } from './lumisection-part.ts';
import type { Sql } from './mask-sql.ts';
import type { FieldType } from './noun-info.ts';
import { snakeCase } from './rows.ts';
import { runVerdicts } from './run-verdicts.ts';
import type { SourceScope } from './store.ts';
import { isOneOf } from './test-sql.ts';

/** Which histograms a trend goes through: those of lumisections, or those of whole runs. */
export interface TrendQuery {
  readonly noun: 'lumisectionHistogram' | 'runHistogram';
  readonly monitorElementId: number;
  readonly quantity: TrendQuantity;
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

/** How a quantity of a monitor element goes, over lumisections or runs. Bins are never read. */
export interface Trends {
  /**
   * One point a histogram, by run, lumisection, name of the dataset: the first `most`.
   * @throws NotFoundError for an unknown source or mask.
   */
  points(trend: TrendQuery, most: number): Promise<{ readonly points: TrendPoint[]; readonly hasMore: boolean }>;
  /**
   * Stored lumisections without a point, in those runs that hold the monitor element and as far as the filter asks
   * nothing else of run, lumisection and mask. Ascending; the first `most`.
   */
  gaps(trend: TrendQuery, most: number): Promise<TrendGap[]>;
}

export const createTrends = (query: CheckedQuery): Trends => ({
  points: (trend, most) => readPoints(query, trend, most),
  gaps: (trend, most) => readGaps(query, trend, most),
});

const TABLES = { lumisectionHistogram: 'lumisection_histogram', runHistogram: 'run_histogram' } as const;
const COUNTS = { lumisectionHistogram: 'e.lumisection_count', runHistogram: 'e.run_histogram_count' } as const;

async function readPoints(query: CheckedQuery, trend: TrendQuery, most: number) {
  const { noun, where, normalization, flagSource } = trend;
  const ofRuns = noun === 'runHistogram';
  const divisors = divisorColumns(ofRuns, normalization);
  const columns: [Sql, FieldType][] = [
    [sql`t.run_number`, 'int'],
    [ofRuns ? sql`0` : sql`t.lumisection_number`, 'int'],
    [sql`t.dataset_id`, 'int'],
    [sql.raw(`t.${snakeCase(trend.quantity)}`), 'float'],
    [sql`t.entries`, 'float'],
    ...divisors.columns,
  ];
  const { dialect } = query.database;
  const types = columns.map(([, type]) => type);
  const read = async (isOrdered: boolean) => {
    const [row] = await query.rows(noun, where, (filters) => {
      const selected = sql.join(columns.map(([column], i) => sql`${column} AS ${sql.raw(`c${i}`)}`));
      const condition = where ? sql` AND ${filters.compile(noun, 't', where).sql}` : sql``;
      const table = sql.raw(TABLES[noun]);
      const source = isOrdered
        ? sql`${table} t${divisors.join} WHERE t.monitor_element_id = ${trend.monitorElementId}${condition}
          ORDER BY t.run_number, t.lumisection_number, t.dataset_id`
        : // run by run, so that each is one range of the key
          sql`run_monitor_element e CROSS JOIN ${table} t JOIN dataset d ON d.id = t.dataset_id${divisors.join}
          WHERE ${holdsElement(filters, trend)} AND t.run_number = e.run_number AND t.monitor_element_id = e.monitor_element_id
            AND t.dataset_id = e.dataset_id${condition}
          ORDER BY ${ofRuns ? sql`t.run_number` : sql`t.run_number, t.lumisection_number`}, d.name ${sql.raw(dialect.binaryCollation)}`;
      return packed(dialect, sql`SELECT ${selected} FROM ${source} LIMIT ${most + 1}`, types);
    });
    return unpacked(dialect, row as unknown[], types);
  };
  let found = await read(!ofRuns && isOfOneRun(where));
  // the order of the key is that of the answer but for the names of datasets
  const [ofDataset] = found.columns[2] ?? [];
  if (found.columns[2]?.some((id) => id !== ofDataset)) found = await read(false);
  const [runs, lumisections, datasets, values, entries, ...divide] = found.columns as (number | null)[][];
  const flags = flagSource && (await flagsOf(query, flagSource, ofRuns, (runs ?? []) as number[]));
  const points = Array.from({ length: Math.min(found.count, most) }, (_, i): TrendPoint => {
    const run = runs?.[i] as number;
    const lumisection = ofRuns ? null : (lumisections?.[i] as number);
    return {
      run,
      lumisection,
      datasetId: datasets?.[i] as number,
      value: divided(values?.[i], divisors.of(divide.map((column) => column[i]))),
      entries: finite(entries?.[i]),
      flag: flags ? flags(run, lumisection) : null,
    };
  });
  return { points, hasMore: found.count > most };
}

/** Whether the filter names one run: then its histograms lie in the order of their key, and are not sorted. */
function isOfOneRun(where: Filter | undefined): boolean {
  if (where?.kind === 'and') return where.of.some(isOfOneRun);
  if (where?.kind !== 'related' || where.field !== 'run') return false;
  const of = where.of.kind === 'and' ? where.of.of : [where.of];
  return of.some((part) => part.kind === 'test' && part.field === 'number' && part.op === 'eq');
}

/** What values are divided by: columns of the run or lumisection that has it, and what it is of these. */
function divisorColumns(
  ofRuns: boolean,
  normalization: TrendNormalization | undefined,
): { columns: [Sql, FieldType][]; join: Sql; of(values: readonly unknown[]): number | null } {
  const join = ofRuns
    ? sql` LEFT JOIN run n ON n.number = t.run_number`
    : sql` LEFT JOIN lumisection n ON n.run_number = t.run_number AND n.number = t.lumisection_number`;
  if (normalization === 'LUMINOSITY') {
    return { columns: [[sql`n.recorded_lumi`, 'float']], join, of: ([lumi]) => lumi as number | null };
  }
  if (normalization === 'RATE' && ofRuns) {
    const columns: [Sql, FieldType][] = [
      [sql`n.started_at`, 'time'],
      [sql`n.ended_at`, 'time'],
    ];
    const time = (value: unknown) => new Date(value as string | Date).getTime();
    return {
      columns,
      join,
      of: ([start, end]) => (start === null || end === null ? null : (time(end) - time(start)) / 1000),
    };
  }
  return { columns: [], join: sql``, of: () => (normalization === 'RATE' ? LUMISECTION_SECONDS : 1) };
}

const finite = (value: number | null | undefined) =>
  value !== null && value !== undefined && Number.isFinite(value) ? value : null;

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
  const stored = await storedLumisections(
    query,
    runs.filter((run) => promising.has(run)),
  );
  return (run: number) => verdicts.ofRun(run, stored);
}

async function storedLumisections(query: CheckedQuery, runs: readonly number[]): Promise<LuminosityMask> {
  const inRuns = isOneOf(query.database.dialect, sql`l.run_number`, 'int', runs);
  return maskOf(await query.send(rangesSql(sql`l.run_number`, sql`l.number`, sql`lumisection l WHERE ${inRuns}`)));
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

const maskOf = (rows: readonly unknown[][]) =>
  LuminosityMask.fromRanges(
    (rows as [number, number, number][]).map(([run, first, last]) => ({ run, ranges: [{ first, last }] })),
  );
