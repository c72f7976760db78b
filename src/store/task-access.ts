import type { TaskPart } from '../domain/task.ts';
import type { BoardScope } from '../domain/task-board.ts';
import { isAuthor, owns, type Viewer } from '../domain/viewer.ts';
import type { Task } from '../generated/sqlite/client.ts';
import type { Queries } from './database.ts';

/** Who asks, as far as it matters for what is hidden. */
export type Asker = Pick<Viewer, 'name' | 'scopes' | 'authenticated'>;

/** Whether the truth of the test part is open to whoever asks: to the author it is, to the scope `admin`, and once it is revealed to all. */
export const seesTruth = (
  { isTruthHidden, revealedAt, author }: Pick<Task, 'isTruthHidden' | 'revealedAt' | 'author'>,
  asker: Asker,
): boolean => !isTruthHidden || revealedAt !== null || owns(asker, author);

/** The runs in which the truth of a task is hidden from whoever asks. */
export async function runsHiddenFrom(queries: Queries, asker: Asker): Promise<ReadonlySet<number>> {
  if (asker.scopes.includes('admin')) return new Set();
  const rows = await queries.arrays<[number, string]>(
    `SELECT h.run_number, t.author FROM hidden_run h JOIN task t ON t.id = h.task_id WHERE t.revealed_at IS NULL`,
  );
  return new Set(rows.flatMap(([run, author]) => (isAuthor(asker, author) ? [] : [run])));
}

/** The test runs of a task that are its public part; empty where it has none. */
export async function publicRunsOf(queries: Queries, taskId: number): Promise<ReadonlySet<number>> {
  const rows = await queries.arrays<[number]>('SELECT run_number FROM hidden_run WHERE task_id = $1 AND is_public', [
    taskId,
  ]);
  return new Set(rows.map(([run]) => run));
}

/**
 * Which evaluations of a task whoever asks may see: over the whole test part (TEST), over its public part (PUBLIC), or none.
 * `hiddenFrom`: ids of the tasks whose truth is hidden from it. A task of open truth whose test runs are those of a hidden
 * one shows nothing either: its evaluations would tell of them.
 */
export async function boardScope(
  queries: Queries,
  task: Pick<Task, 'id'>,
  hiddenFrom: readonly number[],
): Promise<BoardScope> {
  if (hiddenFrom.length === 0) return 'TEST';
  const isOwn = hiddenFrom.includes(task.id);
  const others = hiddenFrom.filter((id) => id !== task.id);
  if (others.length > 0) {
    const counted = isOwn
      ? 'AND EXISTS (SELECT 1 FROM hidden_run p WHERE p.run_number = m.run_number AND p.task_id = m.task_id AND p.is_public)'
      : '';
    const [shared] = await queries.arrays(
      `SELECT m.run_number FROM hidden_run h JOIN task_member m ON m.run_number = h.run_number
       WHERE h.task_id IN (${others.join(', ')}) AND m.task_id = $1 AND m.part = 'TEST' ${counted} LIMIT 1`,
      [task.id],
    );
    if (shared !== undefined) return 'NONE';
  }
  if (!isOwn) return 'TEST';
  return (await publicRunsOf(queries, task.id)).size > 0 ? 'PUBLIC' : 'NONE';
}

/** What strategies learn from, and choose thresholds by: what they make tells of the truth of these parts. */
const LEARNED: readonly TaskPart[] = ['TRAIN', 'VALIDATION'];

/**
 * A part that strategies learn from (TRAIN first) in which tasks whose truth is hidden from whoever asks have runs: what is
 * learned would tell of it. Null: none.
 */
export async function closedPart(
  queries: Queries,
  { id }: Pick<Task, 'id'>,
  hiddenFrom: readonly number[],
): Promise<TaskPart | null> {
  if (hiddenFrom.length === 0) return null;
  const rows = await queries.arrays<[TaskPart]>(
    `SELECT DISTINCT m.part FROM hidden_run h JOIN task_member m ON m.run_number = h.run_number
     WHERE h.task_id IN (${hiddenFrom.join(', ')}) AND m.task_id = $1`,
    [id],
  );
  return LEARNED.find((part) => rows.some(([one]) => one === part)) ?? null;
}
