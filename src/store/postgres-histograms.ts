import pg from 'pg';
import { UnavailableError } from '../domain/errors.ts';
import { type FoundRows, type HistogramRows, type HistogramTable, keyOf, type TakenRow } from './histogram-rows.ts';
import { copy, encodeCopy, encodeNumbered, isEmpty } from './postgres-copy.ts';
import { PostgresLookup } from './postgres-lookup.ts';
import type { PostgresSender } from './postgres-sender.ts';

const UNIQUE_VIOLATION = '23505';

/**
 * COPY BINARY. Hopes first that all keys are free and copies straight into the table; where that fails (or is not to be
 * expected) it looks which keys are taken, and copies the others.
 */
export class PostgresHistogramTable implements HistogramTable {
  readonly #sender: PostgresSender;
  readonly #lookup: PostgresLookup;

  constructor(sender: PostgresSender) {
    this.#sender = sender;
    this.#lookup = new PostgresLookup(sender);
  }

  async insert(rows: HistogramRows, order: Int32Array, expectTaken: boolean, lock: boolean): Promise<FoundRows> {
    const taken: TakenRow[] = [];
    const identical: FoundRows['identical'][number][] = [];
    let pending = order;
    let look = expectTaken;
    // More than twice only where another transaction takes keys between the look and the deed.
    for (let attempt = 0; attempt < 10; attempt++) {
      if (pending.length === 0 || (!look && (await this.#copyAll(rows, pending)))) return { taken, identical };
      const found = await this.#lookup.find(rows, pending, lock);
      const known = new Uint8Array(rows.count);
      for (const one of found.taken) {
        taken.push(one);
        known[one.row] = 1;
      }
      for (const group of found.identical) {
        identical.push(group);
        for (const row of group.rows) known[row] = 1;
      }
      pending = pending.filter((row) => known[row] === 0);
      look = false;
    }
    throw new UnavailableError('other transactions keep taking the same keys: try again later');
  }

  async #copyAll(rows: HistogramRows, order: Int32Array): Promise<boolean> {
    const { client } = this.#sender;
    const columns = rows.columns.filter((column) => !isEmpty(column));
    const names = columns.map(({ name }) => name).join(', ');
    try {
      // in one message: a round trip each would keep the server waiting
      const sql = `SAVEPOINT copy_all; COPY ${rows.table} (${names}) FROM STDIN (FORMAT binary); RELEASE SAVEPOINT copy_all`;
      await copy(client, sql, encodeCopy(columns, order));
      return true;
    } catch (error) {
      if (!(error instanceof pg.DatabaseError && error.code === UNIQUE_VIOLATION)) throw error;
      await client.query('ROLLBACK TO SAVEPOINT copy_all; RELEASE SAVEPOINT copy_all');
      return false;
    }
  }

  async replace(rows: HistogramRows, order: Int32Array): Promise<void> {
    const staging = `staging_${rows.table}`;
    const names = rows.columns.map(({ name }) => name).join(', ');
    const sql = `CREATE TEMPORARY TABLE IF NOT EXISTS ${staging} ON COMMIT DELETE ROWS AS
        SELECT 0 AS row_number, ${names} FROM ${rows.table} WITH NO DATA;
      ALTER TABLE ${staging} ALTER COLUMN bins SET STORAGE EXTERNAL;
      TRUNCATE ${staging};
      SET LOCAL enable_hashjoin = off;
      SET LOCAL enable_mergejoin = off;
      COPY ${staging} (row_number, ${names}) FROM STDIN (FORMAT binary)`;
    await copy(this.#sender.client, sql, encodeNumbered(rows, order));
    const content = rows.columns.slice(rows.keyColumns).map(({ name }) => `${name} = s.${name}`);
    const sameKey = keyOf(rows).map(({ name }) => `h.${name} = s.${name}`);
    await this.#sender.send(
      `UPDATE ${rows.table} h SET ${content.join(', ')} FROM ${staging} s WHERE ${sameKey.join(' AND ')}`,
    );
  }
}
