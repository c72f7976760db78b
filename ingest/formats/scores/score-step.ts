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

/** A row of a table of scores. */
export interface ScoreRow {
  readonly line: number;
  readonly run: number;
  readonly lumisection: number;
  readonly score: number;
  readonly reason: number;
  /** Path of the monitor element; null of the member as such. */
  readonly path: string | null;
}

/** Rows as they come, until there are enough for a step. */
export class ScoreRows {
  readonly #most: number;
  readonly #line: Float64Array;
  readonly #run: Int32Array;
  readonly #lumisection: Int32Array;
  readonly #score: Float64Array;
  readonly #reason: Uint8Array;
  readonly #element: Int32Array;
  #count = 0;
  readonly #elements = new Map<string, number>();
  #issues: IssueRecord[] = [];

  constructor(most: number) {
    this.#most = most;
    this.#line = new Float64Array(most);
    this.#run = new Int32Array(most);
    this.#lumisection = new Int32Array(most);
    this.#score = new Float64Array(most);
    this.#reason = new Uint8Array(most);
    this.#element = new Int32Array(most);
  }

  get isFull(): boolean {
    return this.#count === this.#most || this.#issues.length >= this.#most;
  }

  add({ line, run, lumisection, score, reason, path }: ScoreRow): void {
    const at = this.#count++;
    this.#line[at] = line;
    this.#run[at] = run;
    this.#lumisection[at] = lumisection;
    this.#score[at] = score;
    this.#reason[at] = reason;
    this.#element[at] = path === null ? -1 : this.#place(path);
  }

  tell(issue: IssueRecord): void {
    this.#issues.push(issue);
  }

  take(): ScoreStep {
    const count = this.#count;
    const step: ScoreStep = {
      line: this.#line.slice(0, count),
      run: this.#run.slice(0, count),
      lumisection: this.#lumisection.slice(0, count),
      score: this.#score.slice(0, count),
      reason: this.#reason.slice(0, count),
      element: this.#element.slice(0, count),
      elements: [...this.#elements.keys()],
      issues: this.#issues,
    };
    this.#count = 0;
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
