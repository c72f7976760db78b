import type { Database, Transaction } from './database.ts';
import type { LedgerDatabase } from './ledger.ts';

/** Carries the result of a rehearsal past the rollback. */
class Rehearsed<T> extends Error {
  readonly result: T;
  constructor(result: T) {
    super('rehearsed');
    this.result = result;
  }
}

/**
 * Runs `work` on a database whose transactions are parts of one long one (each still undone when it throws), which is
 * rolled back at the end.
 */
export async function rehearsalDatabase<T>(
  database: LedgerDatabase,
  work: (database: LedgerDatabase) => Promise<T>,
): Promise<T> {
  try {
    await database.write(async (transaction) => {
      throw new Rehearsed(await work(new Rehearsal(database, transaction)));
    });
  } catch (error) {
    if (error instanceof Rehearsed) return error.result as T;
    throw error;
  }
  throw new Error('a rehearsal must not be committed');
}

class Rehearsal implements LedgerDatabase {
  readonly dialect: Database['dialect'];
  readonly all: Transaction['all'];
  readonly #transaction: Transaction;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(database: LedgerDatabase, transaction: Transaction) {
    this.dialect = database.dialect;
    this.all = transaction.all;
    this.#transaction = transaction;
  }

  /** One after another, as savepoints nest and cannot interleave. */
  write<T>(work: (transaction: Transaction) => Promise<T>): Promise<T> {
    const result = this.#turn.then(() => this.#transaction.savepoint(() => work(this.#transaction)));
    this.#turn = result.catch(() => {});
    return result;
  }
}
