import { sql } from 'kysely';
import type { ListQuery } from '../domain/filter.ts';
import type { Dialect } from './dialect.ts';
import { columnOf, type FilterCompiler, fromOf } from './filter-sql.ts';
import { listConditions } from './list-conditions.ts';
import { groupOf, keyColumn, keyTableSql, type Parents } from './list-parents.ts';
import type { Sql } from './mask-sql.ts';
import { nounInfo } from './nouns.ts';
import { type Order, orderSql, totalOrder } from './order-sql.ts';
import { snakeCase } from './rows.ts';
import type { Noun, ParentKey } from './store.ts';

/** Keeps both databases from merging the table of keys into the query around it, and so from computing bounds row by row. */
const FENCE = sql` LIMIT 1000000000`;

/**
 * Parents that know where their page ends. Where, apart from the parent, a single integer of the key orders the children
 * (lumisections of runs, issues of files), the index gives the last one of each page at once; then a thousand runs cost a
 * thousand pages, not all their lumisections. Undefined for any other order.
 */
export function boundedParents(
  dialect: Dialect,
  noun: Noun,
  list: ListQuery,
  order: Order,
  parents: readonly ParentKey[],
  page: { limit: number; backwards: boolean },
): ((filters: FilterCompiler) => Pick<Parents, 'from' | 'conditions'>) | undefined {
  if (parents.length < 2) return undefined;
  const fields = Object.keys(parents[0] ?? {});
  const { key } = nounInfo(noun);
  const [term, more] = order.terms.filter(({ own }) => own === undefined || !fields.includes(own));
  if (!term?.own || more || term.field.type !== 'int' || term.field.nullable) return undefined;
  if (key.length !== fields.length + 1 || !key.every((field) => field === term.own || fields.includes(field)))
    return undefined;
  const child = term.own;
  const keys = [...new Map(parents.map((parent) => [groupOf(fields.map((field) => parent[field])), parent])).values()];
  const columns = fields.map((field) => keyColumn(field, keys[0]?.[field]));
  const table = keyTableSql(
    dialect,
    'p',
    columns,
    keys.map((parent) => fields.map((field) => parent[field] as string | number)),
  );
  const isLess = term.descending === page.backwards;
  return (filters) => {
    const same = (alias: string, of: string) =>
      sql.join(
        fields.map((field) => sql`${columnOf(noun, alias, field)} = ${sql.raw(`${of}.${snakeCase(field)}`)}`),
        sql` AND `,
      );
    const inner = totalOrder(noun, 'u', list.orderBy);
    const conditions = [same('u', 'p'), ...listConditions(dialect, noun, 'u', list, inner, filters)];
    const last = sql`SELECT ${columnOf(noun, 'u', child)} FROM ${fromOf(noun, 'u')} WHERE ${sql.join(conditions, sql` AND `)}
      ORDER BY ${orderSql(dialect, inner, page.backwards)} LIMIT 1 OFFSET ${page.limit}`;
    const open = sql.lit(isLess ? 2_147_483_647 : -2_147_483_648);
    const bounded: Sql = sql`(SELECT p.*, coalesce((${last}), ${open}) AS bound FROM ${table}${FENCE}) k`;
    return {
      from: [bounded],
      conditions: [same('t', 'k'), sql`${columnOf(noun, 't', child)} ${sql.raw(isLess ? '<=' : '>=')} k.bound`],
    };
  };
}
