import { ForbiddenError, InvalidInputError, NotFoundError } from '../domain/errors.ts';
import type { MemberIndex } from '../domain/member-index.ts';
import type { PredictionStatus, ThresholdSource } from '../domain/prediction.ts';
import {
  countAnswers,
  type MergedScores,
  mergeScores,
  noScores,
  type PartScores,
  type ScoreRows,
  scoresHash,
} from '../domain/prediction-scores.ts';
import type { TaskPart } from '../domain/task.ts';
import type { Prediction, Task } from '../generated/sqlite/client.ts';
import type { CheckedQuery } from './checked-query.ts';
import type { Queries, Transaction } from './database.ts';
import type { MemberCache } from './member-cache.ts';
import { OWN_SCORES, storedParts, writePart } from './prediction-parts.ts';
import type { StrategyAuthor } from './strategies.ts';

/** A number of the strategist (STATED), or on whose truth an evaluation is to choose it. */
export interface Threshold {
  readonly from: ThresholdSource;
  /** Null unless STATED. */
  readonly threshold: number | null;
}

/** Rows that somebody brings: by a call, or a file. */
export interface Submission {
  readonly rows: ScoreRows;
  /** OWN_SCORES, or the id of a monitor element. */
  readonly monitorElementId: number;
  /** Of these scores; left as it is where null. */
  readonly threshold: Threshold | null;
  readonly onConflict: 'keep' | 'replace' | 'fail';
}

export type SubmissionReport = Pick<MergedScores, 'counts' | 'issues'>;

/** Predictions: what versions of strategies say of the members of frozen tasks. */
export interface Predictions {
  /** Members of a frozen task, from memory where they were read before. */
  members(taskId: number): Promise<MemberIndex>;
  find(taskId: number, strategyVersionId: number): Promise<Prediction | null>;
  /**
   * The prediction of a version on a task: the one there is, or a new one without scores.
   * @param status of a new one: PARTIAL where scores are brought, QUEUED where they are to be made.
   * @throws InvalidInputError (reason DRAFT) for a task that is not frozen; ForbiddenError where the one there is is by
   * somebody else.
   */
  open(
    task: Task,
    strategyVersionId: number,
    author: StrategyAuthor,
    status?: Extract<PredictionStatus, 'PARTIAL' | 'QUEUED'>,
  ): Promise<{ prediction: Prediction; created: boolean }>;
  /**
   * Adds rows to a prediction in one transaction, and settles counts, hash and status (COMPLETE once every member of the
   * test part has an answer, else PARTIAL).
   * @throws InvalidInputError (reason CONFLICT) where `fail` meets a conflict, with nothing changed.
   */
  submit(predictionId: number, submission: Submission): Promise<{ prediction: Prediction; report: SubmissionReport }>;
  /** What a prediction without scores would make of rows. */
  tried(taskId: number, rows: ScoreRows): Promise<SubmissionReport>;
  /**
   * Writes answers to whole parts in the order of members, in the place of those that are stored, and settles as `submit`
   * does. @param threshold null leaves what there is.
   */
  write(
    predictionId: number,
    parts: ReadonlyMap<TaskPart, PartScores>,
    options: { readonly monitorElementId: number; readonly threshold: Threshold | null },
  ): Promise<Prediction>;
  /** How far the making of a prediction has come. */
  setStatus(
    predictionId: number,
    status: PredictionStatus,
    error?: { readonly code: string; readonly message: string },
  ): Promise<Prediction>;
  /**
   * With all that hangs on it. @returns whether there was one.
   * @throws InvalidInputError (reason RUNNING) for one that the server is to make, or makes.
   */
  delete(predictionId: number): Promise<boolean>;
  /** Of a part; null where nothing was said of it. */
  scores(predictionId: number, part: TaskPart, monitorElementId: number): Promise<PartScores | null>;
}

const ALONE = { alone: true } as const;

export const createPredictions = (query: CheckedQuery, members: MemberCache): Predictions => ({
  members: (taskId) => members.of(taskId),
  find: (taskId, strategyVersionId) => find(query.database, taskId, strategyVersionId),
  open: (task, strategyVersionId, author, status = 'PARTIAL') =>
    open(query, members, { task, strategyVersionId, author, status }),
  submit: (id, submission) =>
    query.database.write(async (transaction) => {
      const prediction = await stored(transaction, id);
      const index = await members.of(prediction.taskId);
      const { monitorElementId, onConflict, rows, threshold } = submission;
      const before = await storedParts(transaction, id, monitorElementId);
      const partOf = (part: TaskPart) => before.get(part) ?? noScores(index.count(part));
      const { counts, issues, changed } = mergeScores(
        index,
        partOf,
        rows,
        onConflict === 'replace' ? 'replace' : 'keep',
      );
      if (onConflict === 'fail' && counts.conflicting > 0) throw conflict(issues);
      const report = { counts, issues };
      return { prediction: await settle(transaction, prediction, changed, { monitorElementId, threshold }), report };
    }, ALONE),
  tried: async (taskId, rows) => {
    const index = await members.of(taskId);
    return mergeScores(index, (part) => noScores(index.count(part)), rows, 'keep');
  },
  write: (id, parts, options) =>
    query.database.write(async (transaction) => {
      const prediction = await stored(transaction, id);
      const index = await members.of(prediction.taskId);
      for (const [part, { answers, scores }] of parts) {
        if (answers.length === index.count(part) && scores.length === index.count(part)) continue;
        throw new RangeError(`${part}: ${answers.length} answers for ${index.count(part)} members`);
      }
      return settle(transaction, prediction, parts, options);
    }, ALONE),
  setStatus: (id, status, error) =>
    query.database.write(async (transaction) => {
      await transaction.all(
        'UPDATE prediction SET status = $1, error_code = $2, error_message = $3, updated_at = $4 WHERE id = $5',
        [status, error?.code ?? null, error?.message ?? null, new Date(), id],
      );
      return stored(transaction, id);
    }),
  delete: (id) => query.database.write((transaction) => remove(transaction, id), ALONE),
  scores: async (id, part, monitorElementId) =>
    (await storedParts(query.database, id, monitorElementId, part)).get(part) ?? null,
});

async function open(
  { database }: CheckedQuery,
  members: MemberCache,
  {
    task,
    strategyVersionId,
    author,
    status,
  }: { task: Task; strategyVersionId: number; author: StrategyAuthor; status: PredictionStatus },
): Promise<{ prediction: Prediction; created: boolean }> {
  const hash = assertFrozen(task);
  const expected = (await members.of(task.id)).count('TEST');
  return database.write(async (transaction) => {
    const known = await find(transaction, task.id, strategyVersionId);
    if (known !== null) {
      if (known.author === author.name || author.isAdmin) return { prediction: known, created: false };
      throw new ForbiddenError(`the prediction is by ${known.author}: its author may add to it, or the scope admin`, {
        scope: 'admin',
      });
    }
    const now = new Date();
    await transaction.all(
      `INSERT INTO prediction (task_id, task_hash, strategy_version_id, author, status, threshold_from, expected, scored,
         with_reason, created_at, updated_at)
       VALUES ($1, $2, $3, $4, $5, 'VALIDATION', $6, 0, 0, $7, $8)`,
      [task.id, hash, strategyVersionId, author.name, status, expected, now, now],
    );
    return { prediction: (await find(transaction, task.id, strategyVersionId)) as Prediction, created: true };
  }, ALONE);
}

/** @returns its hash. @throws InvalidInputError (reason DRAFT) */
export function assertFrozen({ state, hash, name }: Pick<Task, 'state' | 'hash' | 'name'>): string {
  if (state === 'FROZEN' && hash !== null) return hash;
  throw new InvalidInputError(`the task ${JSON.stringify(name)} is a draft: it takes predictions once it is frozen`, {
    field: 'task',
    reason: 'DRAFT',
  });
}

/** Writes what changed; counts, hash and status are those of the members' own scores. */
async function settle(
  transaction: Transaction,
  prediction: Prediction,
  changed: ReadonlyMap<TaskPart, PartScores>,
  { monitorElementId, threshold }: { readonly monitorElementId: number; readonly threshold: Threshold | null },
): Promise<Prediction> {
  const { id } = prediction;
  for (const [part, scores] of changed) await writePart(transaction, id, part, monitorElementId, scores);
  if (monitorElementId !== OWN_SCORES) {
    // one threshold for all parts, in whichever call it came
    await transaction.all(
      `UPDATE prediction_scores SET threshold = coalesce($1, (SELECT max(o.threshold) FROM prediction_scores o
         WHERE o.prediction_id = $2 AND o.monitor_element_id = $3))
       WHERE prediction_id = $2 AND monitor_element_id = $3`,
      [threshold?.threshold ?? null, id, monitorElementId],
    );
    return stored(transaction, id);
  }
  const parts = new Map([...(await storedParts(transaction, id, OWN_SCORES)), ...changed]);
  const from = threshold?.from ?? prediction.thresholdFrom;
  const stated = from === 'STATED' ? (threshold ?? prediction).threshold : null;
  const hash = scoresHash(parts, { from, threshold: stated });
  if (hash === prediction.scoresHash) return prediction;
  const test = parts.get('TEST');
  const { scored, reasons } = test ? countAnswers(test) : { scored: 0, reasons: {} };
  const withReason = Object.values(reasons).reduce((sum, count) => sum + count, 0);
  const answered: PredictionStatus = scored + withReason === prediction.expected ? 'COMPLETE' : 'PARTIAL';
  // what a server makes ends with its run, once it is evaluated
  const status = prediction.status === 'RUNNING' ? 'RUNNING' : answered;
  await transaction.all(
    `UPDATE prediction SET status = $1, threshold = $2, threshold_from = $3, scores_hash = $4, scored = $5, with_reason = $6,
       error_code = NULL, error_message = NULL, updated_at = $7 WHERE id = $8`,
    [status, stated, from, hash, scored, withReason, new Date(), id],
  );
  await transaction.all('DELETE FROM evaluation WHERE prediction_id = $1 AND scores_hash <> $2', [id, hash]);
  return stored(transaction, id);
}

async function remove(transaction: Transaction, id: number): Promise<boolean> {
  const [row] = await transaction.arrays<[string]>('SELECT status FROM prediction WHERE id = $1', [id]);
  if (row === undefined) return false;
  assertMade(row[0], 'cancel that first (`cancelPrediction`)');
  // without a foreign key, as the tables of runs are
  await transaction.all('DELETE FROM watched_run WHERE prediction_id = $1', [id]);
  await transaction.all('DELETE FROM prediction WHERE id = $1', [id]);
  return true;
}

/** @throws InvalidInputError (reason RUNNING) for one that the server is to make, or makes; `instead`: what to do. */
export function assertMade(status: string, instead: string): void {
  if (status !== 'QUEUED' && status !== 'RUNNING') return;
  throw new InvalidInputError(`prediction: the server is making it: ${instead}`, {
    field: 'prediction',
    reason: 'RUNNING',
  });
}

async function find(queries: Queries, taskId: number, strategyVersionId: number): Promise<Prediction | null> {
  const rows = await queries.all<Prediction>(
    'SELECT * FROM prediction WHERE task_id = $1 AND strategy_version_id = $2',
    [taskId, strategyVersionId],
  );
  return rows[0] ?? null;
}

async function stored(transaction: Transaction, id: number): Promise<Prediction> {
  const [row] = await transaction.all<Prediction>('SELECT * FROM prediction WHERE id = $1', [id]);
  if (row === undefined) throw new NotFoundError('the prediction is not stored (any more)', { field: 'prediction' });
  return row;
}

const conflict = (issues: SubmissionReport['issues']) =>
  new InvalidInputError('scores: some are stored with another value, and nothing of the call was kept', {
    field: 'scores',
    reason: 'CONFLICT',
    issues: issues.filter(({ severity }) => severity === 'CONFLICTING'),
  });
