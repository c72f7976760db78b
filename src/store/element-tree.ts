import { sql } from 'kysely';
import type { Filter } from '../domain/filter.ts';
import type { CheckedQuery } from './checked-query.ts';
import type { FilterCompiler } from './filter-sql.ts';
import type { Sql } from './mask-sql.ts';

/** Where in the tree that the slashes of paths make: all paths there begin with `prefix`, which is empty or ends with a slash. */
export interface TreePlace {
  readonly prefix: string;
  /** Only monitor elements that the run, the dataset, or the run in the dataset has anything of. */
  readonly run: number | undefined;
  readonly datasetId: number | undefined;
  /** On monitor elements. */
  readonly where: Filter | undefined;
}

export interface TreeFolder {
  /** What stands between the prefix and the next slash. */
  readonly name: string;
  /** Of monitor elements, however deep. */
  readonly count: number;
}

/** Monitor elements as a tree. Names and paths are ordered by code point; what is ordered begins behind `after`. */
export interface ElementTree {
  folders(place: TreePlace, page: { after: string | undefined; most: number }): Promise<TreeFolder[]>;
  /** Ids of the monitor elements that lie in no further folder. */
  elements(place: TreePlace, page: { after: string | undefined; most: number }): Promise<number[]>;
  /** Of monitor elements, however deep. */
  count(place: TreePlace): Promise<number>;
  /** Histograms, of lumisections and runs together, by folder (null: in no further one). */
  histogramCounts(place: TreePlace): Promise<Map<string | null, number>>;
}

export function createElementTree(query: CheckedQuery): ElementTree {
  const { dialect } = query.database;
  const collation = sql.raw(dialect.binaryCollation);
  const position = sql.raw(dialect.positionFunction);

  const rest = ({ prefix }: TreePlace) => sql`substr(m.path, ${sql.raw(String([...prefix].length + 1))})`;
  const slash = (place: TreePlace) => sql`${position}(${rest(place)}, '/')`;
  const ofScope = ({ run, datasetId }: TreePlace): Sql[] => [
    ...(run === undefined ? [] : [sql`e.run_number = ${run}`]),
    ...(datasetId === undefined ? [] : [sql`e.dataset_id = ${datasetId}`]),
  ];
  const below = (filters: FilterCompiler, place: TreePlace): Sql => {
    const { prefix, where } = place;
    const scope = ofScope(place);
    const conditions = [
      sql`substr(m.path, 1, ${sql.raw(String([...prefix].length))}) = ${prefix}`,
      ...(where ? [filters.compile('monitorElement', 'm', where).sql] : []),
      ...(scope.length > 0
        ? [sql`m.id IN (SELECT e.monitor_element_id FROM run_monitor_element e WHERE ${sql.join(scope, sql` AND `)})`]
        : []),
    ];
    return sql`monitor_element m WHERE ${sql.join(conditions, sql` AND `)}`;
  };
  const behind = (column: Sql, after: string | undefined) =>
    after === undefined ? sql`` : sql` AND ${column} ${collation} > ${after}`;

  return {
    async folders(place, { after, most }) {
      const rows = await query.rows('monitorElement', place.where, (filters) => {
        const name = sql`substr(${rest(place)}, 1, ${slash(place)} - 1) AS name`;
        return sql`SELECT q.name, count(*) FROM (SELECT ${name} FROM ${below(filters, place)} AND ${slash(place)} > 0) q
          WHERE 1 = 1${behind(sql`q.name`, after)} GROUP BY q.name ORDER BY q.name ${collation} LIMIT ${most}`;
      });
      return rows.map(([name, count]) => ({ name: name as string, count: count as number }));
    },

    async elements(place, { after, most }) {
      const rows = await query.rows(
        'monitorElement',
        place.where,
        (filters) =>
          sql`SELECT m.id FROM ${below(filters, place)} AND ${slash(place)} = 0${behind(sql`m.path`, after)}
            ORDER BY m.path ${collation} LIMIT ${most}`,
      );
      return rows.map(([id]) => id as number);
    },

    async count(place) {
      const rows = await query.rows(
        'monitorElement',
        place.where,
        (filters) => sql`SELECT count(*) FROM ${below(filters, place)}`,
      );
      return rows[0]?.[0] as number;
    },

    async histogramCounts(place) {
      const scope = sql.join([sql`e.monitor_element_id = q.id`, ...ofScope(place)], sql` AND `);
      const rows = (await query.rows('monitorElement', place.where, (filters) => {
        const name = sql`CASE WHEN ${slash(place)} = 0 THEN NULL ELSE substr(${rest(place)}, 1, ${slash(place)} - 1) END AS name`;
        return sql`SELECT CAST(coalesce(sum(e.lumisection_count + e.run_histogram_count), 0) AS BIGINT), q.name
          FROM (SELECT m.id, ${name} FROM ${below(filters, place)}) q CROSS JOIN run_monitor_element e
          WHERE ${scope} GROUP BY q.name`;
      })) as [number, string | null][];
      return new Map(rows.map(([count, name]) => [name, count]));
    },
  };
}
