import { BAD, GOOD } from '../domain/evaluation/sample.ts';
import { MemberIndex } from '../domain/member-index.ts';
import { TASK_PARTS, type TaskPart, type TruthLabel } from '../domain/task.ts';
import type { Queries } from './database.ts';

/** Members that are kept in memory: some 14 bytes each. */
const MOST_MEMBERS = 2_000_000;
/** Rows are read so many at once. */
const AT_ONCE = 50_000;

/**
 * Members of frozen tasks, which never change: read once, and kept while there is place. Their truth is among it, whoever
 * asks: what it is told of is the caller's care.
 */
export class MemberCache {
  readonly #queries: Queries;
  readonly #indexes = new Map<number, MemberIndex>();

  constructor(queries: Queries) {
    this.#queries = queries;
  }

  /** @param taskId of a frozen task */
  async of(taskId: number): Promise<MemberIndex> {
    const known = this.#indexes.get(taskId);
    this.#indexes.delete(taskId);
    const index = known ?? new MemberIndex(await readMembers(this.#queries, taskId));
    this.#indexes.set(taskId, index);
    let total = 0;
    for (const { columns } of this.#indexes.values()) total += columns.run.length;
    for (const [id, { columns }] of this.#indexes) {
      if (total <= MOST_MEMBERS || id === taskId) break;
      this.#indexes.delete(id);
      total -= columns.run.length;
    }
    return index;
  }
}

async function readMembers(queries: Queries, taskId: number) {
  const rows: [number, number, number, TruthLabel][] = [];
  const parts: number[] = [0];
  for (const part of TASK_PARTS) {
    for await (const page of pagesOf(queries, taskId, part)) for (const row of page) rows.push(row);
    parts.push(rows.length);
  }
  return {
    run: Int32Array.from(rows, ([run]) => run),
    first: Int32Array.from(rows, ([, first]) => first),
    last: Int32Array.from(rows, ([, , last]) => last),
    parts: parts as [number, number, number, number],
    truth: Int8Array.from(rows, ([, , , truth]) => (truth === 'POSITIVE' ? BAD : GOOD)),
  };
}

async function* pagesOf(queries: Queries, taskId: number, part: TaskPart) {
  let [run, first] = [-1, -1];
  for (;;) {
    const page = await queries.arrays<[number, number, number, TruthLabel]>(
      `SELECT run_number, lumisection_first, lumisection_last, truth FROM task_member
       WHERE task_id = $1 AND part = $2 AND (run_number, lumisection_first) > ($3, $4)
       ORDER BY run_number, lumisection_first LIMIT $5`,
      [taskId, part, run, first, AT_ONCE],
    );
    yield page;
    if (page.length < AT_ONCE) return;
    [run, first] = page.at(-1) as [number, number, number, TruthLabel];
  }
}
