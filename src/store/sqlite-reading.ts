import type { Cancellation } from '../domain/cancellation.ts';
import type { Parameter, Queries } from './database.ts';
import { toObjects } from './rows.ts';
import type { SqliteConnection } from './sqlite-connection.ts';
import type { SqliteScans } from './sqlite-scans.ts';

/** Reads of one operation: in this process, where nothing can end them, what is over soon; the rest in another. */
export class SqliteReading implements Queries {
  readonly #connection: SqliteConnection;
  readonly #scans: SqliteScans;
  readonly #cancellation: Cancellation;

  constructor(connection: SqliteConnection, scans: SqliteScans, cancellation: Cancellation) {
    this.#connection = connection;
    this.#scans = scans;
    this.#cancellation = cancellation;
  }

  all<Row>(sql: string, parameters: readonly Parameter[] = []): Promise<Row[]> {
    if (this.#scans.takes(sql)) {
      return this.#scan(sql, parameters).then(({ fields, rows }) => toObjects<Row>(fields, rows));
    }
    return this.#here(sql, () => this.#connection.all<Row>(sql, parameters));
  }

  arrays<Row extends unknown[]>(sql: string, parameters: readonly Parameter[] = []): Promise<Row[]> {
    if (this.#scans.takes(sql)) return this.#scan(sql, parameters).then(({ rows }) => rows as Row[]);
    return this.#here(sql, () => this.#connection.arrays<Row>(sql, parameters));
  }

  #here<Rows>(sql: string, read: () => Promise<Rows>): Promise<Rows> {
    const begun = performance.now();
    const reason = this.#cancellation.look(begun);
    if (reason !== undefined) return Promise.reject(reason);
    const rows = read();
    this.#scans.took(sql, performance.now() - begun);
    return rows;
  }

  async #scan(sql: string, parameters: readonly Parameter[]) {
    if (this.#cancellation.reason !== undefined) throw this.#cancellation.reason;
    return this.#connection.shaped(sql, await this.#scans.run(sql, parameters, this.#cancellation));
  }
}
