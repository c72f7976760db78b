import type { IssueRecord, RecordBatch, SourcePosition } from '../../src/domain/record.ts';
import type { ByteSource } from '../source.ts';

/** A file format: how to know it by its content, and how to turn its bytes into records. It never sees the store. */
export interface Format {
  /** Stable, for `--format` and the ledger. */
  readonly id: string;
  /** For people: "per-LS CSV". */
  readonly title: string;
  /** What files of this format do not say themselves and flags must: a dataset, or the name of a certification. */
  readonly needs: 'dataset' | 'source' | null;
  /** What `recognise` looks for, in one line, for the error when nothing matches. */
  readonly looksFor: string;
  /**
   * How sure the first bytes (decompressed, without BOM, at most 64 KiB) make it. `name` (without `.gz`) may only
   * add detail, never decide. LIKELY: meant to be this format but faulty, so that reading gives the exact error.
   */
  recognise(head: Uint8Array, name: string): 'CERTAIN' | 'LIKELY' | null;
  /**
   * Where several formats share one container, what `recognise` cannot see: null when the file is of this format,
   * else what it holds instead, for the error.
   */
  looksInside?(source: ByteSource): Promise<string | null>;
  /** What becomes of equal keys unless told otherwise: `keep` where left out. */
  readonly defaultOnConflict?: 'add' | 'keep';
  /** The dataset that the file, its name or its folders state with certainty; null where it has none or it takes a flag. */
  statedDataset(head: Uint8Array, name: string, path?: string): string | null;
  /**
   * Reads from the start, or on from `resume`. Every row ends in exactly one batch row or one REJECTED issue; NOTE
   * issues count no row. A step whose batch is null carries issues or progress only.
   * @throws FileError when the whole file must be refused (before or after some steps).
   */
  read(source: ByteSource, options: ReadOptions): AsyncIterable<ReadStep>;
  /**
   * The second scan, made only when rows of one file are in conflict: for each key the lines before `key.line` that
   * hold an accepted row with that key, ascending (the first is the one that stayed under `keep`, the last the one
   * that was overwritten under `replace`). Empty where there is none; formats without row keys return empty lists.
   */
  locate(source: ByteSource, keys: readonly RowKey[], options: ReadOptions): Promise<readonly (readonly number[])[]>;
  /** What a line is called, where it is none of text. */
  readonly lineIs?: 'row';
  /** Where these lines are no lines of text: what to look for in the file, e.g. `entry 4 of tree TH1Fs`. */
  placesOf?(source: ByteSource, lines: readonly number[]): Promise<readonly string[]>;
}

export interface ReadOptions {
  /** Dataset of every histogram; wins over what the file says. */
  readonly dataset?: string;
  /** Where an earlier read stopped: the `position` of the last step whose batch was kept. */
  readonly resume?: SourcePosition;
  /** A batch ends when it holds this many rows (default 5,000) ... */
  readonly batchRows?: number;
  /** ... or this many bytes of blobs (default 8 MiB), or after this many bytes of source (default 16 MiB). */
  readonly batchBytes?: number;
  readonly batchSourceBytes?: number;
  /**
   * Whether the row of this monitor element, as the file names it, is to be passed over, which this counts. A format
   * that knows names before values asks for every row that it would otherwise give; others do not ask.
   */
  readonly skip?: (monitorElement: string, line: number) => boolean;
  /** A longer line is refused as a row (default 16 MiB: a map of 2,000 x 2,000 bins). */
  readonly maxLineBytes?: number;
}

export interface ReadStep {
  readonly batch: RecordBatch | null;
  readonly issues: readonly IssueRecord[];
  /** Where this step ends; resuming here gives exactly the steps' remaining rows. */
  readonly position: SourcePosition;
}

/** The key of the row of a histogram, a scalar or a quality test as the source writes it. */
export interface RowKey {
  readonly run: number;
  /** 0 for run-level rows. */
  readonly lumisection: number;
  /** Path as in the batch's `monitorElements`. */
  readonly monitorElement: string;
  /** Name of the test whose result the row is. */
  readonly qualityTest?: string;
  /** Look at lines before this one only. */
  readonly line: number;
}

const DEFAULT_BATCH_ROWS = 5_000;
const DEFAULT_BATCH_BYTES = 8 * 1024 * 1024;
const DEFAULT_BATCH_SOURCE_BYTES = 16 * 1024 * 1024;
export const DEFAULT_MAX_LINE_BYTES = 16 * 1024 * 1024;

/** When a batch is full. */
export function batchLimits(options: ReadOptions): { rows: number; bytes: number; sourceBytes: number } {
  return {
    rows: options.batchRows ?? DEFAULT_BATCH_ROWS,
    bytes: options.batchBytes ?? DEFAULT_BATCH_BYTES,
    sourceBytes: options.batchSourceBytes ?? DEFAULT_BATCH_SOURCE_BYTES,
  };
}
