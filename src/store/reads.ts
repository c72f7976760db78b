import { sql } from 'kysely';
import type { Binning, Dataset, MonitorElement } from '../generated/sqlite/client.ts';
import { lumisectionBins, runBins } from './bins-reads.ts';
import {
  certificationRanges,
  certificationsOfRuns,
  fractionsOfRuns,
  goodLumisections,
  verdictsOf,
} from './certification-reads.ts';
import type { CheckedQuery } from './checked-query.ts';
import { transposed } from './column-packing.ts';
import { contributionsByKey } from './contribution-reads.ts';
import { currentEvaluations } from './evaluations.ts';
import { datasetsOfElement, histogramDimensions, histogramRuns } from './histogram-runs.ts';
import { cachedRowsById, rowsByKey } from './keyed-reads.ts';
import { toRows, wholeRow } from './list-rows.ts';
import { nounInfo } from './nouns.ts';
import { answersOf } from './prediction-answers.ts';
import { rowOfIds } from './rows-of-ids.ts';
import type { Reads } from './store.ts';
import { taskRunCounts } from './task-members.ts';
import { isOneOf } from './test-sql.ts';

const BINNINGS = 'SELECT id, hash, dimension, title, axes FROM binning';

/** Of rows that jobs were given and that are no more: which row the file has instead. */
async function knownFiles(query: CheckedQuery, offered: readonly number[]): Promise<Map<number, number>> {
  const isOffered = isOneOf(query.database.dialect, sql.raw('offered_file_id'), 'int', [...new Set(offered)]);
  const pairs = await query.send(sql`SELECT offered_file_id, file_id FROM job WHERE ${isOffered} ORDER BY id`);
  return new Map(pairs as [number, number][]);
}

/** Reads of rows that are kept from one operation to the next. */
export type CachedDimensions = Pick<Reads, 'datasets' | 'monitorElements' | 'binnings'>;

const byId = (ids: readonly number[]) => ids.map((id) => ({ id }));

export const cachedDimensions = (query: CheckedQuery): CachedDimensions => ({
  datasets: cachedRowsById<Dataset>((ids) => rowsByKey(query, 'dataset', byId(ids)), { capacity: 10_000 }),
  monitorElements: cachedRowsById<MonitorElement>((ids) => rowsByKey(query, 'monitorElement', byId(ids)), {
    capacity: 100_000,
    // a later file may tell what an earlier one left open
    isFinal: ({ dimension, kind }) => dimension !== null && kind !== null,
  }),
  binnings: cachedRowsById<Binning>((ids) => rowOfIds<Binning>(query.database, BINNINGS, 'id', ids), {
    capacity: 10_000,
  }),
});

const keyed = <Key extends object>(keys: readonly Key[]) => keys as readonly (Key & Record<string, string | number>)[];

/** A class, as each operation has one of its own: methods cost it nothing. */
export class StoreReads implements Reads {
  readonly datasets: Reads['datasets'];
  readonly monitorElements: Reads['monitorElements'];
  readonly binnings: Reads['binnings'];
  readonly query: CheckedQuery;

  constructor(query: CheckedQuery, { datasets, monitorElements, binnings }: CachedDimensions) {
    this.query = query;
    this.datasets = datasets;
    this.monitorElements = monitorElements;
    this.binnings = binnings;
  }

  runs(numbers: readonly number[]) {
    return rowsByKey(
      this.query,
      'run',
      numbers.map((number) => ({ number })),
    );
  }

  lumisections(...[keys]: Parameters<Reads['lumisections']>) {
    return rowsByKey(this.query, 'lumisection', keys);
  }

  lumisectionHistograms(...[keys]: Parameters<Reads['lumisectionHistograms']>) {
    return rowsByKey(this.query, 'lumisectionHistogram', keyed(keys));
  }

  runHistograms(...[keys]: Parameters<Reads['runHistograms']>) {
    return rowsByKey(this.query, 'runHistogram', keyed(keys));
  }

  contributions(...[keys]: Parameters<Reads['contributions']>) {
    return contributionsByKey(this.query.database, keys);
  }

  lumisectionBins(...[keys]: Parameters<Reads['lumisectionBins']>) {
    return lumisectionBins(this.query.database, keys);
  }

  runBins(...[keys]: Parameters<Reads['runBins']>) {
    return runBins(this.query.database, keys);
  }

  scalarValues(...[keys]: Parameters<Reads['scalarValues']>) {
    return rowsByKey(this.query, 'scalarValue', keyed(keys));
  }

  async efficiencies(ids: readonly number[]) {
    const rows = await rowOfIds<{ efficiency: boolean | number | null }>(
      this.query.database,
      'SELECT id, efficiency FROM monitor_element',
      'id',
      ids,
    );
    // an expression of SQLite holds 0 and 1
    return rows.map((row) => (row === null || row.efficiency === null ? null : Boolean(row.efficiency)));
  }

  async datasetDescriptions(ids: readonly number[]) {
    const select = 'SELECT id, description FROM dataset';
    const rows = await rowOfIds<{ description: string | null }>(this.query.database, select, 'id', ids);
    return rows.map((row) => row?.description ?? null);
  }

  notes(...[keys]: Parameters<Reads['notes']>) {
    return rowsByKey(this.query, 'note', keyed(keys));
  }

  referenceChoices(...[keys]: Parameters<Reads['referenceChoices']>) {
    return rowsByKey(this.query, 'referenceChoice', keyed(keys));
  }

  qualityTests(...[keys]: Parameters<Reads['qualityTests']>) {
    return rowsByKey(this.query, 'qualityTest', keyed(keys));
  }

  async dataFiles(ids: readonly number[]) {
    const rows = await rowsByKey(this.query, 'dataFile', byId(ids));
    const missing = ids.filter((_, i) => rows[i] === null);
    if (missing.length === 0) return rows;
    const known = await knownFiles(this.query, missing);
    const files = await rowsByKey(this.query, 'dataFile', byId([...known.values()]));
    const byOffered = new Map([...known.keys()].map((id, i) => [id, files[i] ?? null]));
    return ids.map((id, i) => rows[i] ?? byOffered.get(id) ?? null);
  }

  jobs(ids: readonly number[]) {
    return rowsByKey(this.query, 'job', byId(ids));
  }

  ingestIssues(...[keys]: Parameters<Reads['ingestIssues']>) {
    return rowsByKey(this.query, 'ingestIssue', keys);
  }

  certificationVersions(...[keys]: Parameters<Reads['certificationVersions']>) {
    return rowsByKey(this.query, 'certificationVersion', keyed(keys));
  }

  savedMasks(...[keys]: Parameters<Reads['savedMasks']>) {
    return rowsByKey(this.query, 'savedMask', keyed(keys));
  }

  elementSets(...[keys]: Parameters<Reads['elementSets']>) {
    return rowsByKey(this.query, 'elementSet', keyed(keys));
  }

  taskRunCounts(taskIds: readonly number[]) {
    return taskRunCounts(this.query, taskIds);
  }

  tasks(ids: readonly number[]) {
    return rowsByKey(this.query, 'task', byId(ids));
  }

  strategies(ids: readonly number[]) {
    return rowsByKey(this.query, 'strategy', byId(ids));
  }

  strategyByName(name: string) {
    return rowByText(this.query, 'strategy', 'name', name);
  }

  strategyVersions(ids: readonly number[]) {
    return rowsByKey(this.query, 'strategyVersion', byId(ids));
  }

  predictions(ids: readonly number[]) {
    return rowsByKey(this.query, 'prediction', byId(ids));
  }

  answersOfPredictions(ids: readonly number[]) {
    return answersOf(this.query.database, ids);
  }

  currentEvaluations(...[keys]: Parameters<Reads['currentEvaluations']>) {
    return currentEvaluations(this.query.database, keys);
  }

  certifications(...[keys]: Parameters<Reads['certifications']>) {
    return rowsByKey(this.query, 'certification', keyed(keys));
  }

  fractionsOfRuns(runNumbers: readonly number[]) {
    return fractionsOfRuns(this.query, runNumbers);
  }

  certificationsOfRuns(runNumbers: readonly number[]) {
    return certificationsOfRuns(this.query, runNumbers);
  }

  certificationRanges(...[keys]: Parameters<Reads['certificationRanges']>) {
    return certificationRanges(this.query, keys);
  }

  verdicts(...[scope, keys]: Parameters<Reads['verdicts']>) {
    return verdictsOf(this.query, scope, keys);
  }

  goodLumisections(...[source, where]: Parameters<Reads['goodLumisections']>) {
    return goodLumisections(this.query, source, where);
  }

  datasetByName(name: string) {
    return rowByText(this.query, 'dataset', 'name', name);
  }

  datasetsByName(names: readonly string[]) {
    return rowsByText(this.query, 'dataset', 'name', names);
  }

  taskByName(name: string) {
    return rowByText(this.query, 'task', 'name', name);
  }

  monitorElementByPath(path: string) {
    return rowByText(this.query, 'monitorElement', 'path', path);
  }

  monitorElementsByPath(paths: readonly string[]) {
    return rowsByText(this.query, 'monitorElement', 'path', paths);
  }

  histogramCounts(ids: readonly number[]) {
    return countsById(
      this.query,
      ids,
      'SELECT monitor_element_id, sum(lumisection_count + run_histogram_count) FROM run_monitor_element',
      'monitor_element_id',
      ' GROUP BY monitor_element_id',
    );
  }

  scalarCounts(ids: readonly number[]) {
    return countsById(
      this.query,
      ids,
      'SELECT monitor_element_id, sum(scalar_count) FROM run_monitor_element',
      'monitor_element_id',
      ' GROUP BY monitor_element_id',
    );
  }

  runCounts(ids: readonly number[]) {
    return countsById(
      this.query,
      ids,
      // asks each run for the dataset: the table of counts is not read as a whole
      'SELECT d.id, (SELECT count(*) FROM run r WHERE EXISTS (SELECT 1 FROM run_monitor_element e WHERE e.run_number = r.number AND e.dataset_id = d.id)) FROM dataset d',
      'd.id',
    );
  }

  histogramRuns(...[noun, where, from]: Parameters<Reads['histogramRuns']>) {
    return histogramRuns(this.query, noun, where, from);
  }

  histogramDimensions(...[noun, where]: Parameters<Reads['histogramDimensions']>) {
    return histogramDimensions(this.query, noun, where);
  }

  datasetsOfElement(...[noun, id]: Parameters<Reads['datasetsOfElement']>) {
    return datasetsOfElement(this.query, noun, id);
  }
}

type Named = 'dataset' | 'monitorElement' | 'strategy' | 'task';

async function rowByText<N extends Named>(query: CheckedQuery, noun: N, field: string, text: string) {
  return (await rowsByText(query, noun, field, [text]))[0] ?? null;
}

async function rowsByText<N extends Named>(query: CheckedQuery, noun: N, field: string, texts: readonly string[]) {
  const { dialect } = query.database;
  const isNamed = isOneOf(dialect, sql.raw(`t.${field}`), 'text', [...new Set(texts)]);
  const rows = await query.send(sql`SELECT ${wholeRow(noun)} FROM ${sql.raw(nounInfo(noun).table)} t WHERE ${isNamed}`);
  const found = new Map(
    toRows(noun, transposed(rows)).map((row) => [(row as Readonly<Record<string, unknown>>)[field], row]),
  );
  return texts.map((text) => found.get(text) ?? null);
}

async function countsById(
  query: CheckedQuery,
  ids: readonly number[],
  select: string,
  column: string,
  groupBy = '',
): Promise<number[]> {
  if (ids.length === 0) return [];
  const condition = isOneOf(query.database.dialect, sql.raw(column), 'int', [...new Set(ids)]);
  const rows = (await query.send(sql`${sql.raw(select)} WHERE ${condition}${sql.raw(groupBy)}`)) as [number, number][];
  const counts = new Map(rows);
  return ids.map((id) => counts.get(id) ?? 0);
}
