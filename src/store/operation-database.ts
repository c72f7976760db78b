import type { Database, Queries, Transaction, WriteOptions } from './database.ts';
import type { MeantNames } from './meant-names.ts';
import { type Veil, VeiledQueries, veiledTransaction } from './veil.ts';

/**
 * A database as one operation sees it: its reads end when it is cancelled, and go through the veil of whoever asks. What
 * it writes is written whole or not at all.
 */
export class OperationDatabase implements Database {
  readonly dialect: Database['dialect'];
  readonly prisma: Database['prisma'];
  readonly events: Database['events'];
  readonly #database: Database;
  readonly #queries: Queries;
  readonly #veil: Veil;
  readonly #names: MeantNames;

  constructor(database: Database, veil: Veil, names: MeantNames, ...how: Parameters<Database['reading']>) {
    this.dialect = database.dialect;
    this.prisma = database.prisma;
    this.events = database.events;
    this.#database = database;
    this.#veil = veil;
    this.#names = names;
    this.#queries = this.#veiled(database.reading(...how));
  }

  all<Row>(...query: Parameters<Queries['all']>): Promise<Row[]> {
    return this.#queries.all<Row>(...query);
  }

  arrays<Row extends unknown[]>(...query: Parameters<Queries['arrays']>): Promise<Row[]> {
    return this.#queries.arrays<Row>(...query);
  }

  reading(...how: Parameters<Database['reading']>): Queries {
    return this.#veiled(this.#database.reading(...how));
  }

  write<T>(work: (transaction: Transaction) => Promise<T>, options?: WriteOptions): Promise<T> {
    return this.#database
      .write((transaction) => work(veiledTransaction(transaction, this.#veil, this.dialect.tableName)), options)
      .finally(() => this.#names.forget());
  }

  snapshot<T>(work: (queries: Queries) => Promise<T>): Promise<T> {
    return this.#database.snapshot((queries) => work(this.#veiled(queries)));
  }

  close(): Promise<void> {
    return this.#database.close();
  }

  #veiled(queries: Queries): Queries {
    return new VeiledQueries(queries, this.#veil, this.dialect.tableName);
  }
}
