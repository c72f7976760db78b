import { binningOf, storedBinning } from '../domain/binning.ts';
import { decodeBins } from '../domain/codec.ts';
import { shapeOf } from '../domain/shape.ts';
import type { Queries } from './database.ts';
import type { Dialect } from './dialect.ts';
import { COUNTS } from './run-element-counts.ts';
import { VALUE_TABLES } from './scalars.ts';
import { conditionChecks } from './verify-conditions.ts';
import { predictionChecks } from './verify-predictions.ts';
import { shareChecks, wrongSums } from './verify-sums.ts';

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

type On = readonly (readonly [column: string, theirs: string])[];
type Edge = readonly [table: string, other: string, on: On];

const VALUE_EDGES: readonly (readonly [other: string, on: On])[] = [
  ['run', [['run_number', 'number']]],
  [
    'lumisection',
    [
      ['run_number', 'run_number'],
      ['lumisection_number', 'number'],
    ],
  ],
  ['monitor_element', [['monitor_element_id', 'id']]],
  ['dataset', [['dataset_id', 'id']]],
  ['data_file', [['file_id', 'id']]],
];

/** The tables of histograms and values have keys where others have foreign keys: each edge of theirs is one check. */
const EDGES: readonly Edge[] = [
  ['lumisection_histogram', 'run', [['run_number', 'number']]],
  ['watched_score', 'run', [['run_number', 'number']]],
  ['watched_run', 'run', [['run_number', 'number']]],
  ['watched_run', 'watch', [['prediction_id', 'prediction_id']]],
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
  ['job', 'data_file', [['file_id', 'id']]],
  ...VALUE_TABLES.flatMap(({ name }) => VALUE_EDGES.map(([other, on]): Edge => [name, other, on])),
  ...[
    'scalar_contribution',
    'condition_contribution',
    'fraction_contribution',
    'version_contribution',
    'dataset_contribution',
  ].map((table): Edge => [table, 'data_file', [['file_id', 'id']]]),
  ['condition_contribution', 'run', [['run_number', 'number']]],
  [
    'condition_contribution',
    'lumisection',
    [
      ['run_number', 'run_number'],
      ['lumisection_number', 'number'],
    ],
  ],
  [
    'fraction_contribution',
    'certification_fraction',
    ['run_number', 'source', 'subsystem'].map((column) => [column, column] as const),
  ],
  [
    'version_contribution',
    'certification_version',
    ['source', 'dataset', 'subsystem', 'version'].map((column) => [column, column] as const),
  ],
  ['contribution', 'monitor_element', [['monitor_element_id', 'id']]],
  ['contribution', 'data_file', [['file_id', 'id']]],
  [
    'contribution',
    'lumisection_histogram',
    ['run_number', 'monitor_element_id', 'lumisection_number', 'dataset_id'].map((column) => [column, column] as const),
  ],
  [
    'contribution',
    'run_histogram',
    ['run_number', 'monitor_element_id', 'dataset_id'].map((column) => [column, column] as const),
  ],
];

/** Lumisection 0 stands for the whole run. */
const PART: Record<string, string> = {
  'contribution:lumisection_histogram': 'h.lumisection_number > 0',
  'condition_contribution:lumisection': 'h.lumisection_number > 0',
  'scalar_value:lumisection': 'h.lumisection_number > 0',
  'quality_test:lumisection': 'h.lumisection_number > 0',
  'contribution:run_histogram': 'h.lumisection_number = 0',
};

const orphans = EDGES.map(([table, other, on]): Check => {
  const columns = on.map(([column]) => `h.${column}`).join(', ');
  const nulls = on.map(([column]) => `h.${column} IS NOT NULL`).join(' AND ');
  const same = on.map(([column, theirs]) => `o.${theirs} = h.${column}`).join(' AND ');
  return {
    check: `orphan:${table}:${other}`,
    rule: `every ${table} has its ${other}`,
    sql: `SELECT DISTINCT ${columns} FROM ${table} h
          WHERE ${nulls} AND ${PART[`${table}:${other}`] ?? '1 = 1'} AND NOT EXISTS (SELECT 1 FROM ${other} o WHERE ${same})`,
  };
});

const KEY = 'run_number, dataset_id, monitor_element_id';

/** The file of a value, and those that have it alike. */
const valueShares = VALUE_TABLES.map(({ name, qualityTest }): Check => {
  const place = ['run_number', 'lumisection_number', 'dataset_id', 'monitor_element_id'];
  const test = name === 'quality_test' ? "c.quality_test <> ''" : "c.quality_test = ''";
  return {
    check: `scalar_contribution:${name}`,
    rule: `every scalar_contribution has its ${name}, which another file brought`,
    sql: `SELECT ${place.map((column) => `c.${column}`).join(', ')}, c.quality_test, c.file_id FROM scalar_contribution c
          WHERE ${test} AND NOT EXISTS (SELECT 1 FROM ${name}
            WHERE ${place.map((column) => `${name}.${column} = c.${column}`).join(' AND ')}
              AND ${qualityTest} = c.quality_test AND ${name}.file_id <> c.file_id)`,
  };
});

/** What the rows of each table say of the counts that are kept of them. */
const COUNTED: readonly (readonly [table: string, counts: Partial<Record<(typeof COUNTS)[number], string>>])[] = [
  [
    'lumisection_histogram',
    { lumisection_count: 'count(*)', empty_count: 'sum(CASE WHEN integral = 0 THEN 1 ELSE 0 END)' },
  ],
  ['run_histogram', { run_histogram_count: 'count(*)' }],
  ['scalar_value', { scalar_count: 'count(*)' }],
  ['quality_test', { quality_test_count: 'count(*)' }],
];

/** Counts kept beside the rows, against the rows. */
const counts: readonly Check[] = [
  {
    check: 'count:run_monitor_element',
    rule: 'run_monitor_element counts what is stored of a run, dataset and monitor element',
    sql: `SELECT ${KEY}, ${COUNTS.map((count) => `sum(kept_${count}) AS kept_${count}, sum(${count}) AS ${count}`).join(', ')}
          FROM (
            SELECT ${KEY}, ${COUNTS.map((count) => `${count} AS kept_${count}, 0 AS ${count}`).join(', ')} FROM run_monitor_element
            UNION ALL ${COUNTED.map(
              ([table, counted]) =>
                `SELECT ${KEY}, ${COUNTS.map((count) => `0, ${counted[count] ?? 0}`).join(', ')} FROM ${table} GROUP BY ${KEY}`,
            ).join(' UNION ALL ')}
          ) c
          GROUP BY ${KEY} HAVING ${COUNTS.map((count) => `sum(kept_${count}) <> sum(${count})`).join(' OR ')}`,
  },
  {
    check: 'contribution:owner',
    rule: 'the file that brought a histogram is not among those that have it alike',
    sql: `SELECT c.run_number, c.monitor_element_id, c.lumisection_number, c.dataset_id, c.file_id FROM contribution c
          WHERE EXISTS (SELECT 1 FROM lumisection_histogram h WHERE h.run_number = c.run_number
            AND h.monitor_element_id = c.monitor_element_id AND h.lumisection_number = c.lumisection_number
            AND h.dataset_id = c.dataset_id AND h.file_id = c.file_id)
          OR c.lumisection_number = 0 AND EXISTS (SELECT 1 FROM run_histogram h WHERE h.run_number = c.run_number
            AND h.monitor_element_id = c.monitor_element_id AND h.dataset_id = c.dataset_id AND h.file_id = c.file_id)`,
  },
  {
    check: 'count:rows_of_file',
    rule: 'a file brought at least as many histograms and values as the ledger says were inserted and never more than it settled',
    sql: `SELECT f.id, f.path, f.inserted, f.identical, f.replaced, r.stored
          FROM data_file f
          JOIN (
            SELECT file_id, sum(stored) AS stored FROM (
              SELECT file_id, count(*) AS stored FROM lumisection_histogram GROUP BY file_id
              UNION ALL SELECT file_id, count(*) FROM run_histogram GROUP BY file_id
              UNION ALL SELECT file_id, count(*) FROM scalar_value GROUP BY file_id
              UNION ALL SELECT file_id, count(*) FROM quality_test GROUP BY file_id
            ) s GROUP BY file_id
          ) r ON r.file_id = f.id
          WHERE f.status = 'DONE' AND r.stored > f.inserted + f.identical + f.conflicting + f.replaced + f.added`,
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

/** Binnings and histograms that are read whole: all of the former, so many of the latter, spread over the runs. */
const SAMPLE = 1_000;

/**
 * Looks for whatever contradicts itself: rows whose edges lead nowhere, counts that do not agree, binnings that changed,
 * and (in a sample) bins that cannot be read. Reads only.
 */
export async function verifyDatabase(queries: Queries, dialect: Dialect): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const { check, rule, sql } of [
    ...orphans,
    ...shareChecks,
    ...valueShares,
    ...conditionChecks,
    ...predictionChecks,
    ...counts,
  ]) {
    const [found] = await queries.all<{ count: number }>(`SELECT count(*) AS count FROM (${sql}) q`);
    if (!found || Number(found.count) === 0) continue;
    const rows = await queries.all<Record<string, unknown>>(`${sql} LIMIT ${EXAMPLES}`);
    findings.push({ check, rule, count: Number(found.count), examples: rows.map(describe) });
  }
  findings.push(
    ...finding('binning:hash', 'the hash of a binning is that of its axes and title', await changedBinnings(queries)),
    ...finding(
      'bins:lumisection_histogram',
      'the bins of a histogram decode to the shape of its binning (a sample is read)',
      await brokenBins(queries, 'lumisection_histogram'),
    ),
    ...finding(
      'bins:run_histogram',
      'the bins of a histogram decode to the shape of its binning (a sample is read)',
      await brokenBins(queries, 'run_histogram'),
    ),
    ...finding(
      'share:sum',
      'a histogram is the sum of its shares (a sample is added up)',
      await wrongSums(queries, dialect),
    ),
  );
  return findings;
}

const describe = (row: Record<string, unknown>) =>
  Object.entries(row)
    .map(([column, value]) => `${column} ${value}`)
    .join(', ');

const finding = (check: string, rule: string, rows: readonly Record<string, unknown>[]): Finding[] =>
  rows.length === 0 ? [] : [{ check, rule, count: rows.length, examples: rows.slice(0, EXAMPLES).map(describe) }];

async function changedBinnings(queries: Queries) {
  const rows = await queries.all<{ id: number; hash: string; title: string; axes: string }>(
    'SELECT id, hash, title, axes FROM binning ORDER BY id',
  );
  return rows.flatMap(({ id, hash, title, axes }) => {
    const problem = problemOf(() => storedBinning(binningOf({ title, axes })).hash === hash || 'another hash');
    return problem === null ? [] : [{ id, problem }];
  });
}

async function brokenBins(queries: Queries, table: 'lumisection_histogram' | 'run_histogram') {
  const numbered = table === 'lumisection_histogram' ? 'h.lumisection_number' : '0';
  const runs = await queries.arrays<[number]>(
    `SELECT run_number FROM run_monitor_element GROUP BY run_number ORDER BY run_number`,
  );
  const perRun = Math.max(1, Math.floor(SAMPLE / Math.max(1, runs.length)));
  const step = Math.max(1, Math.floor(runs.length / SAMPLE));
  const broken: Record<string, unknown>[] = [];
  for (let i = 0; i < runs.length; i += step) {
    const rows = await queries.arrays<[number, number, number, number, Uint8Array, string, string]>(
      `SELECT h.run_number, h.monitor_element_id, ${numbered}, h.dataset_id, h.bins, b.title, b.axes
       FROM ${table} h JOIN binning b ON b.id = h.binning_id WHERE h.run_number = $1 AND h.bins IS NOT NULL LIMIT $2`,
      [runs[i]?.[0] as number, perRun],
    );
    for (const [run, element, lumisection, dataset, bins, title, axes] of rows) {
      const problem = problemOf(() => decodeBins(bins, shapeOf(binningOf({ title, axes }))) && true);
      if (problem !== null) broken.push({ run, element, lumisection, dataset, problem });
    }
  }
  return broken;
}

/** What `check` complained of or threw; null where it holds. */
function problemOf(check: () => true | string): string | null {
  try {
    const result = check();
    return result === true ? null : result;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
