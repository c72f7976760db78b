import type { IssueRecord, RecordBatch, SourcePosition } from '../../src/domain/record.ts';
import { batchLimits, type ReadOptions, type ReadStep } from './format.ts';

/** Rows on their way into a batch. */
interface Rows {
  readonly count: number;
  /** Of their blobs; left out where there are none. */
  readonly bytes?: number;
  take(): RecordBatch;
}

/** Something that is said once a step. */
interface Note {
  addTo(issues: IssueRecord[]): void;
}

/** Cuts a reading into steps: its rows, and the issues found meanwhile. */
export class Steps {
  /** Of the step at hand. */
  issues: IssueRecord[] = [];
  readonly #rows: Rows;
  readonly #notes: readonly Note[];
  readonly #limits: ReturnType<typeof batchLimits>;
  /** Bytes of the source that were read before this step. */
  #begin: number;

  constructor(rows: Rows, options: ReadOptions, begin: number, ...notes: readonly Note[]) {
    this.#rows = rows;
    this.#limits = batchLimits(options);
    this.#begin = begin;
    this.#notes = notes;
  }

  /** Whether it is time for a step; `read`: bytes of the source read so far. */
  isDue(read: number): boolean {
    const { rows, bytes, sourceBytes } = this.#limits;
    return (
      this.#rows.count >= rows ||
      (this.#rows.bytes ?? 0) >= bytes ||
      this.issues.length >= rows ||
      read - this.#begin >= sourceBytes
    );
  }

  /** The step that ends at `position`, and begins another. */
  take(position: SourcePosition, read = position.byte): ReadStep {
    for (const note of this.#notes) note.addTo(this.issues);
    const step = { batch: this.#rows.count > 0 ? this.#rows.take() : null, issues: this.issues, position };
    this.issues = [];
    this.#begin = read;
    return step;
  }
}
