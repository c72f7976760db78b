import { sql } from 'kysely';
import type { Filter } from '../domain/filter.ts';
import type { CheckedQuery } from './checked-query.ts';
import { countSource } from './count-source.ts';
import { columnOf, type FilterCompiler, fieldOf, fromOf } from './filter-sql.ts';
import type { Sql } from './mask-sql.ts';
import type { Field, Link, Relation } from './noun-info.ts';
import { nounInfo } from './nouns.ts';
import { snakeCase } from './rows.ts';
import type { Noun } from './store.ts';

/**
 * What rows of a noun are counted by: a field of theirs, or `relation.field` of a related row (`datasets.name` of a run: a row
 * counts for each that it has). `flag` stands for the verdict of a source that is named.
 */
export const FACETS = {
  run: ['era', 'year', 'period', 'fill', 'datasets.name', 'datasets.primaryDataset', 'flag'],
  lumisection: ['run.era', 'run.year', 'run.number', 'flag'],
  lumisectionHistogram: [
    'run.era',
    'run.year',
    'run.number',
    'dataset.name',
    'dataset.era',
    'monitorElement.subsystem',
  ],
  runHistogram: ['run.era', 'run.year', 'run.number', 'dataset.name', 'dataset.era', 'monitorElement.subsystem'],
  dataset: ['era', 'primaryDataset', 'processing', 'tier'],
  monitorElement: ['subsystem', 'dimension', 'kind', 'datasets.name'],
  dataFile: ['status', 'format', 'dataset', 'source', 'errorCode'],
  job: ['state', 'owner'],
} as const satisfies Partial<Record<Noun, readonly string[]>>;
export type FacetNoun = keyof typeof FACETS;

export interface FacetCount {
  /** As a text; null for rows where it is absent. */
  readonly value: string | null;
  readonly count: number;
}

/** How a facet is read. */
export interface FacetRequest {
  /** One of the facets of the noun. */
  readonly facet: string;
  readonly where: Filter | undefined;
  /** Of `flag`: masks of what the source calls BAD and GOOD. */
  readonly verdicts?: { readonly bad: string; readonly good: string } | undefined;
}

/** Counts of the rows of a list by value: the most frequent values first, equal ones by value, absent ones last of those. */
export interface Facets {
  /** One SQL statement. The first `most`. @throws NotFoundError for an unknown source or mask. */
  counts(noun: FacetNoun, request: FacetRequest, most: number): Promise<FacetCount[]>;
}

export function createFacets(query: CheckedQuery): Facets {
  const collation = sql.raw(query.database.dialect.binaryCollation);
  return {
    async counts(noun, { facet, where, verdicts }, most) {
      const masks = verdicts ? [maskOf(verdicts.bad), maskOf(verdicts.good)] : [];
      const needed: Filter = { kind: 'and', of: [...(where ? [where] : []), ...masks] };
      const rows = await query.rows(noun, needed, (filters) => {
        const condition = where ? filters.compile(noun, 't', where).sql : sql`1 = 1`;
        const { source, type } = verdicts
          ? { source: byVerdict(filters, noun, condition, verdicts), type: 'text' }
          : sourceOf(noun, facet, where, condition);
        const sorted = type === 'text' ? sql`f.v ${collation}` : sql`f.v`;
        return sql`SELECT CAST(f.n AS BIGINT), f.v FROM (${source}) f WHERE f.n > 0
          ORDER BY f.n DESC, f.v IS NULL, ${sorted} LIMIT ${most}`;
      });
      return (rows as [number, string | number | null][]).map(([count, value]) => ({
        value: value === null ? null : String(value),
        count,
      }));
    },
  };
}

const maskOf = (mask: string): Filter => ({ kind: 'mask', mask });

/** A statement of `v` and `n`: each value once. */
function sourceOf(
  noun: Noun,
  facet: string,
  where: Filter | undefined,
  condition: Sql,
): { source: Sql; type: Field['type'] } {
  const [name, related] = facet.split('.') as [string, string | undefined];
  if (related === undefined) {
    const value = columnOf(noun, 't', name);
    return {
      source: sql`SELECT ${value} AS v, count(*) AS n FROM ${fromOf(noun, 't')} WHERE ${condition} GROUP BY ${value}`,
      type: fieldOf(noun, name).type,
    };
  }
  const relation = nounInfo(noun).relations[name] as Relation;
  const { type } = fieldOf(relation.noun, related);
  const value = columnOf(relation.noun, 'r', related);
  const counted = relation.through
    ? throughLink(noun, relation.through, condition)
    : ofOne(noun, relation, where, condition);
  return {
    // counted by key first: then few rows are joined
    source: sql`SELECT ${value} AS v, sum(q.n) AS n FROM (${counted.keys}) q
      JOIN ${fromOf(relation.noun, 'r')} ON ${columnOf(relation.noun, 'r', counted.key)} = q.k GROUP BY ${value}`,
    type,
  };
}

function ofOne(noun: Noun, relation: Relation, where: Filter | undefined, condition: Sql) {
  const [[key, own]] = Object.entries(relation.on) as [[string, string]];
  const { table, count } = countSource(noun, where);
  const ours = columnOf(noun, 't', own);
  return { key, keys: sql`SELECT ${ours} AS k, ${count} AS n FROM ${table} WHERE ${condition} GROUP BY ${ours}` };
}

function throughLink(noun: Noun, { table, ours, theirs }: Link, condition: Sql) {
  const [[own, linked]] = Object.entries(ours) as [[string, string]];
  const [[key, other]] = Object.entries(theirs) as [[string, string]];
  const columns = { mine: sql.raw(`e.${snakeCase(linked)}`), other: sql.raw(`e.${snakeCase(other)}`) };
  return {
    key,
    keys: sql`SELECT p.k AS k, count(*) AS n FROM (SELECT DISTINCT ${columns.mine} AS o, ${columns.other} AS k
      FROM ${sql.raw(table)} e WHERE ${columns.mine} IN (SELECT ${columnOf(noun, 't', own)} FROM ${fromOf(noun, 't')} WHERE ${condition})) p
      GROUP BY p.k`,
  };
}

/**
 * Of a run: BAD where anything in it is, GOOD where every lumisection is that is known: those that are stored (at least one), and
 * as many as the run has.
 */
function byVerdict(
  filters: FilterCompiler,
  noun: Noun,
  condition: Sql,
  { bad, good }: { readonly bad: string; readonly good: string },
): Sql {
  const isBad = filters.compile(noun, 't', maskOf(bad)).sql;
  const isGood =
    noun === 'run'
      ? sql`(EXISTS (SELECT 1 FROM lumisection l WHERE l.run_number = t.number) AND NOT EXISTS (SELECT 1 FROM lumisection l
          WHERE l.run_number = t.number AND NOT ${filters.compile('lumisection', 'l', maskOf(good)).sql})
          AND NOT EXISTS (SELECT 1 FROM (${whereVerdictsChange(sql`t.number`)}) p
          WHERE p.number <= t.lumisection_count AND NOT ${filters.compile('lumisection', 'p', maskOf(good)).sql}))`
      : filters.compile(noun, 't', maskOf(good)).sql;
  return sql`SELECT q.v AS v, count(*) AS n FROM (SELECT CASE WHEN ${isBad} THEN 'BAD' WHEN ${isGood} THEN 'GOOD'
      ELSE 'NOT_EVALUATED' END AS v FROM ${fromOf(noun, 't')} WHERE ${condition}) q GROUP BY q.v`;
}

/** Lumisections of a run between which nothing is judged otherwise than at the one before. */
const whereVerdictsChange = (run: Sql) =>
  sql`SELECT ${run} AS run_number, 1 AS number
    UNION SELECT c.run_number, c.lumisection_first FROM certification c WHERE c.run_number = ${run}
    UNION SELECT c.run_number, c.lumisection_last + 1 FROM certification c WHERE c.run_number = ${run}`;
