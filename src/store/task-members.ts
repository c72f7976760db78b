import { sql } from 'kysely';
import { type Injection, injectionFrom, injectionText } from '../domain/injection.ts';
import type { TaskMember, TaskPart, TruthLabel } from '../domain/task.ts';
import type { CheckedQuery } from './checked-query.ts';
import type { Column, Parameter, Queries, Transaction } from './database.ts';
import { isOneOf } from './test-sql.ts';
import { Turn } from './turn.ts';

/** Members are written so many at once. */
const AT_ONCE = 2_000;

/** How many members a part has of a run, and how many of each class: fewer where their truth is hidden. */
export interface TaskRunCount {
  readonly part: TaskPart;
  readonly run: number;
  readonly members: number;
  readonly positives: number;
  readonly negatives: number;
  /** How many of the positives an anomaly was made in. */
  readonly injected: number;
}

/** A member as somebody may see it: without its truth where that is hidden from whoever asks. */
export type SeenMember = Omit<TaskMember, 'truth'> & { readonly truth: TruthLabel | null };

/** Where a page of members of a part ended. */
export interface MemberPlace {
  readonly run: number;
  readonly first: number;
}

const COLUMNS: readonly Column[] = [
  { name: 'run_number', type: 'integer' },
  { name: 'task_id', type: 'integer' },
  { name: 'lumisection_first', type: 'integer' },
  { name: 'lumisection_last', type: 'integer' },
  { name: 'part', type: 'text' },
  { name: 'truth', type: 'text' },
  { name: 'digest', type: 'bytes' },
  { name: 'injection', type: 'text' },
];

/** In the place of those that the task had. `digests`: aligned, once it is frozen. */
export async function replaceMembers(
  transaction: Transaction,
  taskId: number,
  members: readonly TaskMember[],
  digests?: readonly Uint8Array[],
): Promise<void> {
  await deleteMembers(transaction, taskId);
  const turn = new Turn();
  for (let from = 0; from < members.length; from += AT_ONCE) {
    const rows = members
      .slice(from, from + AT_ONCE)
      .map(({ run, first, last, part, truth, injection }, i): Parameter[] => [
        ...[run, taskId, first, last, part, truth],
        digests?.[from + i] ?? null,
        injection === undefined ? null : injectionText(injection),
      ]);
    await transaction.insert('task_member', COLUMNS, rows);
    await turn.pass();
  }
}

export async function deleteMembers(transaction: Transaction, taskId: number): Promise<void> {
  const runs = await transaction.arrays<[number]>('SELECT DISTINCT run_number FROM task_member WHERE task_id = $1', [
    taskId,
  ]);
  const turn = new Turn();
  for (const [run] of runs) {
    await transaction.all('DELETE FROM task_member WHERE run_number = $1 AND task_id = $2', [run, taskId]);
    await turn.pass();
  }
}

/** Of each task, by part, then run; one statement. */
export async function taskRunCounts(query: CheckedQuery, taskIds: readonly number[]): Promise<TaskRunCount[][]> {
  if (taskIds.length === 0) return [];
  const isAsked = isOneOf(query.database.dialect, sql.raw('m.task_id'), 'int', [...new Set(taskIds)]);
  const rows = (await query.send(
    sql`SELECT m.task_id, m.part, m.run_number, sum(CASE WHEN m.truth = 'POSITIVE' THEN 1 ELSE 0 END),
        sum(CASE WHEN m.truth = 'NEGATIVE' THEN 1 ELSE 0 END), count(m.injection), count(*)
      FROM task_member m WHERE ${isAsked} GROUP BY m.task_id, m.part, m.run_number
      ORDER BY m.task_id, m.part, m.run_number`,
  )) as [number, TaskPart, number, number, number, number, number][];
  const byTask = new Map<number, TaskRunCount[]>();
  for (const [task, part, run, positives, negatives, injected, members] of rows) {
    const counts = {
      ...{ part, run, members: Number(members), injected: Number(injected) },
      ...{ positives: Number(positives), negatives: Number(negatives) },
    };
    const known = byTask.get(task);
    if (known) known.push(counts);
    else byTask.set(task, [counts]);
  }
  return taskIds.map((id) => byTask.get(id) ?? []);
}

/** By run and first lumisection, those behind `after`; the first `most`. */
export async function memberPage(
  queries: Queries,
  taskId: number,
  part: TaskPart,
  { after, most }: { readonly after: MemberPlace | undefined; readonly most: number },
): Promise<SeenMember[]> {
  const rows = await queries.arrays<[number, number, number, TruthLabel | null, string | null]>(
    `SELECT run_number, lumisection_first, lumisection_last, truth, injection FROM task_member
     WHERE task_id = $1 AND part = $2 AND (run_number, lumisection_first) > ($3, $4)
     ORDER BY run_number, lumisection_first LIMIT $5`,
    [taskId, part, after?.run ?? 0, after?.first ?? 0, most],
  );
  return rows.map(([run, first, last, truth, done]) => ({ part, run, first, last, truth, ...injectionIn(done) }));
}

/** Members of a part that an anomaly was made in, as far as whoever asks may see that; by run and first lumisection. */
export async function injectedMembers(
  queries: Queries,
  taskId: number,
  part: TaskPart,
): Promise<(MemberPlace & { injection: Injection })[]> {
  const rows = await queries.arrays<[number, number, string]>(
    `SELECT run_number, lumisection_first, injection FROM task_member
     WHERE task_id = $1 AND part = $2 AND injection IS NOT NULL ORDER BY run_number, lumisection_first`,
    [taskId, part],
  );
  return rows.map(([run, first, text]) => ({ run, first, injection: injectionFrom(text) }));
}

const injectionIn = (text: string | null) => (text === null ? {} : { injection: injectionFrom(text) });

/** Members of a run, with the digests of their histograms when the task was frozen. */
export async function membersOfTaskRun(
  queries: Queries,
  taskId: number,
  run: number,
): Promise<(SeenMember & { digest: Uint8Array | null })[]> {
  const rows = await queries.arrays<[number, number, TaskPart, TruthLabel | null, Uint8Array | null, string | null]>(
    `SELECT lumisection_first, lumisection_last, part, truth, digest, injection FROM task_member
     WHERE run_number = $1 AND task_id = $2 ORDER BY lumisection_first`,
    [run, taskId],
  );
  return rows.map(([first, last, part, truth, digest, done]) => ({
    ...{ run, first, last, part, truth, digest },
    ...injectionIn(done),
  }));
}
