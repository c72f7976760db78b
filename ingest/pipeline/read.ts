import type { Counts, IssueRecord } from '../../src/domain/record.ts';
import type { FileIdentity, Ledger, Rows, Store } from '../../src/store/store.ts';
import { FileError } from '../file-error.ts';
import type { ReadStep } from '../formats/format.ts';
import type { JobOptions } from '../parse-process/elements.ts';
import { ParseProcessError } from '../parse-process/error.ts';
import type { FileToRead } from '../parse-process/messages.ts';
import type { ParseProcess } from '../parse-process/parse-process.ts';
import { FILE_BUSY, isFileBusy, waitForOtherReader } from './busy.ts';
import { conflictIssue, nameEarlierLines } from './conflicts.ts';
import { describeProblem, RefusedContentError } from './failure.ts';
import { addCounts, type FileReport, type IngestHooks, type IngestSettings, noCounts, sumOf } from './report.ts';
import { SkippedRows } from './skipped.ts';

type DataFile = Rows['dataFile'];

export interface ReadTools {
  /** The ledger to write to (of the store, or its rehearsal). */
  readonly ledger: Ledger;
  readonly store: Store;
  readonly parser: ParseProcess;
}

export interface ReadJob {
  /** As it was named. */
  readonly path: string;
  /** Whether positions in it are not positions in the file. */
  readonly compressed: boolean;
  readonly identity: FileIdentity;
  readonly settings: IngestSettings;
  readonly hooks: IngestHooks;
}

/** Where a file came to, in the ledger and in the report. */
interface Result {
  readonly row: DataFile;
  readonly report: Partial<FileReport> & Pick<FileReport, 'outcome' | 'rowsRead'>;
}

/** Reads a file from the checkpoint of its ledger row to its end, batch by batch, and settles the row. */
export async function readIntoLedger(tools: ReadTools, file: FileToRead, row: DataFile, job: ReadJob): Promise<Result> {
  const reading = new Reading(tools, file, row, job);
  try {
    return await reading.run();
  } catch (error) {
    return await reading.fail(error);
  }
}

class Reading {
  readonly #tools: ReadTools;
  readonly #file: FileToRead;
  readonly #job: ReadJob;
  readonly #options: JobOptions;
  #row: DataFile;
  /** As the ledger has them after the latest batch. */
  #counts: Counts = noCounts();
  #rowsRead = 0;
  #skipped = new SkippedRows();
  #bytesDone = 0;

  constructor(tools: ReadTools, file: FileToRead, row: DataFile, job: ReadJob) {
    this.#tools = tools;
    this.#file = file;
    this.#row = row;
    this.#job = job;
    const { batchRows, elements } = job.settings;
    this.#options = {
      ...(job.identity.dataset === '' ? {} : { dataset: job.identity.dataset }),
      ...(batchRows === undefined ? {} : { batchRows }),
      ...(job.identity.meMap === '' ? {} : { elements }),
    };
  }

  async run(): Promise<Result> {
    const { ledger, store } = this.#tools;
    const { settings, hooks, identity } = this.#job;
    if (settings.strict) await this.#refuseRejectedRows();
    while (true) {
      try {
        if (!(await this.#readOn())) return await this.#cancelled();
        break;
      } catch (error) {
        if (!isFileBusy(error)) throw error;
        if (hooks.leaveBusy) return this.#left(describeProblem(error).message);
        const other = await waitForOtherReader(store.reads, this.#row.id, hooks.signal);
        if (!other) return { row: this.#row, report: this.#report('cancelled') };
        if (other.status === 'DONE') return { row: other, report: this.#report('known') };
        const facts = { path: this.#row.path, size: this.#file.stamp?.size ?? 0 };
        const again = await ledger.begin(identity, facts, { force: false });
        this.#row = again.file;
        if (again.known) return { row: again.file, report: this.#report('known') };
      }
    }
    if (this.#counts.conflicting > 0) await this.#nameEarlierLines();
    if (settings.strict && this.#counts.conflicting > 0) {
      throw new RefusedContentError('STRICT', `${this.#counts.conflicting} rows are in conflict`);
    }
    await this.#skipped.note(ledger, this.#row.id);
    this.#row = await ledger.finish(this.#row.id, { status: 'DONE' });
    return { row: this.#row, report: this.#report('ingested') };
  }

  /** @returns false when the reading was stopped on request. */
  async #readOn(): Promise<boolean> {
    const { parser } = this.#tools;
    const { identity, hooks } = this.#job;
    const { inserted, identical, conflicting, replaced, rejected } = this.#row;
    this.#counts = { inserted, identical, conflicting, replaced, rejected };
    this.#skipped = new SkippedRows();
    let checkpoint = { byte: Number(this.#row.bytesDone), line: Number(this.#row.linesDone) };
    const options = checkpoint.byte > 0 ? { ...this.#options, resume: checkpoint } : this.#options;
    const onBytes = (bytes: number) => this.#progress(bytes);
    for await (const step of parser.read(this.#file, identity.format, options, onBytes)) {
      this.#skipped.add(step.skipped);
      const counts = await this.#write(step, checkpoint.byte);
      checkpoint = step.position;
      addCounts(this.#counts, counts);
      this.#rowsRead += sumOf(counts);
      this.#progress(this.#job.compressed ? this.#bytesDone : Math.max(this.#bytesDone, checkpoint.byte));
      if (hooks.signal?.aborted) return false;
    }
    return true;
  }

  async #write({ batch, issues, position }: ReadStep, expectedByte: number): Promise<Counts> {
    const { ledger } = this.#tools;
    const { identity, settings } = this.#job;
    const onConflict = settings.onConflict ?? 'keep';
    let firstConflict = issues.find(({ severity }) => severity === 'CONFLICTING');
    if (onConflict === 'fail' && firstConflict) throw conflictError(firstConflict);
    try {
      const outcome = await ledger.write(this.#row.id, batch, issues, position, {
        onConflict,
        source: identity.source,
        expectedByte,
        conflictIssue: (conflict) => {
          if (!batch) throw new Error('a conflict without a batch');
          const issue = conflictIssue(batch, conflict);
          firstConflict ??= issue;
          return issue;
        },
      });
      return outcome.counts;
    } catch (error) {
      if (onConflict !== 'fail' || !firstConflict) throw error;
      throw conflictError(firstConflict);
    }
  }

  /** Reads the whole file without writing: what can be known from the file alone is refused before anyone sees a row. */
  async #refuseRejectedRows(): Promise<void> {
    const { parser, ledger } = this.#tools;
    const { identity, hooks } = this.#job;
    const start = { byte: Number(this.#row.bytesDone), line: Number(this.#row.linesDone) };
    if (start.byte > 0 && this.#row.rejected > 0) throw strictError(this.#row.rejected);
    let rejected = 0;
    for await (const { issues } of parser.read(this.#file, identity.format, this.#options)) {
      if (hooks.signal?.aborted) return;
      const bad = issues.filter(({ severity }) => severity === 'REJECTED');
      rejected += bad.length;
      if (bad.length === 0 || start.byte > 0) continue;
      // The checkpoint stays where it is: at the start.
      const options = { onConflict: 'keep', source: identity.source } as const;
      addCounts(this.#counts, (await ledger.write(this.#row.id, null, bad, start, options)).counts);
    }
    if (rejected > 0) throw strictError(rejected);
  }

  async #nameEarlierLines(): Promise<void> {
    const { ledger, parser } = this.#tools;
    await nameEarlierLines(ledger, this.#row.id, (keys) =>
      parser.locate(this.#file, this.#job.identity.format, keys, this.#options),
    );
  }

  /** The ledger row is the other process's to settle. */
  #left(message: string): Result {
    const report = { ...this.#report('cancelled'), error: { code: FILE_BUSY, message }, exitStatus: 1 } as const;
    return { row: this.#row, report };
  }

  async #cancelled(): Promise<Result> {
    this.#row = await this.#tools.ledger.finish(this.#row.id, { status: 'CANCELLED' });
    return { row: this.#row, report: { ...this.#report('cancelled'), exitStatus: 1 } };
  }

  /** Settles the row after a failure, as far as the database still answers. */
  async fail(error: unknown): Promise<Result> {
    const { ledger } = this.#tools;
    const { settings } = this.#job;
    const problem = describeProblem(error);
    const refused = error instanceof RefusedContentError;
    const changed = error instanceof FileError && error.code === 'FILE_CHANGED';
    const ofFile = refused || error instanceof FileError || error instanceof ParseProcessError;
    const id = this.#row.id;
    try {
      // What a forced reading finds in place may come from an earlier one, of the file as it was.
      const mixed = changed && !settings.force;
      if (refused || mixed || (settings.strict && ofFile)) await ledger.withdraw(id);
      const issue = refused ? (error.details.issue as IssueRecord | undefined) : undefined;
      if (issue) {
        await ledger.addIssues(id, [issue]);
        await this.#nameEarlierLines();
      }
      this.#row = await ledger.finish(id, {
        status: error instanceof ParseProcessError ? 'QUARANTINED' : 'FAILED',
        errorCode: problem.code,
        errorMessage: problem.message,
      });
    } catch (second) {
      // A database that is full or gone: what it holds is the last batch, and the next attempt goes on from there.
      if (ofFile) throw second;
    }
    return { row: this.#row, report: { ...this.#report('failed'), error: problem, exitStatus: refused ? 2 : 1 } };
  }

  #report(outcome: FileReport['outcome']): Result['report'] {
    return { outcome, rowsRead: this.#rowsRead };
  }

  #progress(bytesDone: number): void {
    this.#bytesDone = bytesDone;
    this.#job.hooks.onProgress?.({
      path: this.#job.path,
      bytesDone,
      bytesTotal: this.#file.stamp?.size ?? 0,
      rows: this.#rowsRead,
    });
  }
}

const strictError = (rejected: number) =>
  new RefusedContentError('STRICT', `${rejected} rows were rejected: nothing of the file was kept`);

const conflictError = (issue: IssueRecord) =>
  new RefusedContentError('CONFLICT', `${issue.value}: ${issue.reason}`, { ...issue, issue });
