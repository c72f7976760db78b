import { TASK_PARTS, type TaskPart } from './task.ts';

/** Members of a task, column by column: by part (in the order of TASK_PARTS), run and first lumisection. */
export interface MemberColumns {
  readonly run: Int32Array;
  /** First lumisection; 0 of runs. */
  readonly first: Int32Array;
  readonly last: Int32Array;
  /** Where each part begins, and behind the last one its end: of part `i`, members from `parts[i]` to `parts[i + 1]`. */
  readonly parts: readonly [number, number, number, number];
  /** BAD or GOOD of domain/evaluation/sample.ts. */
  readonly truth: Int8Array;
}

/** Finds members. */
export class MemberIndex {
  readonly columns: MemberColumns;
  /** By part: of each run, from where to where its members stand. */
  readonly #runs: readonly ReadonlyMap<number, readonly [from: number, to: number]>[];

  constructor(columns: MemberColumns) {
    this.columns = columns;
    this.#runs = TASK_PARTS.map((_, part) => rangesOf(columns, part));
  }

  /** Of a part: from where to where. */
  range(part: TaskPart): readonly [from: number, to: number] {
    const { parts } = this.columns;
    const place = TASK_PARTS.indexOf(part);
    return [parts[place] as number, parts[place + 1] as number];
  }

  /** How many a part has. */
  count(part: TaskPart): number {
    const [from, to] = this.range(part);
    return to - from;
  }

  /** Place among all members; -1 where there is no such member. No member is in two parts. */
  place(run: number, first: number): number {
    for (const runs of this.#runs) {
      const range = runs.get(run);
      if (range === undefined) continue;
      let [low, high] = range;
      while (low < high) {
        const middle = (low + high) >>> 1;
        if ((this.columns.first[middle] as number) < first) low = middle + 1;
        else high = middle;
      }
      if (low < range[1] && this.columns.first[low] === first) return low;
    }
    return -1;
  }

  /** The part that has the member at this place. */
  partAt(place: number): TaskPart {
    const { parts } = this.columns;
    return TASK_PARTS[place < parts[1] ? 0 : place < parts[2] ? 1 : 2] as TaskPart;
  }
}

function rangesOf({ run, parts }: MemberColumns, part: number): Map<number, readonly [number, number]> {
  const ranges = new Map<number, readonly [number, number]>();
  const end = parts[part + 1] as number;
  for (let from = parts[part] as number; from < end; ) {
    let to = from + 1;
    while (to < end && run[to] === run[from]) to++;
    ranges.set(run[from] as number, [from, to]);
    from = to;
  }
  return ranges;
}
