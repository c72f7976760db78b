import { type Counts, type IssueRecord, noCounts } from '../../src/domain/record.ts';
import type { FileIdentity, Ledger, OnConflict, Rows } from '../../src/store/store.ts';
import { FileError } from '../file-error.ts';
import type { ReadStep } from '../formats/format.ts';
import type { JobOptions } from '../parse-process/elements.ts';
import { ParseProcessError } from '../parse-process/error.ts';
import type { FileToRead } from '../parse-process/messages.ts';
import type { ParseProcess } from '../parse-process/parse-process.ts';
import { conflictIssue, nameEarlierLines, repeatIssue } from './conflicts.ts';
import type { EarlyReading } from './early-reading.ts';
import { describeProblem, RefusedContentError } from './failure.ts';
import { isFileBusy } from './lease.ts';
import { addCounts, type FileReport, type IngestHooks, type IngestSettings, sumOf } from './report.ts';
import { SkippedRows } from './skipped.ts';

type DataFile = Rows['dataFile'];

export interface ReadTools {
  /** The ledger to write to (of the store, or its rehearsal). */
  readonly ledger: Ledger;
  readonly parser: ParseProcess;
}

export interface ReadJob {
  /** As it was named. */
  readonly path: string;
  /** Whether positions in it are not positions in the file. */
  readonly compressed: boolean;
  readonly identity: FileIdentity;
  readonly onConflict: OnConflict;
  /** Name of the lease that the reading has. */
  readonly lease: string;
  readonly settings: IngestSettings;
  readonly hooks: IngestHooks;
  /** Its steps where the reading from the beginning has begun already. */
  readonly early: EarlyReading | undefined;
}

/**
 * What the parse process is told of a file besides its place. A dataset that the file states itself is not among it: rows
 * of another one are its reader's to refuse.
 */
export function parseOptions(
  identity: Pick<FileIdentity, 'dataset' | 'meMap'>,
  { dataset, batchRows, elements }: IngestSettings,
): JobOptions {
  return {
    ...(dataset === undefined || identity.dataset === '' ? {} : { dataset }),
    ...(batchRows === undefined ? {} : { batchRows }),
    ...(identity.meMap === '' ? {} : { elements }),
  };
}

/** Where a file came to, in the ledger and in the report. */
interface Result {
  readonly row: DataFile;
  readonly report: Partial<FileReport> & Pick<FileReport, 'outcome' | 'rowsRead'>;
}

/** Another reading took over: the row of the ledger is for that one to settle. */
interface Lost {
  readonly row: null;
  readonly report: { readonly rowsRead: number };
}

/** Reads a file from the checkpoint of its ledger row to its end, batch by batch, and settles the row. */
export async function readIntoLedger(
  tools: ReadTools,
  file: FileToRead,
  row: DataFile,
  job: ReadJob,
): Promise<Result | Lost> {
  const reading = new Reading(tools, file, row, job);
  try {
    return await reading.run();
  } catch (error) {
    if (isFileBusy(error)) return { row: null, report: { rowsRead: reading.rowsRead } };
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
  rowsRead = 0;
  #skipped = new SkippedRows();
  #bytesDone = 0;

  constructor(tools: ReadTools, file: FileToRead, row: DataFile, job: ReadJob) {
    this.#tools = tools;
    this.#file = file;
    this.#row = row;
    this.#job = job;
    this.#options = parseOptions(job.identity, job.settings);
  }

  async run(): Promise<Result> {
    const { ledger } = this.#tools;
    const { settings, lease } = this.#job;
    if (settings.strict) await this.#refuseRejectedRows();
    if (!(await this.#readOn())) return await this.#cancelled();
    if (this.#counts.conflicting + this.#counts.identical > 0) await this.#nameEarlierLines();
    if (settings.strict && this.#counts.conflicting > 0) {
      throw new RefusedContentError('STRICT', `${this.#counts.conflicting} rows are in conflict`);
    }
    await this.#skipped.note(ledger, this.#row.id, lease);
    this.#row = await ledger.finish(this.#row.id, { status: 'DONE' }, lease);
    return { row: this.#row, report: this.#report('ingested') };
  }

  /** @returns false when the reading was stopped on request. */
  async #readOn(): Promise<boolean> {
    const { parser } = this.#tools;
    const { identity, hooks, early } = this.#job;
    const { inserted, identical, conflicting, replaced, added, rejected } = this.#row;
    this.#counts = { inserted, identical, conflicting, replaced, added, rejected };
    this.#skipped = new SkippedRows();
    let checkpoint = { byte: Number(this.#row.bytesDone), line: Number(this.#row.linesDone) };
    const options = checkpoint.byte > 0 ? { ...this.#options, resume: checkpoint } : this.#options;
    const onBytes = (bytes: number) => {
      this.#progress(bytes);
      return !hooks.signal?.aborted;
    };
    const steps =
      early && checkpoint.byte === 0 ? early.take(onBytes) : parser.read(this.#file, identity.format, options, onBytes);
    for await (const step of steps) {
      this.#skipped.add(step.skipped);
      const counts = await this.#write(step);
      checkpoint = step.position;
      addCounts(this.#counts, counts);
      this.rowsRead += sumOf(counts);
      this.#progress(this.#job.compressed ? this.#bytesDone : Math.max(this.#bytesDone, checkpoint.byte));
      if (hooks.signal?.aborted) break;
    }
    return !hooks.signal?.aborted;
  }

  async #write({ batch, issues, position }: ReadStep): Promise<Counts> {
    const { ledger } = this.#tools;
    const { identity, onConflict, lease, settings } = this.#job;
    let firstConflict = issues.find(({ severity }) => severity === 'CONFLICTING');
    if (onConflict === 'fail' && firstConflict) throw conflictError(firstConflict);
    try {
      const outcome = await ledger.write(this.#row.id, batch, issues, position, {
        onConflict,
        source: identity.source,
        judgement: settings.judgement,
        allowEmpty: settings.allowEmpty,
        bringer: settings.bringer,
        lease,
        conflictIssue: (conflict) => {
          if (!batch) throw new Error('a conflict without a batch');
          const issue = conflictIssue(batch, conflict);
          firstConflict ??= issue;
          return issue;
        },
        ...(batch && { repeatIssue: (row) => repeatIssue(batch, row) }),
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
    const { identity, hooks, lease } = this.#job;
    const start = { byte: Number(this.#row.bytesDone), line: Number(this.#row.linesDone) };
    if (start.byte > 0 && this.#row.rejected > 0) throw strictError(this.#row.rejected);
    let rejected = 0;
    for await (const { issues } of parser.read(this.#file, identity.format, this.#options)) {
      if (hooks.signal?.aborted) return;
      const bad = issues.filter(({ severity }) => severity === 'REJECTED');
      rejected += bad.length;
      if (bad.length === 0 || start.byte > 0) continue;
      // The checkpoint stays where it is: at the start.
      const options = { onConflict: 'keep', source: identity.source, lease } as const;
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

  async #cancelled(): Promise<Result> {
    const { hooks, lease } = this.#job;
    const status = hooks.goesOn?.() ? 'RUNNING' : 'CANCELLED';
    this.#row = await this.#tools.ledger.finish(this.#row.id, { status }, lease);
    return { row: this.#row, report: { ...this.#report('cancelled'), exitStatus: 1 } };
  }

  /** Settles the row after a failure, as far as the database still answers. */
  async fail(error: unknown): Promise<Result> {
    const { ledger } = this.#tools;
    const { settings, lease, path, hooks } = this.#job;
    const problem = describeProblem(error, hooks.entry && [path, hooks.entry.path]);
    const refused = error instanceof RefusedContentError;
    const changed = error instanceof FileError && error.code === 'FILE_CHANGED';
    const ofFile = refused || error instanceof FileError || error instanceof ParseProcessError;
    const id = this.#row.id;
    try {
      // What a forced reading finds in place may come from an earlier one, of the file as it was.
      const mixed = changed && !settings.force;
      if (refused || mixed || (settings.strict && ofFile)) await ledger.withdraw(id, lease);
      const issue = refused ? (error.details.issue as IssueRecord | undefined) : undefined;
      if (issue) {
        await ledger.addIssues(id, [issue], lease);
        await this.#nameEarlierLines();
      }
      this.#row = await ledger.finish(
        id,
        {
          status: error instanceof ParseProcessError ? 'QUARANTINED' : 'FAILED',
          errorCode: problem.code,
          errorMessage: problem.message,
        },
        lease,
      );
    } catch (second) {
      // A database that is full or gone: what it holds is the last batch, and the next attempt goes on from there.
      if (ofFile && !isFileBusy(second)) throw second;
    }
    return { row: this.#row, report: { ...this.#report('failed'), error: problem, exitStatus: refused ? 2 : 1 } };
  }

  #report(outcome: FileReport['outcome']): Result['report'] {
    return { outcome, rowsRead: this.rowsRead };
  }

  #progress(bytesDone: number): void {
    this.#bytesDone = bytesDone;
    this.#job.hooks.onProgress?.({
      path: this.#job.path,
      bytesDone,
      bytesTotal: this.#file.stamp?.size ?? 0,
      rows: this.rowsRead,
    });
  }
}

const strictError = (rejected: number) =>
  new RefusedContentError('STRICT', `${rejected} rows were rejected: nothing of the file was kept`);

const conflictError = (issue: IssueRecord) =>
  new RefusedContentError('CONFLICT', `${issue.value}: ${issue.reason}`, { ...issue, issue });
