import { sql } from 'kysely';
import type { Filter } from '../domain/filter.ts';
import { fromOf } from './filter-sql.ts';
import type { Sql } from './mask-sql.ts';
import type { Noun } from './store.ts';

/**
 * What counts rows of a noun. Histograms and values are counted in run_monitor_element, which has a row for each run, dataset and
 * monitor element, unless the filter asks for more than those: the hot tables are never scanned to be counted.
 */
export function countSource(
  noun: Noun,
  filter: Filter | undefined,
  parentFields: readonly string[] = [],
): { table: Sql; count: Sql } {
  const counted = COUNTED[noun];
  if (!counted || !parentFields.every((field) => KEYS.has(field)) || (filter !== undefined && !isOfKeys(filter))) {
    return { table: fromOf(noun, 't'), count: sql`count(*)` };
  }
  return { table: sql`run_monitor_element t`, count: sql`coalesce(sum(${sql.raw(`t.${counted}`)}), 0)` };
}

const COUNTED: Partial<Record<Noun, string>> = {
  lumisectionHistogram: 'lumisection_count',
  runHistogram: 'run_histogram_count',
  scalarValue: 'scalar_count',
  qualityTest: 'quality_test_count',
};

/** Columns of run_monitor_element, named there as in the tables of histograms. */
const KEYS = new Set(['runNumber', 'datasetId', 'monitorElementId']);
const KEY_RELATIONS = new Set(['run', 'dataset', 'monitorElement']);

/** Whether a filter tests nothing but run, dataset and monitor element of a histogram. */
export function isOfKeys(filter: Filter): boolean {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return filter.of.every(isOfKeys);
    case 'not':
      return isOfKeys(filter.of);
    case 'related':
      return KEY_RELATIONS.has(filter.field);
    case 'test':
      return KEYS.has(filter.field);
    case 'mask':
    case 'set':
      return false;
  }
}

/** What of a conjunction tests the keys alone; undefined where nothing does. */
export function keyPart(where: Filter | undefined): Filter | undefined {
  if (where === undefined || isOfKeys(where)) return where;
  if (where.kind !== 'and') return undefined;
  const of = where.of.filter(isOfKeys);
  return of.length === 0 ? undefined : { kind: 'and', of };
}
