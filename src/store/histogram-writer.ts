import { decodeBins, sameBins } from '../domain/codec.ts';
import { type HistogramContent, histogramDifference } from '../domain/content-difference.ts';
import { CorruptBinsError } from '../domain/errors.ts';
import type { Binning } from '../domain/histogram.ts';
import { shapeOf } from '../domain/shape.ts';
import { type AddedRows, addHistograms, type Meeting } from './add-histograms.ts';
import type { BatchSettings } from './batch-writer.ts';
import type { Transaction } from './database.ts';
import type { Dialect } from './dialect.ts';
import {
  type CellValue,
  type ColumnData,
  cell,
  columnNamed,
  type HistogramRows,
  type TakenRow,
} from './histogram-rows.ts';
import { keyOrder } from './key-order.ts';
import { Outcome, type WrittenRows } from './outcome.ts';
import type { ResolvedBatch } from './resolved-batch.ts';
import { RunElementCounts } from './run-element-counts.ts';
import { binningsById, insertMarks, SHARE_KEY, type ShareKey } from './shares.ts';

/**
 * Writes the rows of a batch, finds out what became of each, and keeps `contribution` and `run_monitor_element` in step.
 * With `fail` conflicts are found as with `keep`: the caller rolls back.
 *
 * Rows are sorted by key first: neighbours share pages, every transaction takes its locks in one order, and rows of one
 * key stand together, in the order of the file. The first of them meets the database; each later one meets what the
 * ones before it left there.
 */
export async function writeHistograms(
  transaction: Transaction,
  dialect: Dialect,
  batch: ResolvedBatch,
  { expectTaken, tellsConflicts }: Pick<BatchSettings, 'expectTaken' | 'tellsConflicts'>,
): Promise<WrittenRows> {
  const writing = new HistogramWriting(transaction, dialect, batch);
  await writing.run(expectTaken);
  if (tellsConflicts) await writing.tellDifferences();
  return writing;
}

/** What makes two rows of one key identical. */
interface Content {
  readonly compared: readonly CellValue[];
  readonly bins: Uint8Array | null;
}

/** What stands under a key: the content, and who brought it. */
interface Standing extends Content {
  readonly fileId: number | null;
  readonly integral: number | null;
}

class HistogramWriting implements WrittenRows {
  readonly outcomes: Uint8Array;
  readonly sameFile = new Set<number>();
  readonly earlierFiles = new Map<number, number>();
  readonly notAdded = new Map<number, string>();
  readonly differences = new Map<number, string>();

  readonly #transaction: Transaction;
  readonly #dialect: Dialect;
  readonly #batch: ResolvedBatch;
  readonly #rows: HistogramRows;
  readonly #compared: readonly ColumnData[];
  readonly #bins: ColumnData;
  readonly #integral: ColumnData;
  readonly #counts: RunElementCounts;
  /** First rows of keys under which another file's row says what a row of this file says, and that file. */
  readonly #alike: (readonly [row: number, fileId: number])[] = [];
  /** Conflicting rows with what they met. */
  readonly #conflicts: (readonly [row: number, content: Content, stands: Content])[] = [];
  /** Rows whose content is to overwrite what stands under their key: one a key, the last one. */
  readonly #overwriting: number[] = [];

  constructor(transaction: Transaction, dialect: Dialect, batch: ResolvedBatch) {
    this.#transaction = transaction;
    this.#dialect = dialect;
    this.#batch = batch;
    this.#rows = batch.rows;
    this.#compared = batch.rows.compared.map((name) => columnNamed(batch.rows, name));
    this.#bins = columnNamed(batch.rows, 'bins');
    this.#integral = columnNamed(batch.rows, 'integral');
    this.#counts = new RunElementCounts(batch.rows);
    this.outcomes = new Uint8Array(batch.rows.count);
  }

  async run(expectTaken: boolean): Promise<void> {
    const { firsts, repeats } = keyOrder(this.#rows, this.#batch.accepted);
    const adding = this.#batch.onConflict === 'add';
    const found = await this.#transaction.histograms.insert(this.#rows, firsts, expectTaken, adding);
    const standing = new Map(found.taken.map((taken) => [taken.row, this.#standing(taken)]));
    const later = new Map(repeats.map(({ first, later }) => [first, later]));
    for (const { fileId, rows } of found.identical) {
      for (const row of rows) {
        if (adding || later.has(row)) standing.set(row, { ...this.#contentOf(row), fileId });
        else this.#identical(row, fileId);
      }
    }
    const meetings: Meeting[] = [];
    for (const row of firsts) {
      if (this.outcomes[row] === Outcome.identical) continue;
      const stands = standing.get(row);
      if (stands === undefined) {
        this.outcomes[row] = Outcome.inserted;
        this.#counts.inserted(row);
      }
      const others = later.get(row) ?? [];
      if (stands !== undefined) meetings.push({ first: row, rows: [row, ...others], stands });
      else if (others.length > 0) meetings.push({ first: row, rows: others, stands: this.#contentOf(row) });
    }
    const added = adding ? await this.#add(meetings) : null;
    for (const meeting of meetings) if (!added?.settled.has(meeting.first)) this.#judge(meeting);
    await this.#overwrite();
    await this.#markAlike();
    await this.#counts.write(this.#transaction);
  }

  /** Settles a row that nothing else of the batch shares its key with. */
  #identical(row: number, fileId: number | null): void {
    this.outcomes[row] = Outcome.identical;
    if (fileId === this.#batch.fileId) this.sameFile.add(row);
    // what belongs to no file is a sum: nobody can be said to have it alone
    else if (fileId !== null) this.#alike.push([row, fileId]);
  }

  #standing({ row, fileId, integral, compared, otherBins }: TakenRow): Standing {
    return { fileId, integral, compared, bins: otherBins === undefined ? this.#binsOf(row) : otherBins };
  }

  #binsOf = (row: number) => cell(this.#bins, row) as Uint8Array | null;

  #contentOf(row: number): Standing {
    return {
      compared: this.#compared.map((column) => cell(column, row)),
      bins: this.#binsOf(row),
      fileId: this.#batch.fileId,
      integral: cell(this.#integral, row) as number | null,
    };
  }

  async #add(meetings: readonly Meeting[]): Promise<AddedRows> {
    const added = await addHistograms(this.#transaction, this.#dialect, this.#batch, meetings, this.#counts);
    for (const [row, outcome] of added.outcomes) this.outcomes[row] = outcome;
    for (const { first, rows, stands } of meetings) {
      const settled = added.settled.has(first);
      for (const row of rows) {
        const reason = added.refusals.get(settled ? row : first);
        if (reason === undefined) continue;
        this.notAdded.set(row, reason);
        if (settled) this.#tellEarlier(row, stands.fileId);
      }
    }
    return added;
  }

  /** Settles the rows of one key, in their order. */
  #judge({ first, rows, stands }: Meeting): void {
    let now: Standing = stands;
    let overwriting: number | undefined;
    let alike: number | null = null;
    for (const row of rows) {
      const content = this.#contentOf(row);
      if (this.#same(row, content, now)) {
        this.outcomes[row] = Outcome.identical;
        if (now.fileId === this.#batch.fileId) this.sameFile.add(row);
        // what belongs to no file is a sum: nobody can be said to have it alone
        else alike = now.fileId;
      } else if (this.#batch.onConflict === 'replace') {
        this.outcomes[row] = Outcome.replaced;
        this.#counts.replaced(row, now.integral);
        overwriting = row;
        alike = null;
        now = content;
      } else {
        this.outcomes[row] = Outcome.conflicting;
        this.#tellEarlier(row, now.fileId);
        this.#conflicts.push([row, content, now]);
      }
    }
    if (alike !== null) this.#alike.push([first, alike]);
    if (overwriting !== undefined) this.#overwriting.push(overwriting);
  }

  #tellEarlier(row: number, fileId: number | null): void {
    if (fileId === this.#batch.fileId) this.sameFile.add(row);
    else if (fileId !== null) this.earlierFiles.set(row, fileId);
  }

  #same(row: number, content: Content, other: Content): boolean {
    for (let i = 0; i < content.compared.length; i++) if (content.compared[i] !== other.compared[i]) return false;
    if (content.bins === null || other.bins === null) return content.bins === other.bins;
    if (content.bins === other.bins) return true;
    // the binning is among what was compared, so both have its shape
    const binning = this.#batch.binnings[this.#batch.binning[row] as number];
    if (binning === undefined) throw new Error(`row ${row} of a batch has bins but no binning`);
    return sameBins(content.bins, other.bins, shapeOf(binning));
  }

  async tellDifferences(): Promise<void> {
    const place = this.#rows.compared.indexOf('binning_id');
    const binnings = new Map<unknown, Binning>(
      await binningsById(
        this.#transaction,
        this.#dialect,
        this.#conflicts.flatMap(([, content, stands]) => {
          const ids = [content.compared[place], stands.compared[place]] as [number | null, number | null];
          return ids[0] === ids[1] ? [] : ids.filter((id) => id !== null);
        }),
      ),
    );
    for (const [row, content, stands] of this.#conflicts) {
      const own = this.#batch.binnings[this.#batch.binning[row] as number] ?? null;
      const contentOf = ({ compared, bins }: Content): HistogramContent => {
        const binning = compared[place] === content.compared[place] ? own : (binnings.get(compared[place]) ?? null);
        return {
          binning,
          bins: bins && binning && decodeBins(bins, shapeOf(binning)),
          numbers: new Map(
            this.#rows.compared.flatMap((name, i) =>
              i === place ? [] : [[name, compared[i] as number | string | null]],
            ),
          ),
        };
      };
      try {
        this.differences.set(row, histogramDifference(contentOf(content), contentOf(stands)));
      } catch (error) {
        // damaged bins that are stored: `verify` tells of them
        if (!(error instanceof CorruptBinsError)) throw error;
      }
    }
  }

  /** What other files said alike is no longer what stands there. */
  async #overwrite(): Promise<void> {
    if (this.#overwriting.length === 0) return;
    await this.#transaction.histograms.replace(this.#rows, Int32Array.from(this.#overwriting));
    await this.#transaction.deleteKeys('contribution', SHARE_KEY, this.#overwriting.map(this.#keyOf));
  }

  async #markAlike(): Promise<void> {
    const { fileId } = this.#batch;
    await insertMarks(
      this.#transaction,
      this.#alike.map(([row, like]) => [this.#keyOf(row), fileId, like]),
    );
  }

  #keyOf = (row: number): ShareKey =>
    SHARE_KEY.map(({ name }) => {
      if (name === 'lumisection_number' && this.#rows.table === 'run_histogram') return 0;
      return cell(columnNamed(this.#rows, name), row) as number;
    }) as unknown as ShareKey;
}
