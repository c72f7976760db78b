import type { Counts, IssueRecord, Judgement } from '../../src/domain/record.ts';
import type { IngestOptions, OnConflict } from '../../src/store/store.ts';
import type { FileStamp } from '../source/regular-file.ts';
import type { ElementChoice, SkippedElement } from './elements.ts';

/** How a file is to be read and what to do where rows disagree. */
export interface IngestSettings {
  /** Dataset of every histogram; wins over what the file or its name says. */
  readonly dataset?: string;
  /** Read it as this format, whatever its content looks like. */
  readonly format?: string;
  /** What its monitor elements are called, and which of them to take. */
  readonly elements?: ElementChoice;
  /** Name of the certification that the file becomes a version of. */
  readonly source?: string;
  /** Who judged, why, and what is to be said of it: kept with the versions of certifications that the file makes. */
  readonly judgement?: Judgement;
  /** The version may name no run although the one before it does. */
  readonly allowEmpty?: boolean;
  /** See IngestOptions of the store. */
  readonly bringer?: IngestOptions['bringer'];
  /** What becomes of two rows of one key (default: as the format says, to add partial counts or to keep the first). */
  readonly onConflict?: OnConflict;
  /** Read the file again although it is known. */
  readonly force?: boolean;
  /** A row that is rejected or in conflict makes the whole file fail, and nothing of it stays. */
  readonly strict?: boolean;
  /** Do everything and undo it at the end: the database is unchanged. */
  readonly dryRun?: boolean;
  /** Rows of one transaction (default 5,000). */
  readonly batchRows?: number;
}

export interface IngestHooks {
  /** Aborted: the batch in flight is finished, the file stays resumable. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: IngestProgress) => void;
  /** A file that another process reads is left to it (`cancelled`, error FILE_BUSY) instead of waited for. */
  readonly leaveBusy?: boolean;
  /** What the ledger calls the file (default: its path), and the row of it that stands for the file already. */
  readonly entry?: { readonly id?: number; readonly path: string };
  /** Asked when `signal` has stopped the reading: whether somebody will go on with it (its row stays RUNNING). */
  readonly goesOn?: () => boolean;
  /** Told once the file is open, before anything of it is read; what it throws ends the reading. */
  readonly opened?: (stamp: FileStamp) => Promise<void>;
  /** Told what the file is before anything of it is written, which waits for it. */
  readonly recognised?: (file: { readonly isCertification: boolean }) => Promise<void>;
  /** Nobody named the file itself: one that is no data at all is not entered in the ledger. */
  readonly metInFolder?: boolean;
}

export interface IngestProgress {
  readonly path: string;
  /** Bytes of the file as stored (compressed, if it is). */
  readonly bytesDone: number;
  readonly bytesTotal: number;
  /** Rows that this reading has settled so far. */
  readonly rows: number;
}

export interface FileProblem {
  readonly code: string;
  readonly message: string;
  readonly line?: number;
  readonly byte?: number;
  readonly field?: string;
  readonly value?: string;
  /** Of INTERNAL and PARSER_FAILED, which nobody expected: where it happened. */
  readonly stack?: string;
}

/** What became of one file. */
export interface FileReport {
  /** As it was named. */
  readonly path: string;
  /**
   * ingested: read to its end · known: read before, nothing done · failed: refused or given up, see `error` ·
   * cancelled: stopped on request, to be resumed.
   */
  readonly outcome: 'ingested' | 'known' | 'failed' | 'cancelled';
  /** Id of its row in the ledger, null where it did not get that far or was only rehearsed. */
  readonly fileId: number | null;
  readonly format: string | null;
  readonly dataset: string | null;
  readonly source: string | null;
  readonly sha256: string | null;
  readonly size: number | null;
  /** As the ledger has them: rows of an interrupted reading that was resumed are included. */
  readonly counts: Counts;
  /** Rows of monitor elements that were not chosen; they are in none of the counts. */
  readonly skipped: { readonly rows: number; readonly elements: readonly SkippedElement[] };
  /** The first issues, rejected and conflicting rows before notes; the ledger has them all. */
  readonly issues: readonly IssueRecord[];
  readonly error: FileProblem | null;
  readonly seconds: number;
  /** Rows settled by this reading alone, for rates. */
  readonly rowsRead: number;
  /** 0: all good · 2: rows were rejected or in conflict · 1: the file could not be ingested. */
  readonly exitStatus: 0 | 1 | 2;
}

export const sumOf = (counts: Counts): number =>
  counts.inserted + counts.identical + counts.conflicting + counts.replaced + counts.added + counts.rejected;

/** Adds `more` to `counts`, in place. */
export function addCounts(counts: Counts, more: Readonly<Counts>): void {
  counts.inserted += more.inserted;
  counts.identical += more.identical;
  counts.conflicting += more.conflicting;
  counts.replaced += more.replaced;
  counts.added += more.added;
  counts.rejected += more.rejected;
}
