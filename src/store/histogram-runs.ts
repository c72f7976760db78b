import { sql } from 'kysely';
import { chunksOf } from '../domain/chunks.ts';
import type { Filter } from '../domain/filter.ts';
import type { CheckedQuery } from './checked-query.ts';
import { keyPart } from './count-source.ts';

/** Which histograms: those of lumisections, or those of whole runs. */
export type HistogramNoun = 'lumisectionHistogram' | 'runHistogram';

/** How many histograms a run has, of those that a filter may select. */
export interface HistogramRun {
  readonly run: number;
  readonly count: number;
}

const COUNTS = { lumisectionHistogram: 't.lumisection_count', runHistogram: 't.run_histogram_count' } as const;

/**
 * The runs from `from` on, ascending, that may hold histograms of the filter, with the most that each can hold: as
 * run_monitor_element counts them, under those conditions of the filter that test run, dataset and monitor element alone. So
 * who walks through all histograms of a filter never has to search through the others. One SQL statement.
 */
export async function histogramRuns(
  query: CheckedQuery,
  noun: HistogramNoun,
  where: Filter | undefined,
  from: number,
): Promise<HistogramRun[]> {
  const count = sql.raw(COUNTS[noun]);
  const filter = keyPart(where);
  const rows = await query.rows(noun, filter, (filters) => {
    const condition = filter ? sql`AND ${filters.compile(noun, 't', filter).sql}` : sql``;
    return sql`SELECT t.run_number, CAST(sum(${count}) AS INTEGER) FROM run_monitor_element t
      WHERE t.run_number >= ${from} AND ${count} > 0 ${condition} GROUP BY t.run_number ORDER BY t.run_number LIMIT 2147483647`;
  });
  return rows.map(([run, count]) => ({ run: run as number, count: count as number }));
}

/** Runs that hold about so many histograms together are asked for at once, and not more runs than that. */
const AT_ONCE = { weight: 5_000, items: 200 };

/** Numbers of runs in their order, so many at once as hold about 5,000 histograms together. */
export function* chunksOfRuns(runs: readonly HistogramRun[]): Generator<number[], void, undefined> {
  for (const chunk of chunksOf(runs, ({ count }) => count, AT_ONCE)) yield chunk.map(({ run }) => run);
}

/** Ids of the monitor elements and the datasets that histograms of the filter may have, each ascending. Two SQL statements. */
export async function histogramDimensions(
  query: CheckedQuery,
  noun: HistogramNoun,
  where: Filter | undefined,
): Promise<{ monitorElements: number[]; datasets: number[] }> {
  const filter = keyPart(where);
  const distinct = async (column: 'monitor_element_id' | 'dataset_id') => {
    const rows = await query.rows(noun, filter, (filters) => {
      const condition = filter ? sql`AND ${filters.compile(noun, 't', filter).sql}` : sql``;
      const id = sql.raw(`t.${column}`);
      return sql`SELECT DISTINCT ${id} FROM run_monitor_element t WHERE ${sql.raw(COUNTS[noun])} > 0 ${condition}`;
    });
    return rows.map(([id]) => id as number).sort((a, b) => a - b);
  };
  return { monitorElements: await distinct('monitor_element_id'), datasets: await distinct('dataset_id') };
}

/** Names of the datasets that have histograms of a monitor element, by code point. */
export async function datasetsOfElement(
  query: CheckedQuery,
  noun: HistogramNoun,
  monitorElementId: number,
): Promise<string[]> {
  const rows =
    await query.send(sql`SELECT DISTINCT d.name FROM run_monitor_element t JOIN dataset d ON d.id = t.dataset_id
    WHERE t.monitor_element_id = ${monitorElementId} AND ${sql.raw(COUNTS[noun])} > 0`);
  return rows.map(([name]) => name as string).sort((a, b) => (a < b ? -1 : 1));
}
