import { InvalidInputError, LimitExceededError, NotFoundError } from '../domain/errors.ts';
import { madeStorable } from '../domain/storable-text.ts';
import type { Prediction, StrategyRun, Task } from '../generated/sqlite/client.ts';
import type { Database, Queries, Transaction } from './database.ts';
import type { Dialect } from './dialect.ts';
import type { Predictions } from './predictions.ts';
import { rowOfIds } from './rows-of-ids.ts';
import type { Lease } from './store.ts';
import type { StrategyAuthor } from './strategies.ts';
import { assertOneMore } from './submissions.ts';

/** A monitor element of which nothing could be learned. */
export interface NotLearned {
  readonly monitorElement: string;
  readonly reason: string;
}

export interface RunProgress {
  readonly stepsDone: number;
  readonly stepsTotal: number;
}

/** How a run ends. */
export interface RunEnd {
  readonly status: 'COMPLETE' | 'FAILED' | 'CANCELLED';
  readonly problem?: { readonly code: string; readonly message: string } | undefined;
  readonly notLearned?: readonly NotLearned[];
  readonly progress?: RunProgress | undefined;
}

/**
 * Predictions that built-in strategies make, in the background: one queue for all processes on the database. A run belongs
 * to one process at a time, by a lease as a job does (see jobs.ts). One whose process died is taken over by another, up to
 * MAX_ATTEMPTS times, and begins anew: what it writes is the same.
 */
export interface StrategyRuns {
  /**
   * Has a prediction made, unless there is one of this version, whosever it is: one that FAILED or was CANCELLED is made
   * anew, any other stays as it is.
   * @throws as Predictions.open does; InvalidInputError (reason CANCELLING) for one that was told to stop and has not yet;
   * LimitExceededError where MOST_WAITING of the author wait already, or the task takes
   * no more submissions of the author (see submissions.ts).
   */
  enqueue(
    task: Task,
    strategyVersionId: number,
    author: StrategyAuthor,
  ): Promise<{ readonly prediction: Prediction; readonly queued: boolean }>;
  /** Whether there is something that a process could take now. */
  isWaiting(isDead: Lease['isDead']): Promise<boolean>;
  /**
   * Takes a run: one that lost its process first, else that which has waited longest of the author who was served longest
   * ago; null where there is none.
   */
  claim(lease: Lease): Promise<{ readonly prediction: Prediction; readonly run: StrategyRun } | null>;
  /** Keeps a run. @returns null where the lease is lost: another process has it. */
  renew(id: number, lease: string, progress?: RunProgress): Promise<{ readonly cancelRequested: boolean } | null>;
  /** Ends a run. @returns false where the lease is lost. */
  settle(id: number, lease: string, end: RunEnd): Promise<boolean>;
  /** Puts a run back into the queue, not to be taken within `afterSeconds`; `counts`: that was one of its attempts. */
  release(
    id: number,
    lease: string,
    options: { readonly afterSeconds: number; readonly counts: boolean },
  ): Promise<void>;
  /**
   * Cancels a run that waits; one that is worked on is told so. One that is CANCELLED stays it.
   * @throws NotFoundError for a prediction that nobody makes; InvalidInputError for one that is made, or FAILED.
   */
  cancel(id: number, isDead: Lease['isDead']): Promise<Prediction>;
  /** How many there are, by the status of their prediction. */
  countByStatus(): Promise<Readonly<Record<string, number>>>;
  /** Of each prediction; null where no built-in strategy makes it. */
  of(predictionIds: readonly number[]): Promise<(StrategyRun | null)[]>;
}

/** How long a process that is not heard of keeps its run: many times the pause between two renewals. */
const LEASE_SECONDS = 30;
/** A run whose process died this often is given up: it is likely why. */
export const MAX_ATTEMPTS = 3;
/** Runs of one author that wait or are worked on: each may take a thread for minutes. */
export const MOST_WAITING = 100;
/** What a crash of the database takes back is said again within a second. */
const NOT_FLUSHED = false;

export const createStrategyRuns = (
  database: Pick<Database, 'dialect' | 'all' | 'arrays' | 'write'>,
  predictions: Pick<Predictions, 'find' | 'open'>,
): StrategyRuns => {
  const { dialect } = database;
  const write = <T>(work: (transaction: Transaction) => Promise<T>, flush = true) => database.write(work, { flush });
  return {
    async enqueue(task, strategyVersionId, author) {
      const known = await predictions.find(task.id, strategyVersionId);
      if (known === null || REQUEUED.includes(known.status)) {
        await assertOneMore(database, task, known?.author ?? author.name, new Date());
        // once more where it is put into the queue; here so that what is refused leaves no prediction behind
        await refuseMany(database, author.name);
      }
      const { prediction } = known
        ? { prediction: known }
        : await predictions.open(task, strategyVersionId, author, 'QUEUED');
      return write((transaction) => queue(transaction, dialect, prediction.id, author.name));
    },

    async isWaiting(isDead) {
      const rows = await database.all<Held>(
        `SELECT lease_owner, ${lapsed(dialect)} AS lapsed FROM strategy_run
         WHERE finished_at IS NULL AND not_before <= ${dialect.timeFromNow(0)}`,
      );
      return rows.some((row) => isLeft(row, isDead));
    },

    claim: (lease) =>
      write(async (transaction) => {
        const rows = await transaction.all<StrategyRun & Held>(
          `SELECT *, ${lapsed(dialect)} AS lapsed FROM strategy_run
           WHERE finished_at IS NULL AND not_before <= ${dialect.timeFromNow(0)}
           ORDER BY CASE WHEN lease_owner IS NULL THEN 1 ELSE 0 END, queued_at, prediction_id ${dialect.lockFreeRows}`,
        );
        const left = rows.filter((one) => isLeft(one, lease.isDead));
        for (const row of await inTurn(transaction, left)) {
          if (row.cancelRequested) await end(transaction, row.predictionId, { status: 'CANCELLED' });
          else if (row.attempts < MAX_ATTEMPTS) return take(transaction, dialect, row.predictionId, lease);
          else await end(transaction, row.predictionId, { status: 'FAILED', problem: deathProblem(row.attempts) });
        }
        return null;
      }),

    renew: (id, lease, progress) =>
      write(async (transaction) => {
        const [row] = await transaction.all<{ cancelRequested: boolean | number }>(
          `UPDATE strategy_run SET lease_expires_at = ${dialect.timeFromNow(LEASE_SECONDS)},
             steps_done = COALESCE($3, steps_done), steps_total = COALESCE($4, steps_total)
           WHERE prediction_id = $1 AND lease_owner = $2 RETURNING cancel_requested`,
          [id, lease, progress?.stepsDone ?? null, progress?.stepsTotal ?? null],
        );
        return row === undefined ? null : { cancelRequested: Boolean(row.cancelRequested) };
      }, NOT_FLUSHED),

    settle: (id, lease, how) =>
      write(async (transaction) => {
        const held = await transaction.all(
          `SELECT 1 FROM strategy_run WHERE prediction_id = $1 AND lease_owner = $2 ${dialect.lockRows}`,
          [id, lease],
        );
        if (held.length > 0) await end(transaction, id, how);
        return held.length > 0;
      }),

    release: (id, lease, { afterSeconds, counts }) =>
      write(async (transaction) => {
        const [row] = await transaction.all(
          `UPDATE strategy_run SET lease_owner = NULL, lease_expires_at = NULL,
             not_before = ${dialect.timeFromNow(afterSeconds)}, attempts = attempts - $3
           WHERE prediction_id = $1 AND lease_owner = $2 RETURNING prediction_id`,
          [id, lease, counts ? 0 : 1],
        );
        if (row !== undefined) await setStatus(transaction, id, 'QUEUED');
      }),

    cancel: (id, isDead) =>
      write(async (transaction) => {
        const prediction = await predictionOf(transaction, id);
        const [row] = await transaction.all<StrategyRun & Held>(
          `SELECT *, ${lapsed(dialect)} AS lapsed FROM strategy_run WHERE prediction_id = $1 ${dialect.lockRows}`,
          [id],
        );
        if (row === undefined)
          throw new NotFoundError('no built-in strategy makes this prediction', { field: 'prediction' });
        if (prediction.status === 'CANCELLED') return prediction;
        if (row.finishedAt !== null) {
          throw new InvalidInputError(`the prediction is ${prediction.status}: there is nothing left to cancel`, {
            field: 'prediction',
            value: prediction.status,
          });
        }
        if (isLeft(row, isDead)) await end(transaction, id, { status: 'CANCELLED' });
        else
          await transaction.all('UPDATE strategy_run SET cancel_requested = $2 WHERE prediction_id = $1', [id, true]);
        return predictionOf(transaction, id);
      }),

    async countByStatus() {
      const rows = await database.arrays<[string, number]>(
        `SELECT p.status, count(*) FROM strategy_run r JOIN prediction p ON p.id = r.prediction_id GROUP BY p.status`,
      );
      return Object.fromEntries(rows.map(([status, count]) => [status, Number(count)]));
    },

    of: (ids) => rowOfIds<StrategyRun>(database, 'SELECT * FROM strategy_run', 'prediction_id', ids),
  };
};

interface Held {
  readonly leaseOwner: string | null;
  readonly lapsed: number;
}

/** 1 where a lease has run out by the clock of the database. */
export const lapsed = ({ timeFromNow }: Dialect) => `CASE WHEN lease_expires_at > ${timeFromNow(0)} THEN 0 ELSE 1 END`;

/** Whether nobody works (any more) on what is held by a lease. */
export const isLeft = ({ leaseOwner, lapsed }: Held, isDead: Lease['isDead']): boolean =>
  lapsed > 0 || leaseOwner === null || isDead(leaseOwner);

const REQUEUED: readonly string[] = ['FAILED', 'CANCELLED'];

async function queue(transaction: Transaction, dialect: Dialect, id: number, author: string) {
  const prediction = await predictionOf(transaction, id);
  const rows = await transaction.all<StrategyRun>(
    `SELECT * FROM strategy_run WHERE prediction_id = $1 ${dialect.lockRows}`,
    [id],
  );
  if (rows.length > 0 && !REQUEUED.includes(prediction.status)) {
    // one that had been cancelled would be said to go on
    if (rows[0]?.cancelRequested && rows[0].finishedAt === null) {
      throw new InvalidInputError('the run is being cancelled: ask again when it is CANCELLED', {
        reason: 'CANCELLING',
      });
    }
    return { prediction, queued: false };
  }
  await refuseMany(transaction, author);
  const now = new Date();
  await transaction.all(
    `INSERT INTO strategy_run (prediction_id, not_before, queued_at) VALUES ($1, ${dialect.timeFromNow(0)}, $2)
     ON CONFLICT (prediction_id) DO UPDATE SET not_before = excluded.not_before, queued_at = excluded.queued_at,
       attempts = 0, cancel_requested = $3, steps_done = 0, not_learned = '[]', started_at = NULL, finished_at = NULL`,
    [id, now, false],
  );
  await setStatus(transaction, id, 'QUEUED');
  transaction.publish({ kind: 'strategyRun', predictionId: id });
  return { prediction: await predictionOf(transaction, id), queued: true };
}

/** In their order, but by author in turn. */
async function inTurn<Row extends Pick<StrategyRun, 'predictionId' | 'leaseOwner'>>(
  transaction: Transaction,
  rows: readonly Row[],
): Promise<readonly Row[]> {
  if (rows.length < 2) return rows;
  const waiting = await transaction.arrays<[number, string]>(
    `SELECT r.prediction_id, p.author FROM strategy_run r JOIN prediction p ON p.id = r.prediction_id
     WHERE r.finished_at IS NULL`,
  );
  const served = await transaction.all<{ author: string; served: Date | null }>(
    `SELECT p.author, max(r.started_at) AS served FROM strategy_run r JOIN prediction p ON p.id = r.prediction_id
     GROUP BY p.author`,
  );
  const authors = new Map(waiting);
  const times = new Map(served.map((one) => [one.author, one.served === null ? 0 : Number(new Date(one.served))]));
  const turn = ({ predictionId, leaseOwner }: Row) =>
    leaseOwner === null ? (times.get(authors.get(predictionId) ?? '') ?? 0) : Number.NEGATIVE_INFINITY;
  return rows.toSorted((a, b) => turn(a) - turn(b));
}

async function refuseMany(transaction: Queries, author: string): Promise<void> {
  const [row] = await transaction.arrays<[number]>(
    `SELECT count(*) FROM strategy_run r JOIN prediction p ON p.id = r.prediction_id
     WHERE r.finished_at IS NULL AND p.author = $1`,
    [author],
  );
  const waiting = Number(row?.[0] ?? 0);
  if (waiting < MOST_WAITING) return;
  throw new LimitExceededError(`${waiting} runs of ${author} wait already: let some end, or cancel them`, {
    ...{ limit: MOST_WAITING, actual: waiting, reason: 'RUNS_WAITING' },
  });
}

async function take(transaction: Transaction, dialect: Dialect, id: number, { owner }: Lease) {
  const [run] = await transaction.all<StrategyRun>(
    `UPDATE strategy_run SET attempts = attempts + 1, started_at = $3, steps_done = 0, lease_owner = $2,
       lease_expires_at = ${dialect.timeFromNow(LEASE_SECONDS)} WHERE prediction_id = $1 RETURNING *`,
    [id, owner, new Date()],
  );
  await setStatus(transaction, id, 'RUNNING');
  return { run: run as StrategyRun, prediction: await predictionOf(transaction, id) };
}

const deathProblem = (attempts: number) => ({
  code: 'WORKER_DIED',
  message: `the process that ran the strategy died ${attempts} times over it: it is left alone until somebody runs it again`,
});

async function end(
  transaction: Transaction,
  id: number,
  { status, problem, notLearned = [], progress }: RunEnd,
): Promise<void> {
  await transaction.all(
    `UPDATE strategy_run SET lease_owner = NULL, lease_expires_at = NULL, finished_at = $2, not_learned = $3,
       steps_done = COALESCE($4, steps_done), steps_total = COALESCE($5, steps_total) WHERE prediction_id = $1`,
    [id, new Date(), JSON.stringify(notLearned), progress?.stepsDone ?? null, progress?.stepsTotal ?? null],
  );
  await setStatus(transaction, id, status, problem);
}

async function setStatus(transaction: Transaction, id: number, status: string, problem?: RunEnd['problem']) {
  await transaction.all(
    'UPDATE prediction SET status = $2, error_code = $3, error_message = $4, updated_at = $5 WHERE id = $1',
    [id, status, problem?.code ?? null, problem === undefined ? null : madeStorable(problem.message), new Date()],
  );
}

async function predictionOf(transaction: Transaction, id: number): Promise<Prediction> {
  const [row] = await transaction.all<Prediction>('SELECT * FROM prediction WHERE id = $1', [id]);
  if (row === undefined) throw new NotFoundError('the prediction is not stored (any more)', { field: 'prediction' });
  return row;
}
