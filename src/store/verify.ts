import type { Queries } from './database.ts';

/** Something in the database that contradicts itself. */
export interface Finding {
  /** Stable, for programs. */
  readonly check: string;
  /** What must hold, in words. */
  readonly rule: string;
  /** Rows that break it. */
  readonly count: number;
  /** Some of them, each as `column value, ...`. */
  readonly examples: readonly string[];
}

interface Check {
  readonly check: string;
  readonly rule: string;
  /** Selects the rows that break the rule: whatever columns name them. */
  readonly sql: string;
}

/** The tables of histograms have keys where others have foreign keys: each edge of theirs is one check. */
const EDGES: readonly [table: string, other: string, on: readonly (readonly [string, string])[]][] = [
  ['lumisection_histogram', 'run', [['run_number', 'number']]],
  [
    'lumisection_histogram',
    'lumisection',
    [
      ['run_number', 'run_number'],
      ['lumisection_number', 'number'],
    ],
  ],
  ['lumisection_histogram', 'monitor_element', [['monitor_element_id', 'id']]],
  ['lumisection_histogram', 'dataset', [['dataset_id', 'id']]],
  ['lumisection_histogram', 'binning', [['binning_id', 'id']]],
  ['lumisection_histogram', 'data_file', [['file_id', 'id']]],
  ['run_histogram', 'data_file', [['file_id', 'id']]],
  ['contribution', 'monitor_element', [['monitor_element_id', 'id']]],
  ['contribution', 'data_file', [['file_id', 'id']]],
];

const orphans = EDGES.map(([table, other, on]): Check => {
  const columns = on.map(([column]) => `h.${column}`).join(', ');
  const nulls = on.map(([column]) => `h.${column} IS NOT NULL`).join(' AND ');
  const same = on.map(([column, theirs]) => `o.${theirs} = h.${column}`).join(' AND ');
  return {
    check: `orphan:${table}:${other}`,
    rule: `every ${table} has its ${other}`,
    sql: `SELECT DISTINCT ${columns} FROM ${table} h
          WHERE ${nulls} AND NOT EXISTS (SELECT 1 FROM ${other} o WHERE ${same})`,
  };
});

const KEY = 'run_number, dataset_id, monitor_element_id';

/** Counts kept beside the rows, against the rows. */
const counts: readonly Check[] = [
  {
    check: 'count:run_monitor_element',
    rule: 'run_monitor_element counts what is stored of a run, dataset and monitor element',
    sql: `SELECT ${KEY}, sum(kept_ls) AS kept_ls, sum(ls) AS ls, sum(kept_empty) AS kept_empty, sum(empty) AS empty,
            sum(kept_run) AS kept_run, sum(run_level) AS run_level
          FROM (
            SELECT ${KEY}, lumisection_count AS kept_ls, 0 AS ls, empty_count AS kept_empty, 0 AS empty,
              run_histogram_count AS kept_run, 0 AS run_level FROM run_monitor_element
            UNION ALL
            SELECT ${KEY}, 0, count(*), 0, sum(CASE WHEN integral = 0 THEN 1 ELSE 0 END), 0, 0
              FROM lumisection_histogram GROUP BY ${KEY}
            UNION ALL
            SELECT ${KEY}, 0, 0, 0, 0, 0, count(*) FROM run_histogram GROUP BY ${KEY}
          ) c
          GROUP BY ${KEY}
          HAVING sum(kept_ls) <> sum(ls) OR sum(kept_empty) <> sum(empty) OR sum(kept_run) <> sum(run_level)`,
  },
  {
    check: 'count:rows_of_file',
    rule: 'a file brought at least as many histograms as the ledger says were inserted and never more than it settled',
    sql: `SELECT f.id, f.path, f.inserted, f.identical, f.replaced, r.stored
          FROM data_file f
          JOIN (
            SELECT file_id, sum(stored) AS stored FROM (
              SELECT file_id, count(*) AS stored FROM lumisection_histogram GROUP BY file_id
              UNION ALL SELECT file_id, count(*) FROM run_histogram GROUP BY file_id
            ) s GROUP BY file_id
          ) r ON r.file_id = f.id
          WHERE f.status = 'DONE' AND r.stored > f.inserted + f.identical + f.conflicting + f.replaced`,
  },
  {
    check: 'count:issues_of_file',
    rule: 'every rejected or conflicting row of a file is one issue',
    sql: `SELECT f.id, f.path, f.rejected, f.conflicting,
            coalesce(i.rejected, 0) AS rejected_issues, coalesce(i.conflicting, 0) AS conflicting_issues
          FROM data_file f
          LEFT JOIN (
            SELECT file_id, sum(CASE WHEN severity = 'REJECTED' THEN 1 ELSE 0 END) AS rejected,
              sum(CASE WHEN severity = 'CONFLICTING' THEN 1 ELSE 0 END) AS conflicting
            FROM ingest_issue GROUP BY file_id
          ) i ON i.file_id = f.id
          WHERE f.status = 'DONE'
            AND (f.rejected <> coalesce(i.rejected, 0) OR f.conflicting <> coalesce(i.conflicting, 0))`,
  },
];

const EXAMPLES = 5;

/** Looks for whatever contradicts itself: rows whose edges lead nowhere, counts that do not agree. Reads only. */
export async function verifyDatabase(queries: Queries): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const { check, rule, sql } of [...orphans, ...counts]) {
    const [found] = await queries.all<{ count: number }>(`SELECT count(*) AS count FROM (${sql}) q`);
    if (!found || Number(found.count) === 0) continue;
    const rows = await queries.all<Record<string, unknown>>(`${sql} LIMIT ${EXAMPLES}`);
    const examples = rows.map((row) =>
      Object.entries(row)
        .map(([column, value]) => `${column} ${value}`)
        .join(', '),
    );
    findings.push({ check, rule, count: Number(found.count), examples });
  }
  return findings;
}
