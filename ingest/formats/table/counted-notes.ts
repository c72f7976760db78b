import type { IssueRecord } from '../../../src/domain/record.ts';
import { shortened } from '../shortened.ts';

/** What is to be said of a row that stays. `reason` goes on after "n rows from this line on". */
export interface RowNote {
  readonly code: string;
  readonly field: string;
  readonly value: string;
  readonly reason: string;
}

/** Notes on rows: one of each code, however many rows there are. */
export class CountedNotes {
  #notes = new Map<string, RowNote & { readonly line: number; rows: number }>();

  see(note: RowNote, line: number): void {
    const known = this.#notes.get(note.code);
    if (known) known.rows++;
    else this.#notes.set(note.code, { ...note, line, rows: 1 });
  }

  take(): IssueRecord[] {
    const taken = [...this.#notes.values()].map(({ rows, value, reason, ...place }): IssueRecord => {
      return {
        severity: 'NOTE',
        ...place,
        value: shortened(value),
        reason: `${rows} rows from this line on ${reason}`,
      };
    });
    this.#notes = new Map();
    return taken;
  }
}
