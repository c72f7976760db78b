import type { Binning } from './histogram.ts';
import type { LumisectionFlag } from './lumisection-flags.ts';

/**
 * What a format yields and the store takes. Histograms travel in columnar batches, because they cross a process
 * boundary by the hundred thousand; everything else is few and travels as plain objects.
 */
export type RecordBatch =
  | LumisectionHistogramBatch
  | RunHistogramBatch
  | ScalarBatch
  | QualityTestBatch
  | CertificationRecord
  | RunBatch
  | LumisectionBatch
  | FractionBatch
  | DatasetBatch;

/** Where the records of a batch end in the source: the point at which reading can go on after a kill. */
export interface SourcePosition {
  /** Bytes of the (decompressed) source consumed so far. */
  readonly byte: number;
  /** Lines consumed so far. */
  readonly line: number;
}

export interface HistogramColumns {
  /** Number of rows; every column below has this length. */
  readonly count: number;
  /** Line of each row in its source, from 1; 0 where the source has no lines. */
  readonly line: Float64Array;
  readonly run: Int32Array;
  /** Index into `monitorElements`. */
  readonly monitorElement: Int32Array;
  /** Index into `datasets`. */
  readonly dataset: Int32Array;
  /** NaN where the source leaves it blank. */
  readonly entries: Float64Array;
  readonly integral: Float64Array;
  readonly meanX: Float64Array;
  readonly rmsX: Float64Array;
  readonly meanY: Float64Array;
  readonly rmsY: Float64Array;
  readonly skewness: Float64Array;
  readonly kurtosis: Float64Array;
  /** Index into `binnings`; -1 where the row has no bins (run-level summaries). */
  readonly binning: Int32Array;
  /** Blob of row i (domain/codec.ts): blobs.subarray(blobEnds[i - 1] ?? 0, blobEnds[i]); empty without bins. */
  readonly blobs: Uint8Array;
  readonly blobEnds: Uint32Array;
  /** Dictionaries of this batch. */
  readonly monitorElements: readonly MonitorElementRecord[];
  readonly datasets: readonly string[];
  readonly binnings: readonly Binning[];
}

export interface LumisectionHistogramBatch extends HistogramColumns {
  readonly kind: 'lumisectionHistograms';
  readonly lumisection: Int32Array;
}

export interface RunHistogramBatch extends HistogramColumns {
  readonly kind: 'runHistograms';
  /** ROOT title of each row (prose), null where the source has none. */
  readonly title: readonly (string | null)[];
}

export interface MonitorElementRecord {
  /** Exactly as the source says: a full path, or a leaf name only. */
  readonly path: string;
  /** Number of axes, null where the source does not tell (summaries). */
  readonly dimension: 1 | 2 | null;
  /** TH1 | TH2 | PROFILE | PROFILE2D | ..., null where the source does not tell. */
  readonly kind: MonitorElementKind | null;
  /** Contents are ratios (efficiencies), not counts: never added, no Poisson errors. Left out: not stated. */
  readonly efficiency?: boolean;
}

export type MonitorElementKind = 'TH1' | 'TH2' | 'PROFILE' | 'PROFILE2D' | 'SCALAR';

/** Values of monitor elements that hold one number or text. */
export interface ScalarBatch {
  readonly kind: 'scalars';
  readonly scalars: readonly ScalarRecord[];
}

/** What names one value of one monitor element, of a lumisection or of a run. */
interface ValueKey {
  readonly line?: number;
  readonly run: number;
  /** 0 for run level. */
  readonly lumisection: number;
  readonly dataset: string;
  readonly monitorElement: string;
}

export interface ScalarRecord extends ValueKey {
  readonly type: ScalarType;
  /** As the source writes it, or where it holds bytes what `scalarText` makes of them; see `scalarProblem`. */
  readonly value: string;
}

export type ScalarType = 'INT' | 'FLOAT' | 'STRING';

/** Results of the quality tests that harvesting ran on monitor elements. */
export interface QualityTestBatch {
  readonly kind: 'qualityTests';
  readonly qualityTests: readonly QualityTestRecord[];
}

export interface QualityTestRecord extends ValueKey {
  /** Of the test, e.g. `XrangeWithin`; told apart by it on one monitor element. */
  readonly name: string;
  /** As CMSSW numbers it: 100 passed, 200 warning, 300 failed; see domain/quality-status.ts. */
  readonly statusCode: number;
  /** What the test computed; null where it is not a finite number. */
  readonly result: number | null;
  readonly algorithm: string;
  readonly message: string;
}

/** The share of good lumisections of a run, as a source states it, kept as such. */
export interface FractionBatch {
  readonly kind: 'fractions';
  readonly fractions: readonly {
    readonly line?: number;
    readonly run: number;
    readonly subsystem: string;
    /** From 0 to 1. */
    readonly fraction: number;
  }[];
}

/** All verdicts of one file for one source: becomes one version of that source, whole or not at all. */
/** Who judged, why, and what is to be said of it, where that is told. */
export interface Judgement {
  readonly author?: string | undefined;
  readonly cause?: string | null | undefined;
  readonly comment?: string | null | undefined;
}

export interface CertificationRecord extends Judgement {
  readonly kind: 'certification';
  /** '' = of every dataset, of every subsystem. */
  readonly dataset: string;
  readonly subsystem: string;
  readonly runs: readonly CertificationRun[];
}

export interface CertificationRun {
  readonly run: number;
  readonly line: number;
  /** Sorted, disjoint, not touching; inclusive bounds; last = END_OF_RUN for an open end. */
  readonly ranges: readonly { readonly first: number; readonly last: number; readonly flag: Flag }[];
}

/** What is stated of datasets themselves; they are made where they are missing. */
export interface DatasetBatch {
  readonly kind: 'datasets';
  readonly datasets: readonly DatasetRecord[];
}

export interface DatasetRecord {
  readonly name: string;
  readonly line?: number;
  /** Left out: not stated. Null: stated to be none. */
  readonly description?: string | null;
}

/** Conditions of runs. A field left out (or null) is not stated by the source and stays as it is stored. */
export interface RunBatch {
  readonly kind: 'runs';
  readonly runs: readonly RunRecord[];
}

export interface RunRecord {
  readonly number: number;
  readonly line?: number;
  readonly year?: number | null;
  /** Year and letter: 2018A. */
  readonly era?: string | null;
  readonly period?: string | null;
  readonly fill?: number | null;
  readonly startedAt?: Date | null;
  readonly endedAt?: Date | null;
  /** Instantaneous, in 10^34 / cm2 / s. */
  readonly initialLumi?: number | null;
  readonly endLumi?: number | null;
  readonly lumisectionCount?: number | null;
  /** Of the whole run, in 1/pb. */
  readonly deliveredLumi?: number | null;
  readonly recordedLumi?: number | null;
  /** Of one beam, in GeV. */
  readonly energy?: number | null;
  /** In tesla. */
  readonly magneticField?: number | null;
}

/** Conditions of lumisections; what is left out (or null) stays as it is stored. Runs are created where missing. */
export interface LumisectionBatch {
  readonly kind: 'lumisections';
  readonly lumisections: readonly LumisectionRecord[];
}

export interface LumisectionRecord {
  readonly run: number;
  readonly number: number;
  readonly line?: number;
  readonly startedAt?: Date | null;
  readonly endedAt?: Date | null;
  /** In Hz. */
  readonly zeroBiasRate?: number | null;
  /** Of this lumisection alone (not cumulative), in 1/pb. */
  readonly deliveredLumi?: number | null;
  readonly recordedLumi?: number | null;
  /** Mean number of interactions in a bunch crossing. */
  readonly pileup?: number | null;
  /** Flags known to be on; known to be off. A flag in neither is unknown. */
  readonly flagsOn?: readonly LumisectionFlag[];
  readonly flagsOff?: readonly LumisectionFlag[];
}

/** Flags as Run Registry knows them. */
export type Flag = 'GOOD' | 'BAD' | 'STANDBY' | 'EXCLUDED' | 'NOTSET' | 'EMPTY';

/** A row that was refused or is in conflict, or a note on how the file was read. */
export interface IssueRecord {
  readonly severity: 'REJECTED' | 'CONFLICTING' | 'NOTE';
  /** Stable, for programs: e.g. BIN_COUNT, NOT_FINITE, DUPLICATE_KEY. Documented in docs/errors.md. */
  readonly code: string;
  readonly line?: number;
  readonly byte?: number;
  readonly field?: string;
  /** The offending text, cut to 200 characters. */
  readonly value?: string;
  readonly reason: string;
}

/** Issues that a report, or the error in its place, repeats; the ledger has all of them. */
export const REPORTED_ISSUES = 100;

/** Code of the note that a row says what an earlier row of its file says under the same key. */
export const REPEATED_ROW = 'REPEATED_ROW';

/** How many rows went which way. Every row of a source is counted exactly once. */
export interface Counts {
  inserted: number;
  identical: number;
  conflicting: number;
  replaced: number;
  /** Added to what other rows of the same key brought. */
  added: number;
  rejected: number;
}

export const noCounts = (): Counts => ({
  inserted: 0,
  identical: 0,
  conflicting: 0,
  replaced: 0,
  added: 0,
  rejected: 0,
});
