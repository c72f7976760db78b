import { randomUUID } from 'node:crypto';
import { InvalidInputError, NotFoundError, UnavailableError } from '../domain/errors.ts';
import { madeStorable } from '../domain/storable-text.ts';
import type { DataFile, Job } from '../generated/sqlite/client.ts';
import type { Database, Transaction } from './database.ts';
import type { Dialect } from './dialect.ts';
import { UNDECIDED } from './ledger-files.ts';
import type { Lease } from './store.ts';
import type { Stored } from './tables.ts';

/** A file that somebody wants to have read. */
export interface JobRequest {
  /** `upload`: lies in the folder of uploads, and `path` is relative to it. `path`: lies elsewhere, and `path` is absolute. */
  readonly origin: 'upload' | 'path';
  readonly path: string;
  /** What the ledger calls it. */
  readonly ledgerPath: string;
  readonly size: number;
  /** Where it is known already. */
  readonly sha256?: string | undefined;
  /** As stated, '' where the file has to say. */
  readonly dataset: string;
  readonly source: string;
  readonly format: string;
  /** How it is to be read, for whoever works on it. */
  readonly settings: string;
}

/** What stopped a job. */
export interface JobProblem {
  readonly code: string;
  readonly message: string;
}

export interface JobProgress {
  readonly bytesDone: number;
  readonly bytesTotal: number;
}

/**
 * Files that wait to be read, in the order in which they were offered: one queue for all processes on the database. A
 * job belongs to one worker at a time, by a lease as a file belongs to one reading (see Lease). One whose worker died is
 * taken over by another, up to MAX_ATTEMPTS times without a step forward.
 */
export interface Jobs {
  /** Enters files in the ledger (PENDING) and queues them, all in one transaction; in the order of the requests. */
  enqueue(requests: readonly JobRequest[], owner: string): Promise<{ readonly file: DataFile; readonly job: Job }[]>;
  /** Whether there is something that a worker could take now. */
  isWaiting(isDead: Lease['isDead']): Promise<boolean>;
  /** How many there are, by state. */
  countByState(): Promise<Readonly<Record<string, number>>>;
  /** Takes the job that has waited longest, those first that lost their workers; null where there is none. */
  claim(lease: Lease): Promise<Job | null>;
  /** Keeps a job. @returns null where the lease is lost: another worker has it. */
  renew(id: number, lease: string, progress?: JobProgress): Promise<{ readonly cancelRequested: boolean } | null>;
  /** Ends a job. @returns false where the lease is lost. */
  settle(
    id: number,
    lease: string,
    end: { readonly state: 'DONE' | 'FAILED' | 'CANCELLED'; readonly problem?: JobProblem | undefined },
  ): Promise<boolean>;
  /** Puts a job back into the queue, not to be taken within `afterSeconds`; `counts`: that was one of its attempts. */
  release(
    id: number,
    lease: string,
    options: { readonly afterSeconds: number; readonly counts: boolean },
  ): Promise<void>;
  /**
   * Cancels a job that waits; one that is worked on is told so, and becomes CANCELLED after the batch in flight. One that
   * is CANCELLED stays it. @throws NotFoundError; InvalidInputError for one that is DONE or FAILED.
   */
  cancel(id: number, isDead: Lease['isDead']): Promise<Job>;
  /**
   * Queues a job anew that FAILED or was CANCELLED; its file goes on from its checkpoint. One that waits or is worked on
   * stays as it is. @throws NotFoundError; InvalidInputError for one that is DONE, or is being cancelled.
   */
  retry(id: number): Promise<Job>;
  /** How many files of one client wait to be read. */
  countWaiting(owner: string): Promise<number>;
  /** Paths of the uploads by which an entry of the ledger came, and whose jobs are over without having read them. */
  leftUploads(fileId: number): Promise<readonly { readonly path: string; readonly owner: string }[]>;
  /** Paths of the uploads that jobs still need. */
  unfinishedUploads(): Promise<ReadonlySet<string>>;
}

/** How long a worker that is not heard of keeps its job: many times the pause between two renewals. */
const LEASE_SECONDS = 30;

/** A job whose worker died this often, and got no further in between, is given up: its file is likely why. */
export const MAX_ATTEMPTS = 3;

/** What a crash of the database takes back is said again within a second. */
const NOT_FLUSHED = false;

export const createJobs = (database: Pick<Database, 'dialect' | 'all' | 'arrays' | 'write'>): Jobs => {
  const { dialect } = database;
  const write = <T>(work: (transaction: Transaction) => Promise<T>, flush = true) => database.write(work, { flush });
  return {
    enqueue: (requests, owner) =>
      write(async (transaction) => {
        const queued: { file: DataFile; job: Job }[] = [];
        for (const request of requests) queued.push(await enqueueOne(transaction, dialect, request, owner));
        return queued;
      }),

    async isWaiting(isDead) {
      const rows = await database.all<{ state: string; leaseOwner: string | null; lapsed: number }>(
        `SELECT state, lease_owner, ${lapsed(dialect)} AS lapsed FROM job WHERE state = 'RUNNING'
         UNION ALL SELECT state, owner, due FROM (SELECT state, owner, 1 AS due FROM job WHERE state = 'QUEUED'
           AND not_before <= ${dialect.timeFromNow(0)} LIMIT 1) next`,
      );
      return rows.some((row) => row.state === 'QUEUED' || isLeft(row, isDead));
    },

    async countByState() {
      const rows = await database.arrays<[string, number]>('SELECT state, count(*) FROM job GROUP BY state');
      return Object.fromEntries(rows.map(([state, count]) => [state, Number(count)]));
    },

    claim: (lease) =>
      write(async (transaction) => {
        const left = await takeOver(transaction, dialect, lease);
        return left ?? (await takeNext(transaction, dialect, lease));
      }),

    renew: (id, lease, progress) =>
      write(async (transaction) => {
        const [row] = await transaction.all<{ cancelRequested: boolean | number }>(
          `UPDATE job SET lease_expires_at = ${dialect.timeFromNow(LEASE_SECONDS)},
             bytes_done = COALESCE($3, bytes_done), bytes_total = COALESCE($4, bytes_total)
           WHERE id = $1 AND lease_owner = $2 RETURNING cancel_requested`,
          [id, lease, progress?.bytesDone ?? null, progress?.bytesTotal ?? null],
        );
        return row === undefined ? null : { cancelRequested: Boolean(row.cancelRequested) };
      }, NOT_FLUSHED),

    settle: (id, lease, { state, problem }) =>
      write(async (transaction) => {
        const [row] = await transaction.all<Stored<Job>>(
          `UPDATE job SET state = $3, error_code = $4, error_message = $5, finished_at = $6, lease_owner = NULL,
             lease_expires_at = NULL, bytes_done = CASE WHEN $3 = 'DONE' THEN bytes_total ELSE bytes_done END
           WHERE id = $1 AND lease_owner = $2 RETURNING *`,
          [id, lease, state, problem?.code ?? null, wording(problem), new Date()],
        );
        if (row === undefined) return false;
        if (state !== 'DONE') await settleFile(transaction, dialect, row.fileId, { state, problem });
        tell(transaction, row);
        return true;
      }),

    release: (id, lease, { afterSeconds, counts }) =>
      write(async (transaction) => {
        const [row] = await transaction.all<Stored<Job>>(
          `UPDATE job SET state = 'QUEUED', lease_owner = NULL, lease_expires_at = NULL,
             not_before = ${dialect.timeFromNow(afterSeconds)}, attempts = attempts - $3
           WHERE id = $1 AND lease_owner = $2 RETURNING *`,
          [id, lease, counts ? 0 : 1],
        );
        if (row !== undefined) tell(transaction, row);
      }),

    cancel: (id, isDead) =>
      write(async (transaction) => {
        const { row, isLapsed } = await lockJob(transaction, dialect, id);
        if (row.state === 'DONE' || row.state === 'FAILED') {
          throw new InvalidInputError(`job ${id} is ${row.state}: there is nothing left to cancel`, {
            field: 'id',
            value: row.state,
          });
        }
        if (row.state === 'CANCELLED') return toJob(row);
        const works = row.state === 'RUNNING' && !isLeft({ leaseOwner: row.leaseOwner, lapsed: isLapsed }, isDead);
        const [changed] = await transaction.all<Stored<Job>>(
          works
            ? 'UPDATE job SET cancel_requested = $2 WHERE id = $1 RETURNING *'
            : `UPDATE job SET cancel_requested = $2, state = 'CANCELLED', finished_at = $3, lease_owner = NULL,
                 lease_expires_at = NULL WHERE id = $1 RETURNING *`,
          works ? [id, true] : [id, true, new Date()],
        );
        if (!works) await settleFile(transaction, dialect, row.fileId, { state: 'CANCELLED' }, isDead);
        tell(transaction, row);
        return toJob(changed as Stored<Job>);
      }),

    retry: (id) =>
      write(async (transaction) => {
        const { row } = await lockJob(transaction, dialect, id);
        if (row.state === 'DONE') {
          throw new InvalidInputError(
            `job ${id} is DONE: offer the file again, with \`force\` where it is to be read again`,
            { field: 'id', value: row.state },
          );
        }
        if (row.state === 'QUEUED' || (row.state === 'RUNNING' && !row.cancelRequested)) return toJob(row);
        if (row.state === 'RUNNING') {
          throw new InvalidInputError(`job ${id} is being cancelled: try again when it is CANCELLED`, { field: 'id' });
        }
        const [changed] = await transaction.all<Stored<Job>>(
          `UPDATE job SET state = 'QUEUED', attempts = 0, cancel_requested = $2, error_code = NULL, error_message = NULL,
             finished_at = NULL, not_before = ${dialect.timeFromNow(0)} WHERE id = $1 RETURNING *`,
          [id, false],
        );
        await transaction.all(
          `UPDATE data_file SET status = 'PENDING', error_code = NULL, error_message = NULL, finished_at = NULL
           WHERE id = $1 AND lease_owner IS NULL AND status IN ('FAILED', 'CANCELLED', 'QUARANTINED')`,
          [row.fileId],
        );
        tell(transaction, row);
        return toJob(changed as Stored<Job>);
      }),

    async countWaiting(owner) {
      const sql = "SELECT count(*) FROM job WHERE state = 'QUEUED' AND owner = $1";
      return Number((await database.arrays<[number]>(sql, [owner]))[0]?.[0] ?? 0);
    },

    leftUploads: (fileId) =>
      database.all(
        `SELECT path, owner FROM job WHERE (file_id = $1 OR offered_file_id = $1) AND origin = 'upload'
           AND state IN ('CANCELLED', 'FAILED')`,
        [fileId],
      ),

    async unfinishedUploads() {
      const rows = await database.all<{ path: string }>(
        "SELECT path FROM job WHERE origin = 'upload' AND state IN ('QUEUED', 'RUNNING')",
      );
      return new Set(rows.map(({ path }) => path));
    },
  };
};

/** 1 where the lease of a job has run out by the clock of the database. */
const lapsed = ({ timeFromNow }: Dialect) => `CASE WHEN lease_expires_at > ${timeFromNow(0)} THEN 0 ELSE 1 END`;

/** Whether nobody works any more on a job that is RUNNING. */
const isLeft = (
  row: { readonly leaseOwner: string | null; readonly lapsed: number },
  isDead: Lease['isDead'],
): boolean => row.lapsed > 0 || row.leaseOwner === null || isDead(row.leaseOwner);

async function enqueueOne(
  transaction: Transaction,
  dialect: Dialect,
  { origin, path, ledgerPath, size, sha256, dataset, source, format, settings }: JobRequest,
  owner: string,
): Promise<{ file: DataFile; job: Job }> {
  const now = new Date();
  const [file] = await transaction.all<Stored<DataFile>>(
    `INSERT INTO data_file (sha256, dataset, source, format, me_map, path, size, status, created_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, 'PENDING', $8) RETURNING *`,
    [sha256 ?? '', dataset, source, format, UNDECIDED + randomUUID(), ledgerPath, size, now],
  );
  const { id } = file as Stored<DataFile>;
  const [job] = await transaction.all<Stored<Job>>(
    `INSERT INTO job (file_id, offered_file_id, state, owner, origin, path, settings, bytes_total, created_at, not_before)
     VALUES ($1, $2, 'QUEUED', $3, $4, $5, $6, $7, $8, ${dialect.timeFromNow(0)}) RETURNING *`,
    [id, id, owner, origin, path, settings, size, now],
  );
  transaction.publish({ kind: 'dataFile', id });
  return { file: toDataFile(file as Stored<DataFile>), job: toJob(job as Stored<Job>) };
}

/** A job whose worker is gone; those that lost their workers too often are given up. */
async function takeOver(transaction: Transaction, dialect: Dialect, lease: Lease): Promise<Job | null> {
  const running = await transaction.all<Stored<Job> & { lapsed: number }>(
    `SELECT *, ${lapsed(dialect)} AS lapsed FROM job WHERE state = 'RUNNING' ORDER BY id ${dialect.lockFreeRows}`,
  );
  for (const row of running.filter((row) => isLeft(row, lease.isDead))) {
    if (row.cancelRequested) await giveUp(transaction, dialect, row, lease, { state: 'CANCELLED' });
    else if (row.attempts < MAX_ATTEMPTS) return take(transaction, dialect, row.id, lease);
    else await giveUp(transaction, dialect, row, lease, { state: 'FAILED', problem: deathProblem(row.attempts) });
  }
  return null;
}

async function takeNext(transaction: Transaction, dialect: Dialect, lease: Lease): Promise<Job | null> {
  const [next] = await transaction.all<{ id: number }>(
    `SELECT id FROM job WHERE state = 'QUEUED' AND not_before <= ${dialect.timeFromNow(0)} ORDER BY id LIMIT 1
     ${dialect.lockFreeRows}`,
  );
  return next === undefined ? null : take(transaction, dialect, next.id, lease);
}

async function take(transaction: Transaction, dialect: Dialect, id: number, { owner }: Lease): Promise<Job> {
  const [row] = await transaction.all<Stored<Job>>(
    `UPDATE job SET state = 'RUNNING', attempts = attempts + 1, started_at = COALESCE(started_at, $3),
       error_code = NULL, error_message = NULL, lease_owner = $2,
       lease_expires_at = ${dialect.timeFromNow(LEASE_SECONDS)} WHERE id = $1 RETURNING *`,
    [id, owner, new Date()],
  );
  return toJob(row as Stored<Job>);
}

const deathProblem = (attempts: number): JobProblem => ({
  code: 'WORKER_DIED',
  message: `the process that read this file died ${attempts} times over it: it is left alone until somebody retries the job`,
});

async function giveUp(
  transaction: Transaction,
  dialect: Dialect,
  job: Stored<Job>,
  { isDead }: Lease,
  end: Unfinished,
): Promise<void> {
  await transaction.all(
    `UPDATE job SET state = $2, error_code = $3, error_message = $4, finished_at = $5, lease_owner = NULL,
       lease_expires_at = NULL WHERE id = $1`,
    [job.id, end.state, end.problem?.code ?? null, wording(end.problem), new Date()],
  );
  await settleFile(transaction, dialect, job.fileId, end, isDead);
  tell(transaction, job);
}

/** How a job ends whose file was not read to its end. */
interface Unfinished {
  readonly state: 'FAILED' | 'CANCELLED';
  readonly problem?: JobProblem | undefined;
}

/**
 * Settles the entry of the file where no reading has done it: because it was not begun or, given `isDead`, broke off.
 * Where another reading has the file it is left to that one.
 */
async function settleFile(
  transaction: Transaction,
  dialect: Dialect,
  fileId: number,
  { state, problem }: Unfinished,
  isDead?: Lease['isDead'],
): Promise<void> {
  const [file] = await transaction.all<{ status: string; leaseOwner: string | null; lapsed: number }>(
    `SELECT status, lease_owner, ${lapsed(dialect)} AS lapsed FROM data_file WHERE id = $1 ${dialect.lockRows}`,
    [fileId],
  );
  const brokeOff = file?.status === 'RUNNING' && isDead !== undefined && isLeft(file, isDead);
  if (file?.status !== 'PENDING' && !brokeOff) return;
  await transaction.all(
    `UPDATE data_file SET status = $2, error_code = $3, error_message = $4, finished_at = $5, lease_owner = NULL,
       lease_expires_at = NULL WHERE id = $1`,
    [fileId, state, problem?.code ?? null, wording(problem), new Date()],
  );
}

/** A job whose file has come further is no worse than one that begins: what stopped it before lies behind. */
export const noteStepForward = (transaction: Transaction, fileId: number): Promise<unknown> =>
  transaction.all("UPDATE job SET attempts = 1 WHERE file_id = $1 AND state = 'RUNNING' AND attempts > 1", [fileId]);

/**
 * Ends the jobs of a file that is to be deleted, as far as they wait.
 * @throws UnavailableError with details.reason FILE_BUSY where one is worked on; what `checkOwner` throws for an owner.
 */
export async function endJobs(
  transaction: Transaction,
  dialect: Dialect,
  fileId: number,
  isDead: Lease['isDead'],
  checkOwner: (owner: string) => void = () => {},
): Promise<void> {
  const jobs = await transaction.all<Stored<Job> & { lapsed: number }>(
    `SELECT *, ${lapsed(dialect)} AS lapsed FROM job WHERE file_id = $1 AND state IN ('QUEUED', 'RUNNING') ${dialect.lockRows}`,
    [fileId],
  );
  const worked = jobs.find((row) => row.state === 'RUNNING' && !isLeft(row, isDead));
  if (worked) {
    const message = `a job of ${worked.owner} reads the file: cancel it first`;
    throw new UnavailableError(message, { reason: 'FILE_BUSY', fileId });
  }
  for (const { owner } of jobs) checkOwner(owner);
  for (const { id } of jobs) {
    await transaction.all(
      `UPDATE job SET state = 'CANCELLED', cancel_requested = $2, finished_at = $3, lease_owner = NULL,
         lease_expires_at = NULL WHERE id = $1`,
      [id, true, new Date()],
    );
  }
}

async function lockJob(
  transaction: Transaction,
  dialect: Dialect,
  id: number,
): Promise<{ row: Stored<Job>; isLapsed: number }> {
  const [found] = await transaction.all<Stored<Job> & { lapsed: number }>(
    `SELECT *, ${lapsed(dialect)} AS lapsed FROM job WHERE id = $1 ${dialect.lockRows}`,
    [id],
  );
  if (!found) throw new NotFoundError(`there is no job ${id}`, { field: 'id' });
  const { lapsed: isLapsed, ...row } = found;
  return { row, isLapsed };
}

/** Whoever was told of the entry that the file was offered as listens to that one. */
function tell(transaction: Transaction, { fileId, offeredFileId }: Pick<Job, 'fileId' | 'offeredFileId'>): void {
  transaction.publish({ kind: 'dataFile', id: fileId });
  if (offeredFileId !== fileId) transaction.publish({ kind: 'dataFile', id: offeredFileId });
}

const wording = (problem: JobProblem | undefined) => (problem === undefined ? null : madeStorable(problem.message));

const toJob = (row: Stored<Job>): Job => ({
  ...row,
  bytesDone: BigInt(row.bytesDone),
  bytesTotal: BigInt(row.bytesTotal),
});

const toDataFile = (row: Stored<DataFile>): DataFile => ({
  ...row,
  size: BigInt(row.size),
  bytesDone: BigInt(row.bytesDone),
  linesDone: BigInt(row.linesDone),
});
