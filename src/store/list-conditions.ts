import type { ListQuery } from '../domain/filter.ts';
import type { Dialect } from './dialect.ts';
import type { FilterCompiler } from './filter-sql.ts';
import type { Sql } from './mask-sql.ts';
import { beyond, type Order } from './order-sql.ts';
import type { Noun } from './store.ts';

/** The conditions of a list that its parents do not give: its filter and its cursors. */
export function listConditions(
  dialect: Dialect,
  noun: Noun,
  alias: string,
  list: ListQuery,
  order: Order,
  filters: FilterCompiler,
): Sql[] {
  const conditions: Sql[] = [];
  if (list.where) conditions.push(filters.compile(noun, alias, list.where).sql);
  if (list.after) conditions.push(beyond(dialect, order, list.after, 'after'));
  if (list.before) conditions.push(beyond(dialect, order, list.before, 'before'));
  return conditions;
}
