import { sql } from 'kysely';
import type { ListQuery } from '../domain/filter.ts';
import { isOfKeys } from './count-source.ts';
import type { Dialect } from './dialect.ts';
import type { FilterCompiler } from './filter-sql.ts';
import type { Parents } from './list-parents.ts';
import type { Sql } from './mask-sql.ts';
import { beyond, type Order, orderSql, totalOrder } from './order-sql.ts';
import type { Noun } from './store.ts';

/**
 * Histograms in their default order (monitor element, dataset, run, lumisection) come out of no index. But
 * run_monitor_element tells how many each (monitor element, dataset, run) has, so that the few of those which fill the
 * page are found first, and their histograms alone are read and sorted: a page costs the same among 10^4 and 10^8.
 * Undefined for other orders, and for filters on more than those keys, of which the table knows no counts.
 */
export function firstKeys(
  dialect: Dialect,
  noun: Noun,
  list: ListQuery,
  order: Order,
  page: { limit: number; backwards: boolean },
): ((filters: FilterCompiler) => Pick<Parents, 'from' | 'conditions'>) | undefined {
  if (noun !== 'lumisectionHistogram' || (list.where !== undefined && !isOfKeys(list.where))) return undefined;
  const isDefault = order.names.join() === 'monitorElement.path,dataset.name,runNumber,lumisectionNumber';
  if (!isDefault || order.terms.some(({ descending }) => descending !== order.terms[0]?.descending)) return undefined;
  const start = page.backwards ? list.before : list.after;
  return (filters) => {
    const whole = totalOrder(noun, 'e', list.orderBy);
    const keys: Order = { ...whole, terms: whole.terms.slice(0, 3) };
    const conditions = [
      sql`e.lumisection_count > 0`,
      ...keys.joins,
      ...(list.where ? [filters.compile(noun, 'e', list.where).sql] : []),
    ];
    let counted: Sql = sql`e.lumisection_count`;
    if (start && start.length === whole.terms.length) {
      const values = start.slice(0, 3);
      const isStart = sql.join(
        keys.terms.map(({ value }, i) => sql`${value} = ${values[i]}`),
        sql` AND `,
      );
      // what the cursor stands in counts for nothing: most of it may lie before the cursor
      counted = sql`CASE WHEN ${isStart} THEN 0 ELSE e.lumisection_count END`;
      conditions.push(sql`((${isStart}) OR ${beyond(dialect, keys, values, page.backwards ? 'before' : 'after')})`);
    }
    const before = sql`sum(${counted}) OVER (ORDER BY ${orderSql(dialect, keys, page.backwards)} ROWS UNBOUNDED PRECEDING) - ${counted}`;
    const from = sql.join([sql`run_monitor_element e`, ...keys.from], sql` CROSS JOIN `);
    // the limit cuts nothing (every key counts at least 1): it tells the planner how few keys there are
    const first = sql`(SELECT x.run_number, x.monitor_element_id, x.dataset_id FROM (
        SELECT e.run_number, e.monitor_element_id, e.dataset_id, ${before} AS before FROM ${from} WHERE ${sql.join(conditions, sql` AND `)}
      ) x WHERE x.before <= ${page.limit} LIMIT ${page.limit + 2}) k`;
    return {
      from: [first],
      conditions: [
        sql`t.run_number = k.run_number AND t.monitor_element_id = k.monitor_element_id AND t.dataset_id = k.dataset_id`,
      ],
    };
  };
}
