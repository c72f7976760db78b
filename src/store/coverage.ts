import { sql } from 'kysely';
import type { Filter } from '../domain/filter.ts';
import { LuminosityMask } from '../domain/lumi-mask.ts';
import type { CheckedQuery } from './checked-query.ts';
import type { FilterCompiler } from './filter-sql.ts';
import type { Sql } from './mask-sql.ts';
import { isOneOf } from './test-sql.ts';
import { rangesSql } from './trends.ts';

/** Whose coverage: a run and a dataset, and what is expected of them. */
export interface CoverageScope {
  readonly run: number;
  readonly datasetId: number;
  /** Of lumisections: those that are expected, as far as they are stored. */
  readonly lumisections: Filter | undefined;
  /** Of monitor elements. */
  readonly elements: Filter | undefined;
  /** What these runs have per lumisection is expected of the run too. */
  readonly referenceRuns: readonly number[];
}

/** How many per-LS histograms a monitor element has, and how many of them are empty (integral 0), by run_monitor_element. */
export interface CoveredElement {
  readonly monitorElementId: number;
  readonly path: string;
  readonly present: number;
  readonly empty: number;
}

/** What is there and what is missing, without a look at bins. */
export interface Coverages {
  /** Stored lumisections of the run that are expected. */
  expected(scope: CoverageScope): Promise<LuminosityMask>;
  /** By path, behind `after`; the first `most`. */
  elements(scope: CoverageScope, page: { after: string | undefined; most: number }): Promise<CoveredElement[]>;
  /** Lumisections with a histogram (`empty`: an empty one) of each of the elements; none of those that have none. */
  lumisections(
    scope: CoverageScope,
    elementIds: readonly number[],
    which: 'present' | 'empty',
  ): Promise<Map<number, LuminosityMask>>;
  /** Expected lumisections behind `after` with the number of elements that they have, those alone that have fewer than `below`. */
  counts(
    scope: CoverageScope,
    elementIds: readonly number[],
    page: { after: number; most: number; below: number | undefined },
  ): Promise<{ lumisection: number; present: number }[]>;
  /** How many of the elements are empty, by lumisection; without those that have none. */
  emptyCounts(
    scope: CoverageScope,
    elementIds: readonly number[],
    lumisections: readonly number[],
  ): Promise<Map<number, number>>;
  /** Which of the elements lumisections have; without those that have none. */
  elementsOf(scope: CoverageScope, lumisections: readonly number[]): Promise<Map<number, Set<number>>>;
}

export function createCoverages(query: CheckedQuery): Coverages {
  const { dialect } = query.database;
  const isIn = (column: string, values: readonly number[]) => isOneOf(dialect, sql.raw(column), 'int', values);
  const isExpected = (filters: FilterCompiler, { run, lumisections }: CoverageScope): Sql =>
    sql`l.run_number = ${run}${lumisections ? sql` AND ${filters.compile('lumisection', 'l', lumisections).sql}` : sql``}`;
  const isCovered = ({ run, datasetId }: CoverageScope): Sql =>
    sql`t.run_number = ${run} AND t.dataset_id = ${datasetId}`;

  return {
    async expected(scope) {
      const rows = await query.rows('lumisection', scope.lumisections, (filters) =>
        rangesSql(sql`l.run_number`, sql`l.number`, sql`lumisection l WHERE ${isExpected(filters, scope)}`),
      );
      return maskOf(
        scope.run,
        rows.map(([, first, last]) => [first as number, last as number]),
      );
    },

    async elements(scope, { after, most }) {
      const { run, datasetId, elements, referenceRuns } = scope;
      const ofRun = (column: string) =>
        sql`CAST(sum(CASE WHEN e.run_number = ${run} THEN ${sql.raw(column)} ELSE 0 END) AS INTEGER)`;
      const collation = sql.raw(dialect.binaryCollation);
      const rows = (await query.rows('monitorElement', elements, (filters) => {
        const condition = elements ? sql` AND ${filters.compile('monitorElement', 'm', elements).sql}` : sql``;
        const behind = after === undefined ? sql`` : sql` AND m.path ${collation} > ${after}`;
        return sql`SELECT m.id, m.path, ${ofRun('e.lumisection_count')}, ${ofRun('e.empty_count')}
          FROM run_monitor_element e CROSS JOIN monitor_element m
          WHERE ${isIn('e.run_number', [...new Set([run, ...referenceRuns])])} AND e.dataset_id = ${datasetId}
            AND e.lumisection_count > 0 AND m.id = e.monitor_element_id${condition}${behind}
          GROUP BY m.id, m.path ORDER BY m.path ${collation} LIMIT ${most}`;
      })) as [number, string, number, number][];
      return rows.map(([monitorElementId, path, present, empty]) => ({ monitorElementId, path, present, empty }));
    },

    async lumisections(scope, elementIds, which) {
      if (elementIds.length === 0) return new Map();
      const source = sql`lumisection_histogram t WHERE ${isCovered(scope)} AND ${isIn('t.monitor_element_id', elementIds)}${which === 'empty' ? sql` AND t.integral = 0` : sql``}`;
      const rows = (await query.send(rangesSql(sql`t.monitor_element_id`, sql`t.lumisection_number`, source))) as [
        number,
        number,
        number,
      ][];
      const byElement = new Map<number, [number, number][]>();
      for (const [element, first, last] of rows) {
        const known = byElement.get(element);
        if (known) known.push([first, last]);
        else byElement.set(element, [[first, last]]);
      }
      return new Map([...byElement].map(([element, ranges]) => [element, maskOf(scope.run, ranges)]));
    },

    async counts(scope, elementIds, { after, most, below }) {
      const { lumisections, datasetId } = scope;
      const rows = await query.rows('lumisection', lumisections, (filters) => {
        // bound once, before the groups: it may be a long list
        const fewer = below === undefined ? sql`` : sql` HAVING count(t.monitor_element_id) < ${below}`;
        return sql`SELECT l.number, count(t.monitor_element_id) FROM lumisection l
          LEFT JOIN lumisection_histogram t ON t.run_number = l.run_number AND t.lumisection_number = l.number
            AND t.dataset_id = ${datasetId} AND ${isIn('t.monitor_element_id', elementIds)}
          WHERE ${isExpected(filters, scope)} AND l.number > ${after}
          GROUP BY l.number${fewer} ORDER BY l.number LIMIT ${most}`;
      });
      return rows.map(([lumisection, present]) => ({ lumisection: lumisection as number, present: present as number }));
    },

    async emptyCounts(scope, elementIds, lumisections) {
      const rows = await query.send(sql`SELECT t.lumisection_number, count(*) FROM lumisection_histogram t
        WHERE ${isCovered(scope)} AND ${isIn('t.lumisection_number', lumisections)}
          AND ${isIn('t.monitor_element_id', elementIds)} AND t.integral = 0 GROUP BY t.lumisection_number`);
      return new Map(rows as [number, number][]);
    },

    async elementsOf(scope, lumisections) {
      const rows = await query.send(sql`SELECT t.lumisection_number, t.monitor_element_id FROM lumisection_histogram t
        WHERE ${isCovered(scope)} AND ${isIn('t.lumisection_number', lumisections)}`);
      const byLumisection = new Map<number, Set<number>>();
      for (const [lumisection, element] of rows as [number, number][]) {
        const known = byLumisection.get(lumisection);
        if (known) known.add(element);
        else byLumisection.set(lumisection, new Set([element]));
      }
      return byLumisection;
    },
  };
}

const maskOf = (run: number, ranges: readonly (readonly [number, number])[]) =>
  LuminosityMask.fromRanges([{ run, ranges: ranges.map(([first, last]) => ({ first, last })) }]);
