import { setImmediate as nextTurn } from 'node:timers/promises';
import { sql } from 'kysely';
import { differingAxes, whyNotAdded } from '../domain/add-bins.ts';
import { BinsSum } from '../domain/bins-sum.ts';
import { decodeBins } from '../domain/codec.ts';
import { InvalidInputError } from '../domain/errors.ts';
import { ExactSum } from '../domain/exact-sum.ts';
import { bothOf, equals, type Filter } from '../domain/filter.ts';
import type { Bins } from '../domain/histogram.ts';
import { LuminosityMask } from '../domain/lumi-mask.ts';
import { cellCount, shapeOf } from '../domain/shape.ts';
import { lumisectionBins, runBins } from './bins-reads.ts';
import type { CheckedQuery } from './checked-query.ts';
import { packed, unpacked } from './column-packing.ts';
import { chunksOfRuns, type HistogramNoun, histogramRuns } from './histogram-runs.ts';
import { lumisectionPart } from './lumisection-part.ts';
import type { FieldType } from './noun-info.ts';
import { binningsById, type KnownBinning, known, smallerHash } from './shares.ts';
import { isOneOf } from './test-sql.ts';
import { rangesSql } from './trends.ts';

/** The histograms that are added up: of one monitor element and one dataset. */
export interface SumScope {
  readonly noun: HistogramNoun;
  readonly monitorElementId: number;
  readonly datasetId: number;
  /** On the noun. */
  readonly where: Filter | undefined;
}

/** What histograms are together. */
export interface HistogramSum {
  /** Of binnings that differ in their titles, the one of the smallest hash. */
  readonly binningId: number;
  readonly binning: KnownBinning;
  readonly bins: Bins;
  /** Null where they are not known of one of them. */
  readonly entries: number | null;
  /** How many histograms were added. */
  readonly count: number;
  /** Whose; empty where they are of whole runs. */
  readonly lumisections: LuminosityMask;
  /** Ascending. */
  readonly runs: readonly number[];
}

export interface HistogramSums {
  /** See sumHistograms. */
  of(scope: SumScope): Promise<HistogramSum | null>;
  /**
   * Stored lumisections that the filter selects by run, lumisection and mask, in runs that hold anything of the dataset, but
   * that have no histogram of the sum. Empty where histograms of runs are added.
   */
  missing(scope: SumScope): Promise<LuminosityMask>;
}

export const createHistogramSums = (query: CheckedQuery): HistogramSums => ({
  of: (scope) => sumHistograms(query, scope),
  missing: (scope) => missingLumisections(query, scope),
});

/** Bins of a statement take about so many bytes as float64. */
const BYTES_AT_ONCE = 8_000_000;
const MOST_BLOBS = 500;

/**
 * Adds up all histograms of a scope: every number is the true sum, rounded once, so that it depends neither on the order nor
 * on the database. Read page by page; what is held does not grow with how many they are. Null where there are none.
 * @throws InvalidInputError for an efficiency, whose contents are no counts, and for histograms of other axes (or with
 * and without flow bins, or of profiles with other errors), named by the first that differs from the first of all.
 */
export async function sumHistograms(query: CheckedQuery, scope: SumScope): Promise<HistogramSum | null> {
  await assertNoEfficiency(query, scope);
  const runs = await histogramRuns(query, scope.noun, keysOf(scope), 0);
  const sum = new GrowingSum();
  for (const chunk of chunksOfRuns(runs)) {
    const rows = await readKeys(query, scope, chunk);
    await sum.meetBinnings(query, rows);
    for (let from = 0; from < rows.length; ) {
      const some = rows.slice(from, from + sum.blobsAtOnce);
      const blobs = await readBins(query, scope, some);
      for (const [i, row] of some.entries()) sum.add(row, blobs[i] ?? null);
      from += some.length;
      await nextTurn();
    }
  }
  return sum.result();
}

interface SumRow {
  readonly run: number;
  /** 0: of a whole run. */
  readonly lumisection: number;
  readonly binningId: number;
  readonly entries: number | null;
}

class GrowingSum {
  readonly #binnings = new Map<number, KnownBinning>();
  readonly #entries = new ExactSum();
  readonly #ranges: { readonly run: number; readonly first: number; last: number }[] = [];
  readonly #runs: number[] = [];
  #count = 0;
  #entriesKnown = true;
  #binningId = 0;
  #first: { readonly row: SumRow; readonly bins: Bins } | undefined;
  #sum: BinsSum | undefined;
  #cells = 1;

  get blobsAtOnce(): number {
    return Math.max(1, Math.min(MOST_BLOBS, Math.floor(BYTES_AT_ONCE / (8 * this.#cells))));
  }

  /** Before any bins are read for nothing. @throws InvalidInputError */
  async meetBinnings(query: CheckedQuery, rows: readonly SumRow[]): Promise<void> {
    const unknown = new Set(rows.map(({ binningId }) => binningId).filter((id) => !this.#binnings.has(id)));
    const read = await binningsById(query.database, query.database.dialect, unknown);
    for (const [id, binning] of read) this.#binnings.set(id, binning);
    const first = this.#first?.row ?? rows[0];
    if (first === undefined) return;
    const expected = known(this.#binnings, first.binningId);
    this.#cells = cellCount(shapeOf(expected), true);
    for (const id of unknown) {
      const difference = differingAxes(known(this.#binnings, id), expected);
      const row = rows.find(({ binningId }) => binningId === id) as SumRow;
      if (difference !== null) throw notAdded(row, difference, first);
    }
  }

  /** @param blob null where it went in the meantime, and of summaries, which have no bins. */
  add(row: SumRow, blob: Uint8Array | null): void {
    if (blob === null) return;
    const binning = known(this.#binnings, row.binningId);
    const bins = decodeBins(blob, shapeOf(binning));
    if (this.#first === undefined || this.#sum === undefined) {
      this.#first = { row, bins: { ...bins, contents: new Uint8Array() } };
      this.#sum = new BinsSum(bins);
      this.#binningId = row.binningId;
    } else {
      const difference = whyNotAdded({ binning, bins }, { binning, bins: this.#first.bins });
      if (difference !== null) throw notAdded(row, difference, this.#first.row);
      this.#sum.add(bins);
      this.#binningId = smallerHash(this.#binnings, this.#binningId, row.binningId);
    }
    if (row.entries === null) this.#entriesKnown = false;
    else this.#entries.add(row.entries);
    this.#count++;
    if (this.#runs.at(-1) !== row.run) this.#runs.push(row.run);
    if (row.lumisection > 0) this.#meet(row.run, row.lumisection);
  }

  /** They come in their order, so that most make a range longer. */
  #meet(run: number, lumisection: number): void {
    const range = this.#ranges.at(-1);
    if (range?.run === run && range.last + 1 === lumisection) range.last = lumisection;
    else this.#ranges.push({ run, first: lumisection, last: lumisection });
  }

  result(): HistogramSum | null {
    if (this.#sum === undefined) return null;
    return {
      binningId: this.#binningId,
      binning: known(this.#binnings, this.#binningId),
      bins: this.#sum.bins(),
      entries: this.#entriesKnown ? this.#entries.total() : null,
      count: this.#count,
      lumisections: LuminosityMask.fromRows(this.#ranges.map(({ run, first, last }) => [run, first, last])),
      runs: this.#runs,
    };
  }
}

const placeOf = ({ run, lumisection }: SumRow) =>
  lumisection === 0 ? `run ${run}` : `run ${run}, lumisection ${lumisection}`;

const notAdded = (row: SumRow, difference: string, first: SumRow) =>
  new InvalidInputError(
    `The histogram of ${placeOf(row)} ${difference} (that of ${placeOf(first)}): such are never added. Select one kind with \`where\`.`,
    { field: 'where', run: row.run, ...(row.lumisection > 0 && { lumisection: row.lumisection }) },
  );

async function assertNoEfficiency(query: CheckedQuery, { monitorElementId }: SumScope): Promise<void> {
  const [row] = await query.send(sql`SELECT path, efficiency FROM monitor_element WHERE id = ${monitorElementId}`);
  const [path, efficiency] = (row ?? []) as [string?, (boolean | number | null)?];
  if (!efficiency) return;
  throw new InvalidInputError(
    `monitorElement: ${path} is an efficiency: its contents are ratios, and no sum of them is one`,
    { field: 'monitorElement' },
  );
}

/** The filter with the keys of the scope, on the noun. */
const keysOf = ({ monitorElementId, datasetId, where }: SumScope): Filter =>
  bothOf(equals('monitorElementId', monitorElementId), equals('datasetId', datasetId), where);

const KEY_TYPES: readonly FieldType[] = ['int', 'int', 'int', 'float'];

/** By run and lumisection. */
async function readKeys(query: CheckedQuery, scope: SumScope, runs: readonly number[]): Promise<SumRow[]> {
  const { noun, where } = scope;
  const { dialect } = query.database;
  const ofRuns = noun === 'runHistogram';
  const rows = await query.rows(noun, where, (filters) => {
    const condition = where ? sql` AND ${filters.compile(noun, 't', where).sql}` : sql``;
    const lumisection = sql.raw(ofRuns ? '0' : 't.lumisection_number');
    return packed(
      dialect,
      sql`SELECT t.run_number AS c0, ${lumisection} AS c1, t.binning_id AS c2, t.entries AS c3
        FROM ${sql.raw(ofRuns ? 'run_histogram' : 'lumisection_histogram')} t
        WHERE ${isOneOf(dialect, sql`t.run_number`, 'int', runs)} AND t.monitor_element_id = ${scope.monitorElementId}
          AND t.dataset_id = ${scope.datasetId}${sql.raw(ofRuns ? ' AND t.bins IS NOT NULL' : '')}${condition}`,
      KEY_TYPES,
    );
  });
  const { count, columns } = unpacked(dialect, rows, KEY_TYPES);
  const [run, lumisection, binningId, entries] = columns as [number[], number[], number[], (number | null)[]];
  return Array.from({ length: count }, (_, i) => ({
    run: run[i] as number,
    lumisection: lumisection[i] as number,
    binningId: binningId[i] as number,
    entries: entries[i] as number | null,
  })).sort((a, b) => a.run - b.run || a.lumisection - b.lumisection);
}

function readBins({ database }: CheckedQuery, scope: SumScope, rows: readonly SumRow[]) {
  const { noun, monitorElementId, datasetId } = scope;
  const keys = rows.map(({ run, lumisection }) => ({
    runNumber: run,
    monitorElementId,
    lumisectionNumber: lumisection,
    datasetId,
  }));
  return noun === 'runHistogram' ? runBins(database, keys) : lumisectionBins(database, keys);
}

async function missingLumisections(query: CheckedQuery, scope: SumScope): Promise<LuminosityMask> {
  const { noun, where, monitorElementId, datasetId } = scope;
  if (noun === 'runHistogram') return LuminosityMask.EMPTY;
  const ofLumisections = lumisectionPart(where);
  const rows = await query.rows(noun, where, (filters) => {
    const selected = ofLumisections ? sql` AND ${filters.compile('lumisection', 'l', ofLumisections).sql}` : sql``;
    const condition = where ? sql` AND ${filters.compile(noun, 't', where).sql}` : sql``;
    const lacking = sql`lumisection l
      WHERE l.run_number IN (SELECT r.number FROM run r WHERE EXISTS (SELECT 1 FROM run_monitor_element e
          WHERE e.run_number = r.number AND e.dataset_id = ${datasetId}))${selected}
        AND NOT EXISTS (SELECT 1 FROM lumisection_histogram t WHERE t.run_number = l.run_number
          AND t.monitor_element_id = ${monitorElementId} AND t.lumisection_number = l.number
          AND t.dataset_id = ${datasetId}${condition})`;
    return rangesSql(sql`l.run_number`, sql`l.number`, lacking);
  });
  return LuminosityMask.fromRows(rows as [number, number, number][]);
}
