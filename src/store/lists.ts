import { sql } from 'kysely';
import { InvalidInputError } from '../domain/errors.ts';
import type { Filter, ListQuery, Page } from '../domain/filter.ts';
import type { CheckedQuery } from './checked-query.ts';
import { countSource } from './count-source.ts';
import { fromOf } from './filter-sql.ts';
import { firstKeys } from './first-keys.ts';
import { listConditions } from './list-conditions.ts';
import { groupOf, type Parents, parentsSql } from './list-parents.ts';
import { type FoundRows, ListReading } from './list-reading.ts';
import { cursorOf } from './list-rows.ts';
import type { Sql } from './mask-sql.ts';
import { type MemoryOrder, memoryOrder, relatedNames, sortedPlaces } from './memory-order.ts';
import { nounInfo } from './nouns.ts';
import { type Order, orderSql, totalOrder } from './order-sql.ts';
import { boundedParents } from './page-bounds.ts';
import { rowsPerParent } from './rows-per-parent.ts';
import type { Lists, Noun, ParentKey, Rows } from './store.ts';

/** SQLite drops the ORDER BY of a statement that stands in the FROM of another, unless it has a limit. */
const KEEP_ORDER = sql.raw('LIMIT 2147483647');

/** Whether the order is that of the key, as far as it is told. */
const isByKey = (noun: Noun, { terms }: Order) =>
  terms.every(({ own }) => own !== undefined && nounInfo(noun).key.includes(own));

interface Read<N extends Noun> {
  readonly order: Order;
  readonly memory: MemoryOrder | undefined;
  /** Places of the columns that tell the groups apart. */
  readonly groups: readonly number[];
  readonly found: FoundRows<N>;
  readonly places: number[] | undefined;
}

const ALL: Parents = { fields: [], from: [], conditions: [], groups: [], keyOf: () => '' };

export function createLists(query: CheckedQuery): Lists {
  const { dialect } = query.database;

  /** What one statement finds for all groups, and in which order it is to be taken (undefined: as it came). */
  async function read<N extends Noun>(
    noun: N,
    list: ListQuery,
    parents: Parents,
    parentKeys: readonly ParentKey[],
  ): Promise<Read<N>> {
    const order = totalOrder(noun, 't', list.orderBy);
    const page = pageSize(list);
    const { limit, backwards } = page;
    const bounded = boundedParents(dialect, noun, list, order, parentKeys, page);
    const narrowed = parents === ALL ? firstKeys(dialect, noun, list, order, page) : undefined;
    const hasGroups = parents.groups.length > 0;
    // cutting a few rows off afterwards is cheaper than numbering all
    const isWhole =
      hasGroups && (bounded !== undefined || rowsPerParent(query, noun, parents, list.where) <= 2 * limit);
    const memory = isWhole ? memoryOrder(noun, order, query.references) : undefined;
    const reading = new ListReading(dialect, noun, list, order, parents, {
      related: memory === undefined,
      // where more rows are looked at than are taken, their bins would be read for nothing
      bins: memory !== undefined || (!hasGroups && (narrowed !== undefined || isByKey(noun, order))),
    });
    const rows = await query.rows(noun, list.where, (filters) => {
      const hanging = (bounded ?? narrowed)?.(filters) ?? parents;
      const own = listConditions(dialect, noun, 't', list, order, filters);
      // a cursor names what the order does
      const joined = memory && !list.after && !list.before ? { from: [], joins: [] } : order;
      const conditions = where([...hanging.conditions, ...joined.joins, ...own]);
      const selected = sql`SELECT ${reading.columns}`;
      const source = sql`FROM ${from([...hanging.from, fromOf(noun, 't'), ...joined.from])} ${conditions}`;
      if (memory) return reading.packed(sql`${selected} ${source}`);
      const sorted = orderSql(dialect, order, backwards);
      if (!hasGroups) return reading.packed(sql`${selected} ${source} ORDER BY ${sorted} LIMIT ${limit + 1}`);
      const groups = sql.join(parents.groups.map(({ value }) => value));
      if (isWhole) return reading.packed(sql`${selected} ${source} ORDER BY ${groups}, ${sorted} ${KEEP_ORDER}`);
      const numbered = sql`${selected}, row_number() OVER (PARTITION BY ${groups} ORDER BY ${sorted}) AS place ${source}`;
      return reading.packed(sql`SELECT * FROM (${numbered}) ranked WHERE place <= ${limit + 1}
        ORDER BY ${sql.raw(reading.groups.map((group) => `c${group}`).join(', '))}, place ${KEEP_ORDER}`);
    });
    const found = reading.found(rows);
    const places = memory && (await sortedPlaces(memory, found, query, backwards));
    return { order, memory, groups: reading.groups, found, places };
  }

  /** Pages by group; a group without rows is absent. */
  async function groupedPages<N extends Noun>(
    noun: N,
    list: ListQuery,
    parents: Parents,
    parentKeys: readonly ParentKey[],
  ): Promise<Map<string, Page<Rows[N]>>> {
    const { limit } = pageSize(list);
    const { order, memory, groups, found, places = found.places } = await read(noun, list, parents, parentKeys);
    const values = groups.map((group) => found.columns[group] as readonly unknown[]);
    const byParent = new Map<unknown, number[]>();
    for (const place of places) {
      const parent = values.length === 1 ? values[0]?.[place] : groupOf(values.map((of) => of[place]));
      const members = byParent.get(parent);
      if (members === undefined) byParent.set(parent, [place]);
      else if (members.length <= limit) members.push(place);
    }
    const pages = new Map<string, Page<Rows[N]>>();
    for (const [parent, members] of byParent) pages.set(String(parent), toPage(list, order, found, members, memory));
    return pages;
  }

  async function groupedCounts(noun: Noun, filter: Filter | undefined, parents: Parents): Promise<Map<string, number>> {
    const groupCount = parents.groups.length;
    const rows = await query.rows(noun, filter, (filters) => {
      const { table, count } = countSource(noun, filter, parents.fields);
      const conditions = [...parents.conditions, ...(filter ? [filters.compile(noun, 't', filter).sql] : [])];
      const source = sql`FROM ${from([...parents.from, table])} ${where(conditions)}`;
      if (groupCount === 0) return sql`SELECT ${count} AS n ${source}`;
      const groups = sql.join(parents.groups.map(({ value }) => value));
      return sql`SELECT ${count} AS n, ${groups} ${source} GROUP BY ${groups}`;
    });
    return new Map(rows.map((row) => [groupOf(row.slice(1, 1 + groupCount)), row[0] as number]));
  }

  return {
    async page(noun, list) {
      return (await groupedPages(noun, list, ALL, [])).get('') ?? emptyPage(list);
    },
    async columns(noun, list) {
      const { limit, backwards } = pageSize(list);
      if (backwards) throw new RangeError('columns are read forwards');
      const { found } = await read(noun, list, ALL, []);
      return {
        count: Math.min(found.count, limit),
        hasNextPage: found.count > limit,
        column: (name) => found.column(name),
      };
    },
    async pages(noun, parents, list) {
      if (parents.length === 0) return [];
      const described = parentsSql(dialect, noun, 't', parents);
      const pages = await groupedPages(noun, list, described, parents);
      return parents.map((parent) => pages.get(described.keyOf(parent)) ?? emptyPage(list));
    },
    async count(noun, filter) {
      return (await groupedCounts(noun, filter, ALL)).get('') ?? 0;
    },
    async counts(noun, parents, filter) {
      if (parents.length === 0) return [];
      const described = parentsSql(dialect, noun, 't', parents);
      const counts = await groupedCounts(noun, filter, described);
      return parents.map((parent: ParentKey) => counts.get(described.keyOf(parent)) ?? 0);
    },
  };
}

/** CROSS JOIN keeps SQLite from starting anywhere but at the first item. */
const from = (items: readonly Sql[]): Sql => sql.join(items, sql` CROSS JOIN `);
const where = (conditions: readonly Sql[]): Sql =>
  conditions.length === 0 ? sql`` : sql`WHERE ${sql.join(conditions, sql` AND `)}`;

function pageSize({ first, last }: ListQuery): { limit: number; backwards: boolean } {
  const limit = first ?? last;
  if (limit === undefined || !Number.isInteger(limit) || limit < 0 || (first !== undefined && last !== undefined)) {
    throw new InvalidInputError('A page takes either first or last, an integer from 0', {
      field: first === undefined ? 'last' : 'first',
    });
  }
  return { limit, backwards: first === undefined };
}

/**
 * As Relay defines it: in the direction of the page, whether there is one row more than asked for; in the other
 * direction, whether a cursor cut rows off (the row of the cursor is one).
 */
function toPage<N extends Noun>(
  list: ListQuery,
  order: Order,
  found: FoundRows<N>,
  places: number[],
  memory: MemoryOrder | undefined,
): Page<Rows[N]> {
  const { limit, backwards } = pageSize(list);
  const hasMore = places.length > limit;
  if (hasMore) places.length = limit;
  if (backwards) places.reverse();
  const rows = places.map((place) => found.row(place));
  return {
    rows,
    hasNextPage: backwards ? list.before !== undefined : hasMore,
    hasPreviousPage: backwards ? hasMore : list.after !== undefined,
    cursor(index) {
      const row = rows[index] as Record<string, unknown> | undefined;
      if (row === undefined) throw new RangeError(`the page has no row ${index}`);
      if (list.cursors === false) throw new Error('cursors of a page that was read without them');
      return cursorOf(order, row, memory ? relatedNames(memory, row) : found.related(places[index] as number));
    },
  };
}

const emptyPage = (list: ListQuery): Page<never> => ({
  rows: [],
  hasNextPage: list.first === undefined && list.before !== undefined,
  hasPreviousPage: list.first !== undefined && list.after !== undefined,
  cursor(index) {
    throw new RangeError(`the page has no row ${index}`);
  },
});
