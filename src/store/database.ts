import type { Cancellation } from '../domain/cancellation.ts';
import type { PrismaClient } from '../generated/sqlite/client.ts';
import type { Dialect } from './dialect.ts';
import type { Events, StoreEvent } from './events.ts';
import type { HistogramTable } from './histogram-rows.ts';

/** A value bound to `$1`, `$2` ... of a statement. Dates are stored as Prisma stores them, in UTC. */
export type Parameter =
  | string
  | number
  | bigint
  | boolean
  | Date
  | Uint8Array
  | null
  | readonly (string | number | null)[];

/**
 * Sends SQL. Parameters are numbered `$1`, `$2` ... on both databases (what Kysely compiled, `?` on SQLite, works as well);
 * a statement is prepared once per connection and kept by its text.
 *
 * Values come back as the fields of the Prisma models have them: DATETIME/TIMESTAMP as Date, BIGINT as number,
 * BLOB/BYTEA as Uint8Array, floats and integers as number.
 */
export interface Queries {
  /** Rows as objects; the names of columns turn from snake_case to camelCase (`run_number` -> `runNumber`). */
  all<Row>(sql: string, parameters?: readonly Parameter[]): Promise<Row[]>;
  /** Rows as arrays in the order of the select list: without the cost of an object a row. */
  arrays<Row extends unknown[] = unknown[]>(sql: string, parameters?: readonly Parameter[]): Promise<Row[]>;
}

export interface Column {
  readonly name: string;
  readonly type: 'integer' | 'bigint' | 'float' | 'text' | 'time' | 'bytes';
}

/** Inside one transaction; nothing of it may be used after `work` has returned. */
export interface Transaction extends Queries {
  /** The bulk path of per-LS and run-level histograms. */
  readonly histograms: HistogramTable;
  /**
   * Inserts rows (values in the order of `columns`), in the order given, `onConflict` being the clause of that name.
   * @returns how many rows were inserted (or updated, by DO UPDATE).
   */
  insert(
    table: string,
    columns: readonly Column[],
    rows: readonly (readonly Parameter[])[],
    onConflict?: string,
  ): Promise<number>;
  /** Deletes the rows with these keys (values in the order of `columns`). @returns how many. */
  deleteKeys(table: string, columns: readonly Column[], keys: readonly (readonly Parameter[])[]): Promise<number>;
  /** Undoes what `work` did to the database when it throws, and nothing before it; throws it on. */
  savepoint<T>(work: () => Promise<T>): Promise<T>;
  /** Tells of a change as soon as the transaction is committed, and not at all where it is undone. */
  publish(event: StoreEvent): void;
}

export interface WriteOptions {
  /**
   * Let no other transaction write meanwhile (default false: on PostgreSQL transactions write side by side). For what
   * must not see rows change between a look and a deed.
   */
  readonly alone?: boolean;
  /**
   * Whether the transaction is on disk when `write` returns (default true). With false a crash of the database or its
   * machine may undo it, wholly and together with all that came after it, as long as no later transaction was flushed:
   * for what is done again in that case anyway. A process that dies loses nothing.
   */
  readonly flush?: boolean;
}

/** One database: readers that never wait for a writer, and transactions that write. */
export interface Database extends Queries {
  readonly dialect: Dialect;
  /** A Prisma client with connections of its own; null where the database was opened without. */
  readonly prisma: PrismaClient | null;
  readonly events: Events;
  /**
   * Runs `work` in one transaction: committed (and flushed to disk, see `flush`) when it returns, rolled back when it throws.
   * `work` is run again from its beginning where the database asks for that (deadlock, serialization failure).
   * @throws UnavailableError where another process held the database too long.
   */
  write<T>(work: (transaction: Transaction) => Promise<T>, options?: WriteOptions): Promise<T>;
  /**
   * Reads of one operation: once that is cancelled they reject with its reason, statements under way among them, and the
   * database stops working on these (as far as it can be stopped: see docs/decisions.md). `inBulk`: they go once through
   * much of the database, of which this process should hold little meanwhile.
   */
  reading(cancellation: Cancellation, inBulk?: boolean): Queries;
  /** Several reads that see one state of the database. */
  snapshot<T>(work: (queries: Queries) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

export interface DatabaseOptions {
  /** Called once for each statement sent. */
  readonly onStatement: (sql: string) => void;
  /** See StoreOptions. */
  readonly prisma?: boolean | undefined;
  /** See StoreOptions. */
  readonly statementTimeout?: number | undefined;
  readonly scanFromBytes?: number | undefined;
  /** See StoreOptions. */
  readonly readOnly?: boolean;
}
