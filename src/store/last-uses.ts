import type { Database } from './database.ts';

const WRITTEN_AGAIN_AFTER_MS = 60_000;
const WRITTEN_AFTER_MS = 1000;

/**
 * When tokens were used last. A use is only noted; what is noted is written together, a moment later, so that no request
 * waits for a writer, and a token that is used all the time is written once a minute.
 */
export class LastUses {
  readonly #database: Pick<Database, 'write'>;
  /** When a token's use was last noted for writing. */
  readonly #noted = new Map<string, number>();
  #waiting = new Map<string, Date>();
  #timer: NodeJS.Timeout | undefined;

  constructor(database: Pick<Database, 'write'>) {
    this.#database = database;
  }

  note(id: string): void {
    const now = Date.now();
    if (now - (this.#noted.get(id) ?? 0) < WRITTEN_AGAIN_AFTER_MS) return;
    this.#noted.set(id, now);
    this.#waiting.set(id, new Date(now));
    this.#timer ??= setTimeout(() => this.write(), WRITTEN_AFTER_MS).unref();
  }

  /** Writes what waits. Where that fails (a busy or read-only database) it is left for the next use. */
  async write(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const waiting = this.#waiting;
    if (waiting.size === 0) return;
    this.#waiting = new Map();
    try {
      await this.#database.write(
        async (transaction) => {
          for (const [id, time] of waiting) {
            await transaction.all(
              'UPDATE api_token SET last_used_at = $1 WHERE id = $2 AND (last_used_at IS NULL OR last_used_at < $3)',
              [time, id, time],
            );
          }
        },
        { flush: false },
      );
    } catch {
      for (const id of waiting.keys()) this.#noted.delete(id);
    }
  }
}
