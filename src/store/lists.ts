import { sql } from 'kysely';
import { InvalidInputError } from '../domain/errors.ts';
import type { Filter, ListQuery, Page } from '../domain/filter.ts';
import type { CheckedQuery } from './checked-query.ts';
import { countSource } from './count-source.ts';
import { fromOf } from './filter-sql.ts';
import { firstKeys } from './first-keys.ts';
import { listConditions } from './list-conditions.ts';
import { groupOf, type Parents, parentsSql } from './list-parents.ts';
import { cursorColumns, cursorOf, listFields, numbered, type RowField, rowColumns, toRows } from './list-rows.ts';
import type { Sql } from './mask-sql.ts';
import { type Order, orderSql, totalOrder } from './order-sql.ts';
import { boundedParents } from './page-bounds.ts';
import { rowsPerParent } from './rows-per-parent.ts';
import type { Lists, Noun, ParentKey, Rows } from './store.ts';

const ALL: Parents = { fields: [], from: [], conditions: [], groups: [], keyOf: () => '' };

/** SQLite drops the ORDER BY of a statement that stands in the FROM of another (`CheckedQuery`), unless it has a limit. */
const KEEP_ORDER = sql.raw('LIMIT 2147483647');

export function createLists(query: CheckedQuery): Lists {
  const { dialect } = query.database;

  /** Pages by group; a group without rows is absent. */
  async function groupedPages<N extends Noun>(
    noun: N,
    list: ListQuery,
    parents: Parents,
    parentKeys: readonly ParentKey[],
  ): Promise<Map<string, Page<Rows[N]>>> {
    const order = totalOrder(noun, 't', list.orderBy);
    const { limit, backwards } = pageSize(list);
    const related = list.cursors === false ? [] : cursorColumns(order);
    const fields = listFields(noun, list, order);
    const width = fields.length;
    const extra = [...related, ...parents.groups.filter(({ field }) => field === undefined).map(({ value }) => value)];
    const columns = numbered([...rowColumns(noun, 't', fields), ...extra]);
    let next = width + related.length;
    const places = parents.groups.map(({ field }) =>
      field === undefined ? next++ : fields.findIndex(({ name }) => name === field),
    );
    const bounded = boundedParents(dialect, noun, list, order, parentKeys, { limit, backwards });
    const narrowed = parents === ALL ? firstKeys(dialect, noun, list, order, { limit, backwards }) : undefined;
    const rows = await query.rows(noun, list.where, (filters) => {
      const hanging = (bounded ?? narrowed)?.(filters) ?? parents;
      const own = listConditions(dialect, noun, 't', list, order, filters);
      const conditions = where([...hanging.conditions, ...order.joins, ...own]);
      const source = sql`FROM ${from([...hanging.from, fromOf(noun, 't'), ...order.from])} ${conditions}`;
      const sorted = orderSql(dialect, order, backwards);
      if (places.length === 0) return sql`SELECT ${columns} ${source} ORDER BY ${sorted} LIMIT ${limit + 1}`;
      const groups = sql.join(parents.groups.map(({ value }) => value));
      // cutting a few rows off afterwards is cheaper than numbering all
      if (bounded || rowsPerParent(query.references, noun, parents, list.where) <= 2 * limit) {
        return sql`SELECT ${columns} ${source} ORDER BY ${groups}, ${sorted} ${KEEP_ORDER}`;
      }
      return sql`SELECT * FROM (SELECT ${columns}, row_number() OVER (PARTITION BY ${groups} ORDER BY ${sorted}) AS place ${source}) ranked
        WHERE place <= ${limit + 1} ORDER BY ${sql.raw(places.map((place) => `c${place}`).join(', '))}, place ${KEEP_ORDER}`;
    });
    const pages = new Map<string, Page<Rows[N]>>();
    for (let start = 0; start < rows.length; ) {
      const first = rows[start] as unknown[];
      let end = start + 1;
      while (end < rows.length && places.every((place) => rows[end]?.[place] === first[place])) end++;
      const found = rows.slice(start, Math.min(end, start + limit + 1));
      pages.set(groupOf(places.map((place) => first[place])), toPage(noun, list, order, found, fields));
      start = end;
    }
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
  noun: N,
  list: ListQuery,
  order: Order,
  found: unknown[][],
  fields: readonly RowField[],
): Page<Rows[N]> {
  const { limit, backwards } = pageSize(list);
  const hasMore = found.length > limit;
  const raw = hasMore ? found.slice(0, limit) : found;
  if (backwards) raw.reverse();
  const rows = toRows(noun, raw, fields);
  return {
    rows,
    hasNextPage: backwards ? list.before !== undefined : hasMore,
    hasPreviousPage: backwards ? hasMore : list.after !== undefined,
    cursor(index) {
      const row = rows[index];
      if (row === undefined) throw new RangeError(`the page has no row ${index}`);
      if (list.cursors === false) throw new Error('cursors of a page that was read without them');
      return cursorOf(order, row as unknown as Record<string, unknown>, (raw[index] as unknown[]).slice(fields.length));
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
