import { InvalidInputError, UnavailableError } from '../domain/errors.ts';
import { type Counts, type IssueRecord, noCounts, type RecordBatch, type SourcePosition } from '../domain/record.ts';
import type { IngestIssue } from '../generated/sqlite/client.ts';
import {
  type BatchSettings,
  nameOfRow,
  type PreparedBatch,
  prepareBatch,
  rowsWith,
  type WrittenBatch,
} from './batch-writer.ts';
import type { Database, Transaction } from './database.ts';
import { deleteRun, type RunDeletion } from './delete-run.ts';
import { DictionaryResolver } from './dictionaries.ts';
import { endJobs, noteStepForward } from './jobs.ts';
import { NothingStays, type PreparedCallBatch, writeCall } from './ledger-call.ts';
import { COUNT_NAMES, conflictsOf, countOutcome } from './ledger-conflicts.ts';
import { beginFile, finishFile, lockFile, refuseBusy, renewLease, settleBatch } from './ledger-files.ts';
import { appendIssues, issuesOf, MOST_ISSUES } from './ledger-issues.ts';
import { Outcome } from './outcome.ts';
import { dropUnusedNames } from './prune.ts';
import { rehearsalDatabase } from './rehearsal.ts';
import type { BatchOutcome, IngestOptions, Ledger, RowConflict } from './store.ts';
import { hasEarlierContent, withdrawEarlier } from './supersede.ts';
import { withdrawFile } from './withdraw.ts';

/** What the ledger needs of a database; in a rehearsal it is one transaction. */
export type LedgerDatabase = Pick<Database, 'dialect' | 'all' | 'write'>;

/** Events of the progress of one file come at most so often. */
const TELL_EVERY_MS = 250;

export const createLedger = (database: LedgerDatabase): Ledger => new StoreLedger(database);

class StoreLedger implements Ledger {
  readonly #database: LedgerDatabase;
  readonly #dictionaries: DictionaryResolver;
  /** Files whose latest batch met rows that were stored already. */
  readonly #meetingStored = new Set<number>();
  /** Files that are read again from their beginning, whatever of them is stored already. */
  readonly #readAgain = new Set<number>();
  /** Of files whose latest batch may not be on disk yet: where it left them. */
  readonly #left = new Map<number, string>();
  /** Files that came further since their reading began here. */
  readonly #cameFurther = new Set<number>();
  /** When the progress of a file was told of latest. */
  readonly #told = new Map<number, number>();

  constructor(database: LedgerDatabase) {
    this.#database = database;
    this.#dictionaries = new DictionaryResolver(database);
  }

  begin: Ledger['begin'] = async (identity, facts, { force, lease, entry, takeBack = false }) => {
    const { dialect } = this.#database;
    const alone = takeBack && (force || (await hasEarlierContent(this.#database, identity, facts)));
    const { fromStart, ...begun } = await this.#database.write(
      async (transaction) => {
        const begun = await beginFile(transaction, dialect, identity, facts, {
          force,
          keepRepeats: force && !takeBack,
          lease,
          ...(entry !== undefined && { entry }),
        });
        if (alone && begun.fromStart) await withdrawEarlier(transaction, dialect, begun.file, facts, force);
        return begun;
      },
      { alone },
    );
    if (alone && fromStart) this.#dictionaries.forget();
    if (force && !takeBack) this.#meetingStored.add(begun.file.id);
    if (force) this.#readAgain.add(begun.file.id);
    else this.#readAgain.delete(begun.file.id);
    this.#left.delete(begun.file.id);
    this.#cameFurther.delete(begun.file.id);
    return begun;
  };

  renew: Ledger['renew'] = (fileId, lease) =>
    this.#database.write((transaction) => renewLease(transaction, this.#database.dialect, fileId, lease));

  async write(
    fileId: number,
    batch: RecordBatch | null,
    issues: readonly IssueRecord[],
    position: SourcePosition,
    options: IngestOptions,
  ): Promise<BatchOutcome> {
    const hasLease = options.lease !== undefined;
    for (let attempt = 1; ; attempt++) {
      const prepared = batch && (await prepareBatch(batch, this.#dictionaries, options.onConflict));
      try {
        const { left, further, ...outcome } = await this.#database.write(
          (transaction) => this.#writePrepared(transaction, { fileId, batch, prepared, issues, position, options }),
          // what a crash undoes it undoes with the checkpoint, and it is read again; `finish` flushes
          { alone: prepared?.alone ?? false, flush: !hasLease },
        );
        if (hasLease) this.#left.set(fileId, left);
        if (further) this.#cameFurther.add(fileId);
        return outcome;
      } catch (error) {
        this.#left.delete(fileId);
        // a file that was withdrawn took monitor elements along whose ids are remembered here
        if (attempt === 3 || !this.#database.dialect.isMissingReference(error)) throw error;
        this.#dictionaries.forget();
      }
    }
  }

  bring: Ledger['bring'] = async (call) => {
    const { dialect } = this.#database;
    for (let attempt = 1; ; attempt++) {
      const batches: PreparedCallBatch[] = [];
      for (const batch of call.batches) {
        batches.push({ batch, prepared: await prepareBatch(batch, this.#dictionaries, call.options.onConflict) });
      }
      try {
        return await this.#database.write((transaction) => writeCall(transaction, dialect, call, batches), {
          alone: batches.some(({ prepared }) => prepared.alone),
        });
      } catch (error) {
        if (error instanceof NothingStays) {
          if (error.outcome.counts.identical === 0) await this.#forgetNames(batches);
          return error.outcome;
        }
        if (attempt === 3 || !dialect.isMissingReference(error)) throw error;
        this.#dictionaries.forget();
      }
    }
  };

  /** Names are entered before the rows that need them: those of a call that was undone go again where nothing else has them. */
  async #forgetNames(batches: readonly PreparedCallBatch[]): Promise<void> {
    const names = batches.flatMap(({ prepared }) => prepared.names ?? []);
    if (names.length === 0) return;
    const { dialect } = this.#database;
    const dropped = await this.#database.write(
      (transaction) =>
        dropUnusedNames(transaction, dialect, {
          monitorElements: new Set(names.flatMap(({ monitorElements }) => monitorElements)),
          datasets: new Set(names.flatMap(({ datasets }) => datasets)),
        }),
      { alone: true },
    );
    if (dropped) this.#dictionaries.forget();
  }

  /** The row of a file, locked, after making sure that no batch was lost since: that would leave a hole. */
  async #lock(transaction: Transaction, fileId: number, lease: string | undefined): Promise<FileRow> {
    const file = await lockFile(transaction, this.#database.dialect, fileId, lease);
    const left = this.#left.get(fileId);
    if (lease !== undefined && left !== undefined && left !== progressOf(file)) {
      this.#left.delete(fileId);
      throw new UnavailableError(
        `the database crashed and lost the latest rows of ${file.path}: it goes on from byte ${file.bytesDone}`,
        { fileId },
      );
    }
    return file;
  }

  async #writePrepared(transaction: Transaction, work: BatchWork): Promise<BatchOutcome & Step> {
    const { fileId, batch, prepared, issues, position, options } = work;
    const { dialect } = this.#database;
    const { lease } = options;
    const file = await this.#lock(transaction, fileId, lease);
    const counts = noCounts();
    const conflicts: RowConflict[] = [];
    const allIssues = [...issues];
    if (batch && prepared) {
      const expectTaken = this.#meetingStored.has(fileId);
      const tellsConflicts = file.conflicting + file.rejected < MOST_ISSUES;
      const settings: BatchSettings = { fileId, format: file.format, options, expectTaken, tellsConflicts };
      const written = await prepared.write(transaction, dialect, settings);
      conflicts.push(...(await conflictsOf(transaction, dialect, written)));
      if (options.onConflict === 'fail' && conflicts[0]) refuse(batch, conflicts[0], options);
      allIssues.push(...written.issues, ...wordConflicts(conflicts, options));
      // where it is read again, what it left before is in the place of every row
      if (!this.#readAgain.has(fileId)) allIssues.push(...wordRepeats(written, options));
      for (const outcome of written.outcomes) countOutcome(counts, outcome);
      counts.rejected = 0; // counted by their issues
      this.#remember(fileId, counts);
    }
    for (const { severity } of issues) if (severity === 'CONFLICTING') counts.conflicting++;
    for (const { severity } of allIssues) if (severity === 'REJECTED') counts.rejected++;
    await appendIssues(transaction, fileId, allIssues);
    await settleBatch(transaction, dialect, fileId, counts, { position, lease });
    const further = lease !== undefined && position.byte > file.bytesDone;
    if (further && !this.#cameFurther.has(fileId)) await noteStepForward(transaction, fileId);
    this.#tellProgress(transaction, fileId);
    return { counts, conflicts, left: progressOf(file, counts, position), further };
  }

  /** Not of every batch: nobody looks that fast. What is left out the end of the file tells. */
  #tellProgress(transaction: Transaction, fileId: number): void {
    const now = performance.now();
    if (now - (this.#told.get(fileId) ?? Number.NEGATIVE_INFINITY) < TELL_EVERY_MS) return;
    this.#told.set(fileId, now);
    transaction.publish({ kind: 'dataFile', id: fileId });
  }

  #remember(fileId: number, { identical, conflicting, replaced, added }: Counts): void {
    if (identical + conflicting + replaced + added > 0) this.#meetingStored.add(fileId);
    else this.#meetingStored.delete(fileId);
  }

  async addIssues(fileId: number, issues: readonly IssueRecord[], lease?: string): Promise<void> {
    const { dialect } = this.#database;
    await this.#database.write(async (transaction) => {
      await this.#lock(transaction, fileId, lease);
      await appendIssues(transaction, fileId, issues);
      const counts = noCounts();
      for (const { severity } of issues) {
        if (severity === 'CONFLICTING') counts.conflicting++;
        if (severity === 'REJECTED') counts.rejected++;
      }
      await settleBatch(transaction, dialect, fileId, counts, { position: null, lease });
    });
    this.#left.delete(fileId);
  }

  issues(fileId: number, code: string | null, after: number, limit: number): Promise<IngestIssue[]> {
    return issuesOf(this.#database, fileId, code, after, limit);
  }

  reviseIssues(fileId: number, revisions: readonly { number: number; reason: string }[]): Promise<void> {
    return this.#database.write(async (transaction) => {
      for (const { number, reason } of revisions) {
        const [sql, ...values] =
          reason === null
            ? ['DELETE FROM ingest_issue WHERE file_id = $1 AND number = $2']
            : ['UPDATE ingest_issue SET reason = $3 WHERE file_id = $1 AND number = $2', reason];
        await transaction.all(sql as string, [fileId, number, ...values]);
      }
    });
  }

  finish: Ledger['finish'] = async (fileId, result, lease) => {
    const file = await this.#database.write(async (transaction) => {
      if (lease !== undefined) await this.#lock(transaction, fileId, lease);
      return finishFile(transaction, fileId, result);
    });
    this.#forget(fileId);
    return file;
  };

  async withdraw(fileId: number, lease?: string): Promise<void> {
    const { dialect } = this.#database;
    await this.#database.write(
      async (transaction) => {
        await lockFile(transaction, dialect, fileId, lease);
        await withdrawFile(transaction, dialect, fileId);
      },
      { alone: true },
    );
    this.#forget(fileId);
    this.#dictionaries.forget();
  }

  #forget(fileId: number): void {
    this.#meetingStored.delete(fileId);
    this.#readAgain.delete(fileId);
    this.#left.delete(fileId);
    this.#cameFurther.delete(fileId);
    this.#told.delete(fileId);
  }

  discard: Ledger['discard'] = async (fileId, isDead, checkOwner) => {
    const { dialect } = this.#database;
    const discarded = await this.#database.write(
      async (transaction) => {
        await refuseBusy(transaction, dialect, fileId, isDead);
        await endJobs(transaction, dialect, fileId, isDead, checkOwner);
        const withdrawal = await withdrawFile(transaction, dialect, fileId);
        const file = await finishFile(transaction, fileId, {
          status: 'CANCELLED',
          errorCode: 'WITHDRAWN',
          errorMessage: 'what it brought was taken back on request',
        });
        return { file, withdrawal };
      },
      { alone: true },
    );
    this.#meetingStored.delete(fileId);
    this.#dictionaries.forget();
    return discarded;
  };

  deleteRun: Ledger['deleteRun'] = async (number, { dryRun, isDead }) => {
    const { dialect } = this.#database;
    const deletion = await this.#database
      .write(
        async (transaction) => {
          const deletion = await deleteRun(transaction, dialect, number, isDead);
          if (dryRun) throw new Undone(deletion);
          return deletion;
        },
        { alone: true },
      )
      .catch((error) => {
        if (error instanceof Undone) return error.deletion;
        throw error;
      });
    if (!dryRun) this.#dictionaries.forget();
    return deletion;
  };

  rehearse<T>(work: (ledger: Ledger) => Promise<T>): Promise<T> {
    return rehearsalDatabase(this.#database, (database) => work(new StoreLedger(database)));
  }
}

/** Carries what a dry run found past the rollback. */
class Undone extends Error {
  readonly deletion: RunDeletion;
  constructor(deletion: RunDeletion) {
    super('a dry run changes nothing');
    this.deletion = deletion;
  }
}

/** Where a batch left its file. */
interface Step {
  /** See progressOf. */
  readonly left: string;
  /** Its checkpoint moved on. */
  readonly further: boolean;
}

interface BatchWork {
  readonly fileId: number;
  readonly batch: RecordBatch | null;
  readonly prepared: PreparedBatch | null;
  readonly issues: readonly IssueRecord[];
  readonly position: SourcePosition;
  readonly options: IngestOptions;
}

type FileRow = Awaited<ReturnType<typeof lockFile>>;

/** Tells one state of a file from any other one that its batches lead to, after `more`. */
function progressOf(file: FileRow, more: Readonly<Counts> = noCounts(), position?: SourcePosition): string {
  const counts = COUNT_NAMES.map((name) => file[name] + more[name]);
  return [position?.byte ?? file.bytesDone, position?.line ?? file.linesDone, ...counts].join(' ');
}

const wordConflicts = (conflicts: readonly RowConflict[], { conflictIssue }: IngestOptions): IssueRecord[] =>
  conflictIssue ? conflicts.map(conflictIssue) : [];

const wordRepeats = ({ outcomes, sameFile }: WrittenBatch, { repeatIssue }: IngestOptions): IssueRecord[] =>
  repeatIssue
    ? rowsWith(outcomes, Outcome.identical)
        .filter((row) => sameFile.has(row))
        .map(repeatIssue)
    : [];

/** With `fail`: names the first row that met another content, and rolls the batch back. */
function refuse(batch: RecordBatch, conflict: RowConflict, { conflictIssue }: IngestOptions): never {
  const issue = conflictIssue?.(conflict);
  const { sameFile, earlierPath } = conflict;
  const earlier = sameFile ? 'an earlier row of the same file' : (earlierPath ?? 'what is stored');
  throw new InvalidInputError(`${nameOfRow(batch, conflict.row)}: differs from ${earlier}, and onConflict is fail`, {
    ...issue,
    row: conflict.row,
  });
}
