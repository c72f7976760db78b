import { LimitExceededError } from '../domain/errors.ts';
import type { TaskDefinition } from '../domain/task.ts';
import type { Prediction, Task } from '../generated/sqlite/client.ts';
import type { Column, Queries, Transaction } from './database.ts';

const DAY_MS = 86_400_000;

const COLUMNS: readonly Column[] = [
  { name: 'task_id', type: 'integer' },
  { name: 'author', type: 'text' },
  { name: 'number', type: 'integer' },
  { name: 'created_at', type: 'time' },
];

export interface SubmissionCount {
  readonly author: string;
  readonly count: number;
  /** How many of them within the last 24 hours. */
  readonly today: number;
}

/** What each author has had evaluated on a task, by name. */
export async function submissionCounts(queries: Queries, taskId: number, now: Date): Promise<SubmissionCount[]> {
  const rows = await queries.arrays<[string, number, number]>(
    `SELECT author, CAST(count(*) AS INTEGER), CAST(sum(CASE WHEN created_at > $2 THEN 1 ELSE 0 END) AS INTEGER)
     FROM submission WHERE task_id = $1 GROUP BY author ORDER BY author`,
    [taskId, new Date(now.getTime() - DAY_MS)],
  );
  return rows.map(([author, count, today]) => ({ author, count: Number(count), today: Number(today) }));
}

type LimitedTask = Pick<Task, 'id' | 'name' | 'definition'>;

/** What `assertOneMore` says. */
export const SUBMISSIONS = 'SUBMISSIONS';

/** Whether the scores that a prediction has were evaluated, and so counted, before. */
export async function isCounted(
  queries: Queries,
  { id, scoresHash }: Pick<Prediction, 'id' | 'scoresHash'>,
): Promise<boolean> {
  const known = await queries.arrays(
    `SELECT 1 FROM evaluation WHERE prediction_id = $1 AND scores_hash = $2 AND scope = 'TEST'`,
    [id, scoresHash],
  );
  return known.length > 0;
}

/**
 * Counts an evaluation of scores that the author had not had evaluated before: to be called, in the transaction that keeps
 * it, once for each. The caller lets no other transaction write meanwhile.
 * @throws as assertOneMore does
 */
export async function countSubmission(
  transaction: Transaction,
  task: LimitedTask,
  author: string,
  now: Date,
): Promise<void> {
  const used = await assertOneMore(transaction, task, author, now);
  await transaction.insert('submission', COLUMNS, [[task.id, author, used + 1, now]]);
}

/**
 * @returns how many submissions of the author were evaluated.
 * @throws LimitExceededError (reason SUBMISSIONS, with `limit`, `used` and `again`: when one more may be made, null: never)
 * where another one would be one too many.
 */
export async function assertOneMore(
  queries: Pick<Queries, 'arrays'>,
  task: LimitedTask,
  author: string,
  now: Date,
): Promise<number> {
  const { maxSubmissions = null, maxSubmissionsPerDay = null } = JSON.parse(task.definition) as Partial<TaskDefinition>;
  const [[count] = [0]] = await queries.arrays<[number]>(
    'SELECT CAST(count(*) AS INTEGER) FROM submission WHERE task_id = $1 AND author = $2',
    [task.id, author],
  );
  const used = Number(count);
  if (maxSubmissions !== null && used >= maxSubmissions) throw tooMany(task.name, author, maxSubmissions, used, null);
  if (maxSubmissionsPerDay !== null) {
    const recent = await queries.arrays<[Date]>(
      'SELECT created_at FROM submission WHERE task_id = $1 AND author = $2 AND created_at > $3 ORDER BY created_at DESC',
      [task.id, author, new Date(now.getTime() - DAY_MS)],
    );
    // one more may be made when the oldest of those that fill the day is a day old
    const filling = recent[maxSubmissionsPerDay - 1]?.[0];
    if (filling !== undefined) {
      const again = new Date(filling.getTime() + DAY_MS);
      throw tooMany(task.name, author, maxSubmissionsPerDay, recent.length, again);
    }
  }
  return used;
}

function tooMany(task: string, author: string, limit: number, used: number, again: Date | null): LimitExceededError {
  const when = again === null ? 'no more are taken' : `the next one is taken after ${again.toISOString()}`;
  const span = again === null ? '' : ' within 24 hours';
  return new LimitExceededError(
    `task: ${author} has had ${used} submissions to ${task} evaluated${span}, and the limit is ${limit}: ${when}`,
    { reason: SUBMISSIONS, field: 'task', limit, used, again: again?.toISOString() ?? null },
  );
}
