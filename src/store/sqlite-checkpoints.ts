import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { ownFile } from '../own-program.ts';
import type { SqliteConnection } from './sqlite-connection.ts';

const PROGRAM = ownFile('src/store/sqlite-checkpoint-thread.mjs');

/** Sizes of the log, in bytes. */
export interface LogSizes {
  /** So much is worth moving. */
  readonly worth: number;
  /** From here on writing waits. */
  readonly long: number;
}

const SIZES: LogSizes = { worth: 16 * 1024 * 1024, long: 64 * 1024 * 1024 };

/**
 * Moves the log into the database beside the writer, in a thread: the two flushes that this takes stopped a bulk load for a
 * fifth of its time. SQLite begins the log anew where all of it has been moved when somebody writes; since a load
 * commits again before that is so, it waits for the rest where the log has become long.
 */
export class SqliteCheckpoints {
  readonly #path: string;
  readonly #sizes: LogSizes;
  #thread: Worker | null = null;
  #failed = false;
  #underWay: Promise<void> | null = null;
  #pageBytes = 0;
  /** Size of the log from which on the next transaction waits. */
  #waitFrom: number;
  #isLong = false;

  /** @param path of the database */
  constructor(path: string, sizes = SIZES) {
    this.#path = path;
    this.#sizes = sizes;
    this.#waitFrom = sizes.long;
  }

  /** To be called before a transaction begins. */
  async makeRoom(): Promise<void> {
    if (!this.#isLong) return;
    this.#isLong = false;
    // a reader may hold on to the log: then waiting again is of no use for a while
    this.#waitFrom += this.#sizes.long;
    await this.#underWay;
    await this.#move();
  }

  /** To be called after a commit of `writer`. */
  committed(writer: SqliteConnection): void {
    const [, pages, moved] = writer.prepare('PRAGMA wal_checkpoint(NOOP)').statement.get() as unknown as number[];
    if (pages === undefined || moved === undefined) return;
    this.#pageBytes ||= (writer.prepare('PRAGMA page_size').statement.get() as unknown as [number])[0];
    const bytes = pages * this.#pageBytes;
    if (bytes < this.#sizes.long) this.#waitFrom = this.#sizes.long;
    this.#isLong = bytes >= this.#waitFrom;
    if (bytes - moved * this.#pageBytes >= this.#sizes.worth && this.#underWay === null) void this.#move();
  }

  #move(): Promise<void> {
    this.#underWay = this.#moved().finally(() => {
      this.#underWay = null;
    });
    return this.#underWay;
  }

  /** Where the thread fails (a full disk, say), the writer meets the same sooner or later, and says so. */
  async #moved(): Promise<void> {
    if (this.#failed) return;
    this.#thread ??= new Worker(PROGRAM, { execArgv: [], workerData: this.#path });
    const thread = this.#thread;
    thread.ref();
    const answer = once(thread, 'message');
    thread.postMessage('move');
    await answer.catch(() => {
      this.#failed = true;
      this.#thread = null;
    });
    thread.unref();
  }

  async close(): Promise<void> {
    await this.#underWay;
    const thread = this.#thread;
    if (thread === null) return;
    this.#thread = null;
    thread.ref();
    const ended = once(thread, 'exit');
    thread.postMessage('close');
    await ended;
  }
}
