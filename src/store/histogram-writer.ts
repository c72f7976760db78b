import { sameBins } from '../domain/codec.ts';
import { shapeOf } from '../domain/shape.ts';
import type { Column, Transaction } from './database.ts';
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
  batch: ResolvedBatch,
  expectTaken: boolean,
): Promise<WrittenRows> {
  const writing = new HistogramWriting(transaction, batch);
  await writing.run(expectTaken);
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

  readonly #transaction: Transaction;
  readonly #batch: ResolvedBatch;
  readonly #rows: HistogramRows;
  readonly #compared: readonly ColumnData[];
  readonly #bins: ColumnData;
  readonly #integral: ColumnData;
  readonly #counts: RunElementCounts;
  /** First rows of keys under which another file's row says what a row of this file says. */
  readonly #shares: number[] = [];
  /** Rows whose content is to overwrite what stands under their key: one a key, the last one. */
  readonly #overwriting: number[] = [];

  constructor(transaction: Transaction, batch: ResolvedBatch) {
    this.#transaction = transaction;
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
    const taken = await this.#transaction.histograms.insert(this.#rows, firsts, expectTaken);
    const standing = new Map(taken.map((found) => [found.row, this.#standing(found)]));
    const later = new Map(repeats.map(({ first, later }) => [first, later]));
    for (const row of firsts) {
      const stands = standing.get(row);
      if (stands === undefined) {
        this.outcomes[row] = Outcome.inserted;
        this.#counts.inserted(row);
      }
      if (stands !== undefined || later.has(row)) this.#judge(row, stands, later.get(row) ?? []);
    }
    await this.#overwrite();
    await this.#share();
    await this.#counts.write(this.#transaction);
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

  /** Settles the rows of one key, in their order. @param stands undefined where the first row was inserted. */
  #judge(first: number, stands: Standing | undefined, later: readonly number[]): void {
    let now = stands ?? this.#contentOf(first);
    let overwriting: number | undefined;
    let shared = false;
    for (const row of stands === undefined ? later : [first, ...later]) {
      const content = this.#contentOf(row);
      if (this.#same(row, content, now)) {
        this.outcomes[row] = Outcome.identical;
        shared ||= now.fileId !== this.#batch.fileId;
      } else if (this.#batch.onConflict === 'replace') {
        this.outcomes[row] = Outcome.replaced;
        this.#counts.replaced(row, now.integral);
        overwriting = row;
        shared = false;
        now = content;
      } else {
        this.outcomes[row] = Outcome.conflicting;
        if (now.fileId === this.#batch.fileId) this.sameFile.add(row);
        else if (now.fileId !== null) this.earlierFiles.set(row, now.fileId);
      }
    }
    if (shared) this.#shares.push(first);
    if (overwriting !== undefined) this.#overwriting.push(overwriting);
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

  /** What other files said alike is no longer what stands there. */
  async #overwrite(): Promise<void> {
    if (this.#overwriting.length === 0) return;
    await this.#transaction.histograms.replace(this.#rows, Int32Array.from(this.#overwriting));
    await this.#transaction.deleteKeys('contribution', SHARE.slice(0, 4), this.#overwriting.map(this.#shareKey));
  }

  async #share(): Promise<void> {
    if (this.#shares.length === 0) return;
    const rows = this.#shares.map((row) => [...this.#shareKey(row), this.#batch.fileId]);
    await this.#transaction.insert('contribution', SHARE, rows, 'ON CONFLICT DO NOTHING');
  }

  #shareKey = (row: number): number[] =>
    SHARE_KEY.map((name) => {
      if (name === 'lumisection_number' && this.#rows.table === 'run_histogram') return 0;
      return cell(columnNamed(this.#rows, name), row) as number;
    });
}

/** Columns of `contribution`; lumisection 0 stands for a run-level histogram. */
const SHARE_KEY = ['run_number', 'monitor_element_id', 'lumisection_number', 'dataset_id'];
const SHARE: readonly Column[] = [...SHARE_KEY, 'file_id'].map((name) => ({ name, type: 'integer' }));
