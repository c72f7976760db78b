import { sql } from 'kysely';
import { isStorable } from '../domain/storable-text.ts';
import type { Binning, Dataset, MonitorElement } from '../generated/sqlite/client.ts';
import { lumisectionBins, runBins } from './bins-reads.ts';
import { certificationRanges, certificationsOfRuns, goodLumisections, verdictsOf } from './certification-reads.ts';
import type { CheckedQuery } from './checked-query.ts';
import { transposed } from './column-packing.ts';
import { contributionsByKey } from './contribution-reads.ts';
import { cachedRowsById, rowsByKey, tableRowsById } from './keyed-reads.ts';
import { rowColumns, toRows } from './list-rows.ts';
import { RowCache } from './row-cache.ts';
import type { Reads } from './store.ts';
import { isOneOf } from './test-sql.ts';

const BINNING_FIELDS = ['id', 'hash', 'dimension', 'title', 'axes'] as const;

/** Of rows that jobs were given and that are no more: which row the file has instead. */
async function knownFiles(query: CheckedQuery, offered: readonly number[]): Promise<Map<number, number>> {
  const isOffered = isOneOf(query.database.dialect, sql.raw('offered_file_id'), 'int', [...new Set(offered)]);
  const pairs = await query.send(sql`SELECT offered_file_id, file_id FROM job WHERE ${isOffered} ORDER BY id`);
  return new Map(pairs as [number, number][]);
}

/** Rows that are kept from one operation to the next. */
export interface KeptRows {
  readonly datasets: RowCache<Dataset>;
  readonly monitorElements: RowCache<MonitorElement>;
  readonly binnings: RowCache<Binning>;
}

export const keptRows = (): KeptRows => ({
  datasets: new RowCache(10_000),
  monitorElements: new RowCache(100_000),
  binnings: new RowCache(10_000),
});

export function createReads(query: CheckedQuery, kept: KeptRows): Reads {
  const { database } = query;
  const byId = (ids: readonly number[]) => ids.map((id) => ({ id }));
  const keyed = <Key extends object>(keys: readonly Key[]) =>
    keys as readonly (Key & Record<string, string | number>)[];

  return {
    runs: (numbers) =>
      rowsByKey(
        query,
        'run',
        numbers.map((number) => ({ number })),
      ),
    lumisections: (keys) => rowsByKey(query, 'lumisection', keys),
    datasets: cachedRowsById<Dataset>((ids) => rowsByKey(query, 'dataset', byId(ids)), {
      cache: kept.datasets,
    }),
    monitorElements: cachedRowsById<MonitorElement>((ids) => rowsByKey(query, 'monitorElement', byId(ids)), {
      cache: kept.monitorElements,
      // a later file may tell what an earlier one left open
      isFinal: ({ dimension, kind }) => dimension !== null && kind !== null,
    }),
    binnings: cachedRowsById<Binning>((ids) => tableRowsById<Binning>(query, 'binning', BINNING_FIELDS, ids), {
      cache: kept.binnings,
    }),
    lumisectionHistograms: (keys) => rowsByKey(query, 'lumisectionHistogram', keyed(keys)),
    runHistograms: (keys) => rowsByKey(query, 'runHistogram', keyed(keys)),
    contributions: (keys) => contributionsByKey(database, keys),
    lumisectionBins: (keys) => lumisectionBins(database, keys),
    runBins: (keys) => runBins(database, keys),
    scalarValues: (keys) => rowsByKey(query, 'scalarValue', keyed(keys)),
    efficiencies: async (ids) => {
      const rows = await tableRowsById<{ id: number; efficiency: boolean | number | null }>(
        query,
        'monitor_element',
        ['id', 'efficiency'],
        ids,
      );
      // an expression of SQLite holds 0 and 1
      return rows.map((row) => (row === null || row.efficiency === null ? null : Boolean(row.efficiency)));
    },
    datasetDescriptions: async (ids) => {
      const fields = ['id', 'description'] as const;
      const rows = await tableRowsById<{ id: number; description: string | null }>(query, 'dataset', fields, ids);
      return rows.map((row) => row?.description ?? null);
    },
    notes: (keys) => rowsByKey(query, 'note', keyed(keys)),
    qualityTests: (keys) => rowsByKey(query, 'qualityTest', keyed(keys)),
    dataFiles: async (ids) => {
      const rows = await rowsByKey(query, 'dataFile', byId(ids));
      const missing = ids.filter((_, i) => rows[i] === null);
      if (missing.length === 0) return rows;
      const known = await knownFiles(query, missing);
      const files = await rowsByKey(query, 'dataFile', byId([...known.values()]));
      const byOffered = new Map([...known.keys()].map((id, i) => [id, files[i] ?? null]));
      return ids.map((id, i) => rows[i] ?? byOffered.get(id) ?? null);
    },
    jobs: (ids) => rowsByKey(query, 'job', byId(ids)),
    ingestIssues: (keys) => rowsByKey(query, 'ingestIssue', keys),
    certifications: (keys) => rowsByKey(query, 'certification', keyed(keys)),
    certificationsOfRuns: (runNumbers) => certificationsOfRuns(query, runNumbers),
    certificationRanges: (keys) => certificationRanges(query, keys),
    verdicts: (scope, keys) => verdictsOf(query, scope, keys),
    goodLumisections: (source, where) => goodLumisections(query, source, where),
    datasetByName: (name) => rowByText('dataset', 'name', name),
    datasetsByName: async (names) => {
      const wanted = [...new Set(names)].filter(isStorable);
      if (wanted.length === 0) return names.map(() => null);
      const statement = sql`SELECT ${sql.join(rowColumns('dataset', 't'))} FROM dataset t WHERE ${isOneOf(database.dialect, sql.raw('t.name'), 'text', wanted)}`;
      const rows = toRows('dataset', transposed(await query.send(statement)));
      const byName = new Map(rows.map((row) => [row.name, row]));
      return names.map((name) => byName.get(name) ?? null);
    },
    monitorElementByPath: (path) => rowByText('monitorElement', 'path', path),
    histogramCounts: (ids) =>
      countsById(
        ids,
        'SELECT monitor_element_id, sum(lumisection_count + run_histogram_count) FROM run_monitor_element',
        'monitor_element_id',
        ' GROUP BY monitor_element_id',
      ),
    scalarCounts: (ids) =>
      countsById(
        ids,
        'SELECT monitor_element_id, sum(scalar_count) FROM run_monitor_element',
        'monitor_element_id',
        ' GROUP BY monitor_element_id',
      ),
    // asks each run for the dataset: the table of counts is not read as a whole
    runCounts: (ids) =>
      countsById(
        ids,
        'SELECT d.id, (SELECT count(*) FROM run r WHERE EXISTS (SELECT 1 FROM run_monitor_element e WHERE e.run_number = r.number AND e.dataset_id = d.id)) FROM dataset d',
        'd.id',
      ),
  };

  async function rowByText<N extends 'dataset' | 'monitorElement'>(noun: N, field: string, text: string) {
    if (!isStorable(text)) return null;
    const table = noun === 'dataset' ? 'dataset' : 'monitor_element';
    const statement = sql`SELECT ${sql.join(rowColumns(noun, 't'))} FROM ${sql.raw(table)} t WHERE ${sql.raw(`t.${field}`)} = ${text}`;
    return toRows(noun, transposed(await query.send(statement)))[0] ?? null;
  }

  async function countsById(ids: readonly number[], select: string, column: string, groupBy = ''): Promise<number[]> {
    if (ids.length === 0) return [];
    const condition = isOneOf(database.dialect, sql.raw(column), 'int', [...new Set(ids)]);
    const rows = (await query.send(sql`${sql.raw(select)} WHERE ${condition}${sql.raw(groupBy)}`)) as [
      number,
      number,
    ][];
    const counts = new Map(rows);
    return ids.map((id) => counts.get(id) ?? 0);
  }
}
