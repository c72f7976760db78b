import { whyNotAdded } from '../domain/add-bins.ts';
import { decodeBins, sameBins } from '../domain/codec.ts';
import type { Bins } from '../domain/histogram.ts';
import { cellCount, shapeOf } from '../domain/shape.ts';
import type { Transaction } from './database.ts';
import type { Dialect } from './dialect.ts';
import { type Addition, stepByStep } from './exact-step.ts';
import { type CellValue, cell, columnNamed, type HistogramRows } from './histogram-rows.ts';
import { Outcome } from './outcome.ts';
import type { ResolvedBatch } from './resolved-batch.ts';
import type { RunElementCounts } from './run-element-counts.ts';
import {
  binningsById,
  chunksBySize,
  contributionsOf,
  insertMarks,
  insertShares,
  isWholeShare,
  type KnownBinning,
  known,
  SHARE_KEY,
  type Share,
  type ShareKey,
  type Sum,
  shareKeyParameters,
  sharesOf,
  sumOfShares,
} from './shares.ts';
import { momentsOfSum, type SummedHistogram, writeSums } from './summed-rows.ts';

/** Rows of one key, in their order, and what stands under it; where they were the first, the first row stands there. */
export interface Meeting {
  readonly first: number;
  readonly rows: readonly number[];
  readonly stands: {
    readonly fileId: number | null;
    readonly integral: number | null;
    /** Of `HistogramRows.compared`. */
    readonly compared: readonly CellValue[];
    readonly bins: Uint8Array | null;
  };
}

/** What became of the rows of those meetings that adding settles. */
export interface AddedRows {
  /** By first row; the others are not sums: their rows are judged as under `keep`. */
  readonly settled: ReadonlySet<number>;
  readonly outcomes: ReadonlyMap<number, number>;
  /** By first row or, of a settled meeting, by row: why it was not added, as the end of a sentence. */
  readonly refusals: ReadonlyMap<number, string>;
}

/**
 * Adds rows to what stands under their keys, as partial counts. Only rows that share a key with others get here, so a
 * batch of new keys costs nothing. The standing rows are locked by whoever looked them up.
 */
export async function addHistograms(
  transaction: Transaction,
  dialect: Dialect,
  batch: ResolvedBatch,
  meetings: readonly Meeting[],
  counts: RunElementCounts,
): Promise<AddedRows> {
  const adding = new Adding(transaction, dialect, batch, counts);
  await adding.run(meetings);
  return adding;
}

/** What the database holds under a key beside the histogram. */
interface Standing {
  /** How many shares there are; 0 where the histogram is its own. */
  readonly shares: number;
  readonly fractional: boolean;
  /** What their blobs take. */
  readonly bytes: number;
  /** The highest part of the file that is read, -1 without. */
  readonly lastPart: number;
  /** Another reading of the same bytes among the files of the shares. */
  readonly twin: number | null;
}

const ALONE: Standing = { shares: 0, fractional: false, bytes: 0, lastPart: -1, twin: null };

/** A key under which there is something to add. */
interface Work extends Addition {
  readonly meeting: Meeting;
  readonly key: ShareKey;
}

/** What a cell takes while histograms are added: as it stands, as it comes, and the sum. */
const BYTES_A_CELL = 24;

class Adding implements AddedRows {
  readonly settled = new Set<number>();
  readonly outcomes = new Map<number, number>();
  readonly refusals = new Map<number, string>();

  readonly #transaction: Transaction;
  readonly #dialect: Dialect;
  readonly #batch: ResolvedBatch;
  readonly #rows: HistogramRows;
  readonly #counts: RunElementCounts;
  /** Other readings of the bytes that are read (with another choice of monitor elements, say). */
  #twins: readonly number[] = [];
  #binnings: ReadonlyMap<number, KnownBinning> = new Map();
  /** Marks that this file has what a twin brought: [key, twin]. */
  readonly #marks: (readonly [ShareKey, number])[] = [];

  constructor(transaction: Transaction, dialect: Dialect, batch: ResolvedBatch, counts: RunElementCounts) {
    this.#transaction = transaction;
    this.#dialect = dialect;
    this.#batch = batch;
    this.#rows = batch.rows;
    this.#counts = counts;
  }

  async run(meetings: readonly Meeting[]): Promise<void> {
    const sums = await this.#addable(meetings);
    if (sums.length === 0) return;
    const keys = sums.map(({ first }) => this.#keyOf(first));
    this.#twins = await this.#otherReadings();
    const standing = await this.#standing(keys);
    this.#binnings = await binningsById(
      this.#transaction,
      this.#dialect,
      sums.flatMap(
        ({ rows, stands }) => [this.#compared(stands, 'binning_id'), ...rows.map(this.#binningOf)] as number[],
      ),
    );
    const items = sums.map((meeting, i) => {
      const [key, found] = [keys[i] as ShareKey, standing[i] as Standing];
      const cells = cellCount(
        shapeOf(known(this.#binnings, this.#compared(meeting.stands, 'binning_id') as number)),
        true,
      );
      return { meeting, key, found, bytes: found.bytes + cells * BYTES_A_CELL };
    });
    for (const chunk of chunksBySize(items)) {
      const works: Work[] = [];
      for (const { meeting, key, found } of chunk) {
        const work = await this.#plan(meeting, key, found);
        if (work.added.length > 0) works.push(work);
      }
      await this.#write(works);
    }
    await this.#mark();
  }

  /** Those that are sums of bins; of the others it says why they are none. */
  async #addable(meetings: readonly Meeting[]): Promise<Meeting[]> {
    if (meetings.length === 0) return [];
    const elementOf = ({ first }: Meeting) => this.#number('monitor_element_id', first);
    const [before, behind] = this.#dialect.oneOf.int;
    const efficiencies = await this.#transaction.arrays<[number]>(
      `SELECT id FROM monitor_element WHERE efficiency AND id ${before}$1${behind}`,
      [this.#dialect.listParameter([...new Set(meetings.map(elementOf))])],
    );
    const ratios = new Set(efficiencies.map(([id]) => id));
    return meetings.filter((meeting) => {
      const { first, rows, stands } = meeting;
      const reason = ratios.has(elementOf(meeting))
        ? 'is an efficiency: ratios are never added'
        : stands.bins === null || rows.some((row) => this.#binsOf(row) === null)
          ? 'has no bins: statistics alone cannot be added'
          : null;
      if (reason !== null) this.refusals.set(first, reason);
      return reason === null;
    });
  }

  async #otherReadings(): Promise<number[]> {
    const rows = await this.#transaction.arrays<[number]>(
      'SELECT id FROM data_file WHERE sha256 = (SELECT sha256 FROM data_file WHERE id = $1) AND id <> $1',
      [this.#batch.fileId],
    );
    return rows.map(([id]) => id);
  }

  async #standing(keys: readonly ShareKey[]): Promise<Standing[]> {
    const { oneOf, keyParameterCount } = this.#dialect;
    const next = keyParameterCount(SHARE_KEY) + 1;
    const [before, behind] = oneOf.int;
    const rows = await this.#transaction.arrays<[number, number, number, number, number | null, number | null]>(
      `SELECT k.position, count(c.bins), max(c.fractional), coalesce(sum(length(c.bins)), 0),
         max(CASE WHEN c.file_id = $${next} THEN c.part END),
         min(CASE WHEN c.bins IS NOT NULL AND c.file_id ${before}$${next + 1}${behind} THEN c.file_id END)
       ${contributionsOf(this.#dialect)} GROUP BY k.position`,
      [...shareKeyParameters(this.#dialect, keys), this.#batch.fileId, this.#dialect.listParameter(this.#twins)],
    );
    const found = keys.map(() => ALONE);
    for (const [position, shares, fractional, bytes, lastPart, twin] of rows) {
      found[position] = {
        shares: Number(shares),
        fractional: fractional > 0,
        bytes: Number(bytes),
        lastPart: lastPart ?? -1,
        twin,
      };
    }
    return found;
  }

  async #plan(meeting: Meeting, key: ShareKey, standing: Standing): Promise<Work> {
    const { first, rows, stands } = meeting;
    this.settled.add(first);
    const { fileId } = this.#batch;
    const binningId = this.#compared(stands, 'binning_id') as number;
    const binning = known(this.#binnings, binningId);
    const blob = stands.bins as Uint8Array;
    const sum: Sum = {
      binningId,
      title: this.#rows.compared.includes('title') ? (this.#compared(stands, 'title') as string | null) : null,
      entries: this.#compared(stands, 'entries') as number | null,
      bins: decodeBins(blob, shapeOf(binning)),
    };
    const own =
      standing.shares === 0 && stands.fileId !== null ? { ...sum, bins: blob, fileId: stands.fileId, part: 0 } : null;
    const twinShares = await this.#twinShares(key, standing, own);
    let part = Math.max(standing.lastPart, own?.fileId === fileId ? 0 : -1) + 1;
    const added: [number, Share, Bins][] = [];
    for (const row of rows) {
      if (standing.shares === 0 && own === null) {
        this.#refuse(row, 'meets a histogram that came from no file, whose share could not be told later');
        continue;
      }
      const share: Share = {
        fileId,
        part,
        binningId: this.#binningOf(row),
        title: this.#title(row),
        entries: this.#entries(row),
        bins: this.#binsOf(row) as Uint8Array,
      };
      const theirs = known(this.#binnings, share.binningId);
      if (twinShares.some((twin) => this.#sameShare(twin, share))) {
        this.outcomes.set(row, Outcome.identical);
        this.#marks.push([key, twinShares[0]?.fileId as number]);
        continue;
      }
      const bins = decodeBins(share.bins, shapeOf(theirs));
      const reason = whyNotAdded({ binning: theirs, bins }, { binning, bins: sum.bins });
      if (reason !== null) {
        this.#refuse(row, reason);
        continue;
      }
      added.push([row, share, bins]);
      part++;
    }
    return { meeting, key, fractional: standing.fractional, sum, own, added };
  }

  /** What another reading of the same bytes brought under the key. */
  async #twinShares(key: ShareKey, { shares, twin }: Standing, own: Share | null): Promise<Share[]> {
    if (shares === 0) return own && this.#twins.includes(own.fileId) ? [own] : [];
    if (twin === null) return [];
    const [all = []] = await sharesOf(this.#transaction, this.#dialect, [key]);
    return all.filter(({ fileId }) => this.#twins.includes(fileId));
  }

  #sameShare(one: Share, other: Share): boolean {
    return (
      one.binningId === other.binningId &&
      one.title === other.title &&
      one.entries === other.entries &&
      sameBins(one.bins, other.bins, shapeOf(known(this.#binnings, one.binningId)))
    );
  }

  async #write(works: readonly Work[]): Promise<void> {
    const needed = works.filter((work) => stepByStep(work, this.#binnings) === null);
    const stored = needed.filter(({ own }) => own === null);
    const found =
      stored.length > 0
        ? await sharesOf(
            this.#transaction,
            this.#dialect,
            stored.map(({ key }) => key),
          )
        : [];
    const sharesByWork = new Map(stored.map((work, i) => [work, found[i] as Share[]]));
    // titles of shares may lead to binnings that none of the rows at hand has
    const binnings = new Map(this.#binnings);
    const missing = found.flat().flatMap(({ binningId }) => (binnings.has(binningId) ? [] : [binningId]));
    for (const entry of await binningsById(this.#transaction, this.#dialect, missing)) binnings.set(...entry);
    const sums: [Work, SummedHistogram][] = [];
    for (const work of works) {
      const shares = [
        ...(sharesByWork.get(work) ?? (work.own ? [work.own] : [])),
        ...work.added.map(([, share]) => share),
      ];
      const sum = stepByStep(work, binnings) ?? sumOfShares(shares, binnings);
      const summed = { ...sum, key: work.key, binning: known(binnings, sum.binningId), fileId: null };
      if (isHeld(summed)) sums.push([work, summed]);
      else for (const [row] of work.added) this.#refuse(row, 'adds up to more than a float64 holds');
    }
    await this.#store(sums);
  }

  async #store(sums: readonly (readonly [Work, SummedHistogram])[]): Promise<void> {
    const works = sums.map(([work]) => work);
    await insertShares(
      this.#transaction,
      works.flatMap(({ key, own, sum, added }) => [
        ...(own ? [[key, own, !isWholeShare(sum.bins, sum.entries)] as const] : []),
        ...added.map(([, share, bins]) => [key, share, !isWholeShare(bins, share.entries)] as const),
      ]),
    );
    const integrals = await writeSums(
      this.#transaction,
      this.#rows.table,
      sums.map(([, histogram]) => histogram),
    );
    for (const [i, { meeting, added }] of works.entries()) {
      this.#counts.changed(meeting.first, meeting.stands.integral, integrals[i] as number);
      for (const [row] of added) this.outcomes.set(row, Outcome.added);
    }
  }

  async #mark(): Promise<void> {
    await insertMarks(
      this.#transaction,
      this.#marks.map(([key, twin]) => [key, this.#batch.fileId, twin]),
    );
  }

  #refuse(row: number, reason: string): void {
    this.outcomes.set(row, Outcome.conflicting);
    this.refusals.set(row, reason);
  }

  #keyOf(row: number): ShareKey {
    return SHARE_KEY.map(({ name }) =>
      name === 'lumisection_number' && this.#rows.table === 'run_histogram' ? 0 : this.#number(name, row),
    ) as unknown as ShareKey;
  }

  #compared({ compared }: Meeting['stands'], name: string): CellValue {
    return compared[this.#rows.compared.indexOf(name)] ?? null;
  }

  #number = (name: string, row: number) => cell(columnNamed(this.#rows, name), row) as number;
  #binningOf = (row: number) => this.#number('binning_id', row);
  #binsOf = (row: number) => cell(columnNamed(this.#rows, 'bins'), row) as Uint8Array | null;
  #entries = (row: number) => cell(columnNamed(this.#rows, 'entries'), row) as number | null;
  #title = (row: number) =>
    this.#rows.table === 'run_histogram' ? (cell(columnNamed(this.#rows, 'title'), row) as string | null) : null;
}

/** Whether float64 holds all of a sum: its contents together, its entries, and whatever stands beside the contents. */
function isHeld(sum: SummedHistogram): boolean {
  const { entries, bins } = sum;
  if (entries !== null && !Number.isFinite(entries)) return false;
  for (const numbers of [bins.sumw2, bins.binEntries, bins.binSumw2]) if (numbers?.some(isInfinite)) return false;
  return Number.isFinite(momentsOfSum(sum).integral);
}

const isInfinite = (value: number) => !Number.isFinite(value);
