import type { Cancellation } from '../domain/cancellation.ts';
import { UnavailableError } from '../domain/errors.ts';
import type { PrismaClient } from '../generated/sqlite/client.ts';
import type { Database, DatabaseOptions, Queries, Transaction, WriteOptions } from './database.ts';
import { PendingEvents } from './pending-events.ts';
import { SqliteCheckpoints } from './sqlite-checkpoints.ts';
import { BULK_READER, SqliteConnection } from './sqlite-connection.ts';
import { sqliteDialect } from './sqlite-dialect.ts';
import { SqliteEvents } from './sqlite-events.ts';
import { SqliteHistogramTable } from './sqlite-histograms.ts';
import { SqliteLog } from './sqlite-log.ts';
import { sqlitePath } from './sqlite-path.ts';
import { SqliteReading } from './sqlite-reading.ts';
import { SqliteScans } from './sqlite-scans.ts';

const isBusy = (error: unknown) => error instanceof Error && /^database (table )?is locked/.test(error.message);
const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

async function openPrisma(path: string): Promise<PrismaClient> {
  const { PrismaNodeSqlite } = await import('../../prisma/node-sqlite-adapter.mjs');
  const { PrismaClient } = await import('../generated/sqlite/client.ts');
  return new PrismaClient({ adapter: new PrismaNodeSqlite({ url: `file:${path}` }) });
}

async function savepoint<T>(connection: SqliteConnection, work: () => Promise<T>): Promise<T> {
  connection.send('SAVEPOINT inner_work');
  try {
    return await work();
  } catch (error) {
    if (connection.handle.isTransaction) connection.send('ROLLBACK TO inner_work');
    throw error;
  } finally {
    if (connection.handle.isTransaction) connection.send('RELEASE inner_work');
  }
}

/** How long a transaction waits for another process to finish its own. */
const PATIENCE = 60_000;

export class SqliteDatabase implements Database {
  readonly dialect = sqliteDialect;
  readonly #path: string;
  readonly #onStatement: (sql: string) => void;
  /** How connections that read are kept from writing. */
  readonly #access: 'statements' | 'file';
  readonly #reader: SqliteConnection;
  #bulk: SqliteConnection | undefined;
  readonly #scans: SqliteScans;
  #writer: SqliteConnection | undefined;
  readonly #log: SqliteLog;
  readonly #checkpoints: SqliteCheckpoints;
  readonly prisma: PrismaClient | null;
  readonly events: SqliteEvents;
  /** The end of the queue of transactions of this process: the database takes one writer at a time. */
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(url: string, options: DatabaseOptions, prisma: PrismaClient | null) {
    this.prisma = prisma;
    this.#path = sqlitePath(url);
    this.#onStatement = options.onStatement;
    this.#access = options.readOnly ? 'file' : 'statements';
    this.#reader = new SqliteConnection(this.#path, this.#onStatement, { readOnly: this.#access });
    this.#scans = new SqliteScans(this.#path, this.#reader, options.scanFromBytes);
    this.#log = new SqliteLog(this.#path);
    this.#checkpoints = new SqliteCheckpoints(this.#path);
    this.events = new SqliteEvents(this.#reader);
  }

  static async open(url: string, options: DatabaseOptions): Promise<SqliteDatabase> {
    return new SqliteDatabase(url, options, options.prisma ? await openPrisma(sqlitePath(url)) : null);
  }

  all<Row>(...query: Parameters<Queries['all']>): Promise<Row[]> {
    return this.#reader.all<Row>(...query);
  }

  arrays<Row extends unknown[]>(...query: Parameters<Queries['arrays']>): Promise<Row[]> {
    return this.#reader.arrays<Row>(...query);
  }

  write<T>(work: (transaction: Transaction) => Promise<T>, { flush = true }: WriteOptions = {}): Promise<T> {
    const result = this.#turn.then(() => this.#transaction(work));
    this.#turn = result.catch(() => {});
    return flush ? result.then((value) => this.#log.flushed().then(() => value)) : result;
  }

  async #transaction<T>(work: (transaction: Transaction) => Promise<T>): Promise<T> {
    this.#writer ??= new SqliteConnection(this.#path, this.#onStatement, { readOnly: false });
    const writer = this.#writer;
    const pending = new PendingEvents();
    await this.#checkpoints.makeRoom();
    await this.#begin(writer);
    try {
      const result = await work({
        all: (...query) => writer.all(...query),
        arrays: (...query) => writer.arrays(...query),
        histograms: new SqliteHistogramTable(writer),
        insert: async (table, columns, rows, onConflict = '') => writer.insert(table, columns, rows, onConflict),
        deleteKeys: async (table, columns, keys) => writer.deleteKeys(table, columns, keys),
        savepoint: (inner) => savepoint(writer, () => pending.keepIfDone(inner)),
        publish: pending.publish,
      });
      writer.handle.exec('COMMIT');
      this.#checkpoints.committed(writer);
      this.events.tell(pending.take());
      return result;
    } catch (error) {
      // some failures (a full disk) have rolled back already
      if (writer.handle.isTransaction) writer.handle.exec('ROLLBACK');
      throw error;
    }
  }

  /** Waits for other processes without holding the event loop, as the driver's own busy timeout would. */
  async #begin(writer: SqliteConnection): Promise<void> {
    const deadline = Date.now() + PATIENCE;
    writer.handle.exec('PRAGMA busy_timeout = 0');
    for (;;) {
      try {
        writer.handle.exec('BEGIN IMMEDIATE');
        writer.handle.exec('PRAGMA busy_timeout = 5000');
        return;
      } catch (error) {
        if (!isBusy(error)) throw error;
        if (Date.now() > deadline) {
          throw new UnavailableError('Another process has been writing to the database for a minute: try again later');
        }
        await pause(2 + Math.random() * 8);
      }
    }
  }

  reading(cancellation: Cancellation, inBulk = false): Queries {
    return new SqliteReading(inBulk ? this.#bulkReader() : this.#reader, this.#scans, cancellation);
  }

  #bulkReader(): SqliteConnection {
    if (this.#bulk === undefined) {
      this.#bulk = new SqliteConnection(this.#path, this.#onStatement, { readOnly: this.#access });
      this.#bulk.handle.exec(BULK_READER);
    }
    return this.#bulk;
  }

  async snapshot<T>(work: (queries: Queries) => Promise<T>): Promise<T> {
    const connection = new SqliteConnection(this.#path, this.#onStatement, { readOnly: this.#access });
    try {
      connection.handle.exec('BEGIN');
      return await work(connection);
    } finally {
      connection.close();
    }
  }

  async close(): Promise<void> {
    await this.#turn;
    await this.#log.close();
    await this.#checkpoints.close();
    this.events.close();
    await this.prisma?.$disconnect();
    // what stays in the log is read past the memory map, by processes that go on
    if (this.#writer) this.#writer.send('PRAGMA wal_checkpoint(PASSIVE)');
    this.#writer?.close();
    this.#scans.close();
    this.#bulk?.close();
    this.#reader.close();
  }
}
