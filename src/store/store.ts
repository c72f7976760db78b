import type { Cancellation } from '../domain/cancellation.ts';
import type { Filter, ListQuery, Page } from '../domain/filter.ts';
import type { LuminosityMask, LumisectionRange } from '../domain/lumi-mask.ts';
import type { QualityStatus } from '../domain/quality-status.ts';
import type { Counts, IssueRecord, Judgement, RecordBatch, SourcePosition } from '../domain/record.ts';
import type { Verdict } from '../domain/verdict.ts';
import type {
  Binning as BinningRow,
  Certification,
  CertificationFraction,
  CertificationVersion,
  DataFile,
  Dataset,
  ElementSet,
  IngestIssue,
  Job,
  Lumisection,
  MonitorElement,
  Note,
  Prediction,
  Prisma,
  PrismaClient,
  QualityTest,
  ReferenceChoice,
  Run,
  SavedMask,
  ScalarValue,
  Strategy,
  StrategyVersion,
  Task,
} from '../generated/sqlite/client.ts';
import type { Coverages } from './coverage.ts';
import type { RunDeletion } from './delete-run.ts';
import type { ElementSets } from './element-sets.ts';
import type { ElementTree } from './element-tree.ts';
import type { EvaluationKey, Evaluations, StoredEvaluation } from './evaluations.ts';
import type { Events } from './events.ts';
import type { Facets } from './facets.ts';
import type { HistogramNoun, HistogramRun } from './histogram-runs.ts';
import type { HistogramSums } from './histogram-sums.ts';
import type { Jobs } from './jobs.ts';
import type { Masks } from './masks.ts';
import type { Models } from './models.ts';
import type { Notes } from './notes.ts';
import type { StatementObserver } from './observed-database.ts';
import type { PartAnswers } from './prediction-answers.ts';
import type { Predictions } from './predictions.ts';
import type { ChoiceKey, RunReferences } from './reference-choices.ts';
import type { Strategies } from './strategies.ts';
import type { StrategyRuns } from './strategy-runs.ts';
import type { Asker } from './task-access.ts';
import type { TaskRunCount } from './task-members.ts';
import type { Tasks } from './tasks.ts';
import type { Tokens } from './tokens.ts';
import type { Trends } from './trends.ts';
import type { Finding } from './verify.ts';
import type { Watches } from './watches.ts';
import type { Withdrawal } from './withdrawal.ts';

export interface StoreOptions {
  /** Called once for each SQL statement sent to the database (tests count them). */
  readonly onStatement?: (sql: string) => void;
  /** Watches the statements of this store, with their time. */
  readonly observe?: StatementObserver | undefined;
  /** Told what each call (of a mutation) brought, by format, once it is committed. */
  readonly onCounts?: (format: string, counts: Readonly<Counts>) => void;
  /** Nothing that this store does changes the database, which has to be there and up to date (see openExistingStore). */
  readonly readOnly?: boolean;
  /** Apply pending migrations first (default true, unless the store only reads). */
  readonly migrate?: boolean;
  /** Load Prisma's client, which takes 25 MB (default false: no program reads by it); without it `store.prisma` throws. */
  readonly prisma?: boolean;
  /**
   * Milliseconds after which PostgreSQL itself ends a statement (default never): the last resort, for those whose
   * asker is gone and could not say so.
   */
  readonly statementTimeout?: number;
  /**
   * Hears at once which tasks other processes hide the truth of, or reveal it: for servers, which tell it to nobody from
   * then on. Without it that is read when the store is opened.
   */
  readonly followsTasks?: boolean;
  /** Size of a SQLite file from which on statements that read a whole table run in a process of their own. */
  readonly scanFromBytes?: number;
}

/** Rows of the hot tables; a list that was asked for `bins` may have brought small ones, others are read by key. */
export type LumisectionHistogramRow = Omit<Prisma.LumisectionHistogramGetPayload<object>, 'bins'> & BroughtBins;
export type RunHistogramRow = Omit<Prisma.RunHistogramGetPayload<object>, 'bins'> & { hasBins: boolean } & BroughtBins;

interface BroughtBins {
  readonly bins?: Uint8Array;
}

/** Reads rows by id; `known` gives one that is in memory, and never changes. */
export interface CachedReads<Row> {
  (ids: readonly number[]): Promise<(Row | null)[]>;
  known(id: number): Row | undefined;
}

/** With the name of its status. */
export type QualityTestRow = QualityTest & { status: QualityStatus };

/**
 * What one version of a source says of one run for one (dataset, subsystem) with one flag; its ranges are read by key.
 * The certification table has a row for each range: this noun is its DISTINCT.
 */
export type CertificationRow = CertificationKey &
  Pick<CertificationVersion, 'kind' | 'author' | 'createdAt' | 'fileId'>;
export type CertificationKey = Omit<Certification, 'lumisectionFirst' | 'lumisectionLast'>;

/** A certification source, of one dataset or subsystem or (null) of all that it judges together. */
export interface SourceScope {
  readonly source: string;
  readonly dataset: string | null;
  readonly subsystem: string | null;
}

/** Every noun that has a connection, with its row. */
export interface Rows {
  run: Run;
  lumisection: Lumisection;
  lumisectionHistogram: LumisectionHistogramRow;
  runHistogram: RunHistogramRow;
  dataset: Dataset;
  monitorElement: MonitorElement;
  certification: CertificationRow;
  certificationVersion: CertificationVersion;
  savedMask: SavedMask;
  elementSet: ElementSet;
  task: Task;
  strategy: Strategy;
  strategyVersion: StrategyVersion;
  prediction: Prediction;
  dataFile: DataFile;
  ingestIssue: IngestIssue;
  scalarValue: ScalarValue;
  qualityTest: QualityTestRow;
  note: Note;
  referenceChoice: ReferenceChoice;
  job: Job;
}
export type Noun = keyof Rows;

/**
 * A connection that hangs on a parent row: its rows have these parent columns. Runs hang on a monitor element
 * (`{ monitorElementId }`) through run_monitor_element: the runs that hold a histogram of it.
 */
export interface ParentKey {
  readonly [column: string]: string | number;
}

export interface ColumnPage {
  readonly count: number;
  readonly hasNextPage: boolean;
  /**
   * Values of a field by row, as rows have them, and maybe more behind them; undefined where it was not read. Of `bins` values
   * are undefined that were too large to come along.
   */
  column(name: string): readonly unknown[] | undefined;
}

export interface Lists {
  /** One SQL statement. Order terms are completed by the noun's key, so that the order is total. */
  page<N extends Noun>(noun: N, query: ListQuery): Promise<Page<Rows[N]>>;
  /** The same page as columns, for who takes rows apart anyway: no object is made for each. Takes `first`, never `last`. */
  columns(noun: Noun, query: ListQuery): Promise<ColumnPage>;
  /** The same page for each parent, in one SQL statement however many parents there are; aligned with `parents`. */
  pages<N extends Noun>(noun: N, parents: readonly ParentKey[], query: ListQuery): Promise<Page<Rows[N]>[]>;
  count(noun: Noun, where?: Filter): Promise<number>;
  /** One SQL statement; aligned with `parents`. */
  counts(noun: Noun, parents: readonly ParentKey[], where?: Filter): Promise<number[]>;
}

export interface LumisectionHistogramKey {
  readonly runNumber: number;
  readonly monitorElementId: number;
  readonly lumisectionNumber: number;
  readonly datasetId: number;
}
/** `lumisectionNumber` 0 for a value of the whole run. */
export type ScalarValueKey = LumisectionHistogramKey;
export interface QualityTestKey extends ScalarValueKey {
  readonly name: string;
}
/** What a file has of a histogram that several files brought. */
export interface ContributionRow {
  readonly fileId: number;
  /** Its share was added to the sum that the histogram is; otherwise it has alike what `likeFileId` brought. */
  readonly isShare: boolean;
  readonly likeFileId: number | null;
  /** Of a share. */
  readonly entries: number | null;
}
export type RunHistogramKey = Omit<LumisectionHistogramKey, 'lumisectionNumber'>;

/** By-key reads, one SQL statement a call, results aligned with the keys, null where there is no such row. */
export interface Reads {
  runs(numbers: readonly number[]): Promise<(Run | null)[]>;
  lumisections(keys: readonly { runNumber: number; number: number }[]): Promise<(Lumisection | null)[]>;
  readonly datasets: CachedReads<Dataset>;
  readonly monitorElements: CachedReads<MonitorElement>;
  readonly binnings: CachedReads<BinningRow>;
  lumisectionHistograms(keys: readonly LumisectionHistogramKey[]): Promise<(LumisectionHistogramRow | null)[]>;
  runHistograms(keys: readonly RunHistogramKey[]): Promise<(RunHistogramRow | null)[]>;
  /** Beside the file of the row: of each histogram (lumisection 0: of a run), by file. */
  contributions(keys: readonly LumisectionHistogramKey[]): Promise<ContributionRow[][]>;
  /** Blobs of domain/codec.ts. */
  lumisectionBins(keys: readonly LumisectionHistogramKey[]): Promise<(Uint8Array | null)[]>;
  runBins(keys: readonly RunHistogramKey[]): Promise<(Uint8Array | null)[]>;
  scalarValues(keys: readonly ScalarValueKey[]): Promise<(ScalarValue | null)[]>;
  /** Whether monitor elements are marked as efficiencies: a mark may come with a later file, so this is never cached. */
  efficiencies(ids: readonly number[]): Promise<(boolean | null)[]>;
  qualityTests(keys: readonly QualityTestKey[]): Promise<(QualityTestRow | null)[]>;
  /** Descriptions of datasets: they change, so they are never cached. */
  datasetDescriptions(ids: readonly number[]): Promise<(string | null)[]>;
  notes(keys: readonly Pick<Note, 'runNumber' | 'id'>[]): Promise<(Note | null)[]>;
  referenceChoices(keys: readonly ChoiceKey[]): Promise<(ReferenceChoice | null)[]>;
  /** A row that a job was given for a file that turned out to have one already is found as the latter. */
  dataFiles(ids: readonly number[]): Promise<(DataFile | null)[]>;
  jobs(ids: readonly number[]): Promise<(Job | null)[]>;
  ingestIssues(keys: readonly { fileId: number; number: number }[]): Promise<(IngestIssue | null)[]>;
  certificationVersions(
    keys: readonly Pick<CertificationVersion, 'source' | 'dataset' | 'subsystem' | 'version'>[],
  ): Promise<(CertificationVersion | null)[]>;
  savedMasks(keys: readonly Pick<SavedMask, 'name' | 'version'>[]): Promise<(SavedMask | null)[]>;
  elementSets(keys: readonly Pick<ElementSet, 'name' | 'version'>[]): Promise<(ElementSet | null)[]>;
  tasks(ids: readonly number[]): Promise<(Task | null)[]>;
  taskByName(name: string): Promise<Task | null>;
  strategies(ids: readonly number[]): Promise<(Strategy | null)[]>;
  strategyByName(name: string): Promise<Strategy | null>;
  strategyVersions(ids: readonly number[]): Promise<(StrategyVersion | null)[]>;
  predictions(ids: readonly number[]): Promise<(Prediction | null)[]>;
  /** Of each prediction, by part, then monitor element: what was said, without reading scores. */
  answersOfPredictions(ids: readonly number[]): Promise<PartAnswers[][]>;
  /** Of the scores that predictions have now; null where there is none. */
  currentEvaluations(keys: readonly EvaluationKey[]): Promise<(StoredEvaluation | null)[]>;
  /** Members of each task, by part, then run. */
  taskRunCounts(taskIds: readonly number[]): Promise<TaskRunCount[][]>;
  certifications(keys: readonly CertificationKey[]): Promise<(CertificationRow | null)[]>;
  /** Of each run, the shares of good lumisections that sources state; by source, then subsystem. */
  fractionsOfRuns(runNumbers: readonly number[]): Promise<CertificationFraction[][]>;
  /** Of each run, the newest version of every (source, dataset, subsystem); by source, dataset, subsystem, flag. */
  certificationsOfRuns(runNumbers: readonly number[]): Promise<CertificationRow[][]>;
  /** Ranges by certification, ascending. */
  certificationRanges(keys: readonly CertificationKey[]): Promise<LumisectionRange[][]>;
  /**
   * What the newest version of a source says of lumisections.
   * @throws NotFoundError for a source (dataset, subsystem) that was never ingested.
   */
  verdicts(scope: SourceScope, keys: readonly { runNumber: number; number: number }[]): Promise<Verdict[]>;
  /**
   * The lumisections that the newest version of a source calls GOOD, of the certifications that satisfy `where`.
   * @throws NotFoundError for a source that was never ingested.
   */
  goodLumisections(source: string, where?: Filter): Promise<LuminosityMask>;
  datasetByName(name: string): Promise<Dataset | null>;
  /** Aligned with the names. */
  datasetsByName(names: readonly string[]): Promise<(Dataset | null)[]>;
  monitorElementByPath(path: string): Promise<MonitorElement | null>;
  monitorElementsByPath(paths: readonly string[]): Promise<(MonitorElement | null)[]>;
  /** Histogram counts (per LS and run level together) by monitor element, and run counts by dataset. */
  histogramCounts(monitorElementIds: readonly number[]): Promise<number[]>;
  /** Counts of scalar values (per LS and run level together) by monitor element. */
  scalarCounts(monitorElementIds: readonly number[]): Promise<number[]>;
  runCounts(datasetIds: readonly number[]): Promise<number[]>;
  /** Runs from `from` on that may hold histograms of the filter, ascending, with the most that each can hold. */
  histogramRuns(noun: HistogramNoun, where: Filter | undefined, from: number): Promise<HistogramRun[]>;
  /** Ids of the monitor elements and datasets that histograms of the filter may have, ascending. */
  histogramDimensions(
    noun: HistogramNoun,
    where: Filter | undefined,
  ): Promise<{ monitorElements: number[]; datasets: number[] }>;
  /** Names of the datasets that have histograms of a monitor element, by code point. */
  datasetsOfElement(noun: HistogramNoun, monitorElementId: number): Promise<string[]>;
}

export interface FileIdentity {
  readonly sha256: string;
  readonly dataset: string;
  readonly source: string;
  readonly format: string;
  readonly meMap: string;
}

/** What the ledger keeps of a file beside what tells it from others. */
export interface FileFacts {
  readonly path: string;
  /** Another path that leads to it: what stands under that one counts as read from it, too. */
  readonly alias?: string;
  readonly size: number;
}

/**
 * What becomes of a row that differs from the one under its key: the first stays (`keep`), the last does (`replace`), the
 * whole batch is refused (`fail`), or both are parts of one count (`add`, of histograms alone; anything else is kept).
 */
export type OnConflict = 'keep' | 'replace' | 'fail' | 'add';

export interface IngestOptions {
  readonly onConflict: OnConflict;
  /** Certification source, '' for histogram files. */
  readonly source: string;
  /** Kept with the versions of certifications that are made, where their records tell nothing. */
  readonly judgement?: Judgement | undefined;
  /** A version of a certification may name no run although the one before it does. */
  readonly allowEmpty?: boolean | undefined;
  /**
   * Whoever brings it, where that is a client: of runs whose truth is hidden from it no row of a certification tells what is
   * stored, which it could guess so. Without it nothing is hidden.
   */
  readonly bringer?: Asker | undefined;
  /**
   * Words one conflict as an issue. Called inside the transaction of `write`, which stores the issue with the batch,
   * so that a kill can never part the count of a conflict from its issue. Without it conflicts are only counted.
   */
  readonly conflictIssue?: (conflict: RowConflict) => IssueRecord;
  /** Words in the same way that a row says what an earlier row of its file says under the same key. */
  readonly repeatIssue?: (row: number) => IssueRecord;
  /** See Lease.owner; the lease is renewed with the batch. */
  readonly lease?: string | undefined;
}

/**
 * The right to read one file, which one reading has at a time. What a reading writes without it (because the lease ran
 * out and another reading took over) is refused with an UnavailableError whose details.reason is FILE_BUSY.
 */
export interface Lease {
  /** Names the reading: no two at one time have the same name. */
  readonly owner: string;
  /** Whether the reading of this name is known to have ended without giving its lease back. */
  isDead(owner: string): boolean;
}

export interface BeginOptions {
  readonly force: boolean;
  /** Held until `finish`; without it nobody is kept from reading the file at the same time. */
  readonly lease?: Lease;
  /**
   * What is counted twice is wrong (`add`): the file's own earlier share, where it is read anew from its beginning, and
   * the share of what was read from its path before, with other content but the same settings, are taken back first.
   */
  readonly takeBack?: boolean;
  /**
   * Id of the row that a job was given for the file before anybody knew how to read it. The file gets that row, or where
   * it has one already the job gets the file's, and the one it was given is no more.
   */
  readonly entry?: number;
}

/** A row that met another content under its key. `sameFile`: the earlier row came from the file being read. */
export interface RowConflict {
  readonly row: number;
  readonly sameFile: boolean;
  /** Path of the file that brought the earlier row, null where it did not come from a file. */
  readonly earlierPath: string | null;
  /** Under `add`: why it was not added, as the end of a sentence. */
  readonly notAdded?: string | undefined;
  /** In what it differs from what stays ("entries 12, not 10; ..."); '' where that is not known. */
  readonly difference: string;
}

export interface BatchOutcome {
  readonly counts: Counts;
  readonly conflicts: readonly RowConflict[];
}

/** All that one call of a client brings. */
export interface CallRecords {
  readonly identity: FileIdentity;
  /** Names the call in the ledger. */
  readonly path: string;
  /** Of what was sent, in bytes. */
  readonly size: number;
  /** How many rows the client sent, those included that were refused. */
  readonly rows: number;
  readonly batches: readonly RecordBatch[];
  /** Rows that were refused before they became records. */
  readonly issues: readonly IssueRecord[];
  readonly options: Pick<IngestOptions, 'onConflict' | 'source' | 'bringer'>;
  /** Any row that is refused or in conflict undoes the call. */
  readonly strict: boolean;
  conflictIssue(batch: RecordBatch, conflict: RowConflict): IssueRecord;
}

export interface CallOutcome {
  /** Null where the call left nothing in the database, and then no row in the ledger either. */
  readonly file: DataFile | null;
  readonly counts: Counts;
  readonly issues: readonly IssueRecord[];
  /** Why the whole call was undone; null where it was not. */
  readonly refused: 'CONFLICT' | 'STRICT' | null;
}

/** The ledger and the only way to write data. */
export interface Ledger {
  /**
   * Finds or creates the row of a file. RUNNING afterwards, unless it is DONE already (and not forced).
   * A file that was interrupted (or failed, or was cancelled) comes back with its checkpoint; a forced one starts at 0.
   * What starts at 0 starts with all counts at 0 and without issues.
   * @throws UnavailableError with details.reason FILE_BUSY and details.fileId where another reading has the lease.
   */
  begin(identity: FileIdentity, facts: FileFacts, options: BeginOptions): Promise<{ file: DataFile; known: boolean }>;
  /** Keeps the lease while nothing is written. @returns false where another reading has it. */
  renew(fileId: number, lease: string): Promise<boolean>;
  /**
   * Writes one batch, its issues and the checkpoint in one transaction (with a lease flushed by `finish`); counts every row exactly once.
   * With `fail`, the first conflict rolls the batch back and throws.
   */
  write(
    fileId: number,
    batch: RecordBatch | null,
    issues: readonly IssueRecord[],
    position: SourcePosition,
    options: IngestOptions,
  ): Promise<BatchOutcome>;
  /**
   * Writes all that one call brings, with its issues and its row of the ledger, in one transaction. Content that is known
   * is written again (as with `force`), save under `add`, where it would count twice: then its rows are identical. A call
   * that changes nothing (all of it refused, in conflict, or conditions that are known) leaves no row in the ledger. With
   * `fail` a conflict, with `strict` also a refused row, undoes all of it, and `refused` says so.
   */
  bring(call: CallRecords): Promise<CallOutcome>;
  /** Adds issues found outside any batch. */
  addIssues(fileId: number, issues: readonly IssueRecord[], lease?: string): Promise<void>;
  /** Issues of a file (with one code, null: any) in order of number, those after `after` (0: from the first). */
  issues(fileId: number, code: string | null, after: number, limit: number): Promise<IngestIssue[]>;
  /** Words stored issues better (once the earlier line of a conflict is known), or takes them out (null). */
  reviseIssues(fileId: number, revisions: readonly { number: number; reason: string | null }[]): Promise<void>;
  /** Settles the file and gives its lease back. RUNNING: somebody goes on from its checkpoint. */
  finish(
    fileId: number,
    result: {
      status: 'RUNNING' | 'DONE' | 'FAILED' | 'QUARANTINED' | 'CANCELLED';
      errorCode?: string;
      errorMessage?: string;
    },
    lease?: string,
  ): Promise<DataFile>;
  /**
   * Takes back everything that the file alone brought, and its shares of sums, in one transaction (`--strict`, `fail`),
   * which also sets its checkpoint and its counts of inserted, identical, replaced and added back to 0. Issues stay.
   */
  withdraw(fileId: number, lease?: string): Promise<void>;
  /**
   * Withdraws a file that nobody reads and settles it as CANCELLED with the code WITHDRAWN: offered again, it is read anew.
   * Jobs that wait for it are cancelled, unless `checkOwner` throws for whose one is: nothing is changed then.
   * @throws UnavailableError with details.reason FILE_BUSY while a reading has the lease that is not known to be dead.
   */
  discard(
    fileId: number,
    isDead: Lease['isDead'],
    checkOwner?: (ownerOfJob: string) => void,
  ): Promise<{ file: DataFile; withdrawal: Withdrawal }>;
  /**
   * Deletes a run with all that belongs to it; with `dryRun` all of that is undone, and the counts tell what would go
   * (other writers wait meanwhile either way). Its files keep their rows in the ledger, with a note (RUN_DELETED).
   * @throws NotFoundError; UnavailableError with details.reason FILE_BUSY while a reading has one of its files.
   */
  deleteRun(
    number: number,
    options: { readonly dryRun: boolean; readonly isDead: Lease['isDead'] },
  ): Promise<RunDeletion>;
  /**
   * Runs `work` with a ledger whose writes see one another and are all undone at the end (`--dry-run`): one long
   * transaction that is rolled back. On SQLite other writers wait meanwhile.
   */
  rehearse<T>(work: (ledger: Ledger) => Promise<T>): Promise<T>;
}

export interface OperationOptions {
  /** Who asks: what is hidden from it is not in the store that it gets. Somebody without a token unless told. */
  readonly viewer?: Asker;
  /** It reads once through much of the database, of which this process should hold little meanwhile. */
  readonly inBulk?: boolean;
  /** Told the names of tasks, once something was read of which their hidden truth withholds a part. */
  readonly onWithheld?: (tasks: readonly string[]) => void;
}

export interface Store {
  readonly kind: 'sqlite' | 'postgresql';
  /** For Pothos' Prisma plugin and rarely used fields. */
  readonly prisma: PrismaClient;
  readonly lists: Lists;
  readonly reads: Reads;
  readonly ledger: Ledger;
  readonly jobs: Jobs;
  readonly notes: Notes;
  readonly runReferences: RunReferences;
  readonly masks: Masks;
  readonly tasks: Tasks;
  readonly strategies: Strategies;
  readonly predictions: Predictions;
  readonly strategyRuns: StrategyRuns;
  readonly models: Models;
  readonly watches: Watches;
  readonly evaluations: Evaluations;
  readonly elementSets: ElementSets;
  readonly trends: Trends;
  readonly coverage: Coverages;
  readonly sums: HistogramSums;
  readonly elementTree: ElementTree;
  readonly facets: Facets;
  /** What changes, as it is committed. */
  readonly events: Events;
  readonly tokens: Tokens;
  /** Looks for whatever contradicts itself; an empty list is what is wished for. */
  verify(): Promise<Finding[]>;
  /**
   * The same store to one operation: its lists and reads end, with the reason, when that is cancelled, and names of sources, masks
   * and sets mean the same to all of them.
   */
  forOperation(cancellation: Cancellation, options?: OperationOptions): Store;
  /** From here on names mean to the operation what they mean now. */
  forgetNames(): void;
  close(): Promise<void>;
}
