import type { Database, Queries } from './database.ts';

/** A database as one operation sees it: its reads end when it is cancelled. What it writes is written whole or not at all. */
export class OperationDatabase implements Database {
  readonly dialect: Database['dialect'];
  readonly prisma: Database['prisma'];
  readonly events: Database['events'];
  readonly #database: Database;
  readonly #queries: Queries;

  constructor(database: Database, ...how: Parameters<Database['reading']>) {
    this.dialect = database.dialect;
    this.prisma = database.prisma;
    this.events = database.events;
    this.#database = database;
    this.#queries = database.reading(...how);
  }

  all<Row>(...query: Parameters<Queries['all']>): Promise<Row[]> {
    return this.#queries.all<Row>(...query);
  }

  arrays<Row extends unknown[]>(...query: Parameters<Queries['arrays']>): Promise<Row[]> {
    return this.#queries.arrays<Row>(...query);
  }

  reading(...how: Parameters<Database['reading']>): Queries {
    return this.#database.reading(...how);
  }

  write<T>(...transaction: Parameters<Database['write']>): Promise<T> {
    return this.#database.write(...transaction) as Promise<T>;
  }

  snapshot<T>(work: (queries: Queries) => Promise<T>): Promise<T> {
    return this.#database.snapshot(work);
  }

  close(): Promise<void> {
    return this.#database.close();
  }
}
