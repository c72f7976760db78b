import { type FileHandle, open } from 'node:fs/promises';

/**
 * The write-ahead log of a SQLite file, as far as it is to be on disk. SQLite itself would flush it inside of COMMIT, and
 * hold up everything else of this process meanwhile; here transactions commit without (`synchronous = NORMAL`, under which
 * SQLite still flushes the log before it moves it into the database), and those that have to be on disk wait for a flush
 * beside the event loop, which all that wait share.
 */
export class SqliteLog {
  readonly #path: string;
  #file: FileHandle | null = null;
  #underWay: Promise<void> = Promise.resolve();
  #next: Promise<void> | null = null;

  /** @param path of the database */
  constructor(path: string) {
    this.#path = `${path}-wal`;
  }

  /** What was committed before this call is on disk when it returns. */
  flushed(): Promise<void> {
    // one that is under way may have begun before that commit
    this.#next ??= this.#underWay.then(() => {
      this.#next = null;
      const flush = this.#flush();
      this.#underWay = flush.catch(() => {});
      return flush;
    });
    return this.#next;
  }

  /** Flushes the bytes, now. */
  async #flush(): Promise<void> {
    this.#file ??= await this.#open();
    await this.#file?.datasync();
  }

  /** Null where SQLite keeps no log (a file system without shared memory), and flushes in COMMIT. */
  async #open(): Promise<FileHandle | null> {
    return open(this.#path, 'r+').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return null;
      throw error;
    });
  }

  async close(): Promise<void> {
    await this.#next?.catch(() => {});
    await this.#underWay;
    await this.#file?.close();
  }
}
