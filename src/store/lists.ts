import { sql } from 'kysely';
import { InvalidInputError } from '../domain/errors.ts';
import type { Filter, ListQuery, Page } from '../domain/filter.ts';
import type { CheckedQuery } from './checked-query.ts';
import { countSource } from './count-source.ts';
import { type FilterCompiler, fromOf } from './filter-sql.ts';
import { groupOf, type Parents, parentsSql } from './list-parents.ts';
import { cursorColumns, cursorOf, numbered, rowColumns, toRows } from './list-rows.ts';
import type { Sql } from './mask-sql.ts';
import { beyond, type Order, orderSql, totalOrder } from './order-sql.ts';
import type { Lists, Noun, ParentKey, Rows } from './store.ts';

const ALL: Parents = { from: [], conditions: [], groups: [], keyOf: () => '' };

export function createLists(query: CheckedQuery): Lists {
  const { dialect } = query.database;

  /** Pages by group; a group without rows is absent. */
  async function groupedPages<N extends Noun>(
    noun: N,
    list: ListQuery,
    parents: Parents,
  ): Promise<Map<string, Page<Rows[N]>>> {
    const order = totalOrder(noun, 't', list.orderBy);
    const { limit, backwards } = pageSize(list);
    const groupCount = parents.groups.length;
    const related = cursorColumns(order);
    const columns = [
      numbered(rowColumns(noun, 't'), 'f'),
      ...(related.length > 0 ? [numbered(related, 'o')] : []),
      ...(groupCount > 0 ? [numbered(parents.groups, 'g')] : []),
    ];
    const rows = await query.rows(noun, list.where, (filters) => {
      const conditions = [...parents.conditions, ...order.joins, ...listConditions(noun, list, order, filters)];
      const source = sql`FROM ${from([...parents.from, fromOf(noun, 't'), ...order.from])} ${where(conditions)}`;
      const sorted = orderSql(dialect, order, backwards);
      if (groupCount === 0) return sql`SELECT ${sql.join(columns)} ${source} ORDER BY ${sorted} LIMIT ${limit + 1}`;
      const place = sql`row_number() OVER (PARTITION BY ${sql.join(parents.groups)} ORDER BY ${sorted}) AS place`;
      const groups = sql.raw(parents.groups.map((_, i) => `g${i}`).join(', '));
      return sql`SELECT * FROM (SELECT ${sql.join([...columns, place])} ${source}) ranked WHERE place <= ${limit + 1} ORDER BY ${groups}, place`;
    });
    const width = rowColumns(noun, 't').length;
    const pages = new Map<string, Page<Rows[N]>>();
    for (let start = 0; start < rows.length; ) {
      const keyAt = (row: readonly unknown[]) =>
        groupOf(row.slice(width + related.length, width + related.length + groupCount));
      const key = keyAt(rows[start] as unknown[]);
      let end = start + 1;
      while (end < rows.length && groupCount > 0 && keyAt(rows[end] as unknown[]) === key) end++;
      if (groupCount === 0) end = rows.length;
      pages.set(key, toPage(noun, list, order, rows.slice(start, end), width));
      start = end;
    }
    return pages;
  }

  /** The conditions of one list that its parents do not give. */
  function listConditions(noun: Noun, list: ListQuery, order: Order, filters: FilterCompiler): Sql[] {
    const conditions: Sql[] = [];
    if (list.where) conditions.push(filters.compile(noun, 't', list.where).sql);
    if (list.after) conditions.push(beyond(dialect, order, list.after, 'after'));
    if (list.before) conditions.push(beyond(dialect, order, list.before, 'before'));
    return conditions;
  }

  async function groupedCounts(
    noun: Noun,
    filter: Filter | undefined,
    parents: Parents,
    parentFields: readonly string[],
  ): Promise<Map<string, number>> {
    const groupCount = parents.groups.length;
    const rows = await query.rows(noun, filter, (filters) => {
      const { table, count } = countSource(noun, filter, parentFields);
      const conditions = [...parents.conditions, ...(filter ? [filters.compile(noun, 't', filter).sql] : [])];
      const source = sql`FROM ${from([...parents.from, table])} ${where(conditions)}`;
      if (groupCount === 0) return sql`SELECT ${count} AS n ${source}`;
      return sql`SELECT ${count} AS n, ${numbered(parents.groups, 'g')} ${source} GROUP BY ${sql.join(parents.groups)}`;
    });
    return new Map(rows.map(([n, ...groups]) => [groupOf(groups), n as number]));
  }

  return {
    async page(noun, list) {
      return (await groupedPages(noun, list, ALL)).get('') ?? emptyPage(list);
    },
    async pages(noun, parents, list) {
      if (parents.length === 0) return [];
      const described = parentsSql(dialect, noun, 't', parents);
      const pages = await groupedPages(noun, list, described);
      return parents.map((parent) => pages.get(described.keyOf(parent)) ?? emptyPage(list));
    },
    async count(noun, filter) {
      return (await groupedCounts(noun, filter, ALL, [])).get('') ?? 0;
    },
    async counts(noun, parents, filter) {
      if (parents.length === 0) return [];
      const described = parentsSql(dialect, noun, 't', parents);
      const counts = await groupedCounts(noun, filter, described, Object.keys(parents[0] ?? {}));
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
  noun: N,
  list: ListQuery,
  order: Order,
  found: unknown[][],
  width: number,
): Page<Rows[N]> {
  const { limit, backwards } = pageSize(list);
  const hasMore = found.length > limit;
  const raw = hasMore ? found.slice(0, limit) : found;
  if (backwards) raw.reverse();
  const rows = toRows(noun, raw);
  return {
    rows,
    hasNextPage: backwards ? list.before !== undefined : hasMore,
    hasPreviousPage: backwards ? hasMore : list.after !== undefined,
    cursor(index) {
      const row = rows[index];
      if (row === undefined) throw new RangeError(`the page has no row ${index}`);
      return cursorOf(order, row as unknown as Record<string, unknown>, (raw[index] as unknown[]).slice(width));
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
