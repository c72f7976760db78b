import type { IssueRecord } from '../../../src/domain/record.ts';

/** Rows of a file of scores, column by column. */
export interface ScoreStep {
  /** Line of a CSV; number of the row, from 1, of the others. */
  readonly line: Float64Array;
  readonly run: Int32Array;
  /** 0: of the whole run. */
  readonly lumisection: Int32Array;
  /** NaN where there is none. */
  readonly score: Float64Array;
  /** 0, or the byte of a reason (domain/prediction.ts). */
  readonly reason: Uint8Array;
  /** Index in `elements`; -1 of scores of members as such. */
  readonly element: Int32Array;
  readonly elements: readonly string[];
  /** Since the step before: a REJECTED one for each row that is none, and notes. */
  readonly issues: readonly IssueRecord[];
}

/** Rows as they come; a step when there are enough. */
export class ScoreRows {
  readonly #rows: { line: number; run: number; lumisection: number; score: number; reason: number; element: number }[] =
    [];
  readonly #elements = new Map<string, number>();
  #issues: IssueRecord[] = [];

  get count(): number {
    return this.#rows.length + this.#issues.length;
  }

  add(row: {
    line: number;
    run: number;
    lumisection: number;
    score: number;
    reason: number;
    path: string | null;
  }): void {
    const { path, ...numbers } = row;
    this.#rows.push({ ...numbers, element: path === null ? -1 : this.#place(path) });
  }

  tell(issue: IssueRecord): void {
    this.#issues.push(issue);
  }

  take(): ScoreStep {
    const rows = this.#rows.splice(0);
    const step: ScoreStep = {
      line: Float64Array.from(rows, ({ line }) => line),
      run: Int32Array.from(rows, ({ run }) => run),
      lumisection: Int32Array.from(rows, ({ lumisection }) => lumisection),
      score: Float64Array.from(rows, ({ score }) => score),
      reason: Uint8Array.from(rows, ({ reason }) => reason),
      element: Int32Array.from(rows, ({ element }) => element),
      elements: [...this.#elements.keys()],
      issues: this.#issues,
    };
    this.#elements.clear();
    this.#issues = [];
    return step;
  }

  #place(path: string): number {
    const known = this.#elements.get(path);
    if (known !== undefined) return known;
    this.#elements.set(path, this.#elements.size);
    return this.#elements.size - 1;
  }
}
