import pg from 'pg';
import { UnavailableError } from '../domain/errors.ts';
import type { Parameter } from './database.ts';
import { type CellValue, type HistogramRows, type HistogramTable, keyOf, type TakenRow } from './histogram-rows.ts';
import { copy, encodeCopy } from './postgres-copy.ts';

/** What the bulk path needs of a transaction. */
export interface PostgresSender {
  readonly client: pg.PoolClient;
  send(sql: string, parameters?: readonly Parameter[]): Promise<unknown[][]>;
}

const UNIQUE_VIOLATION = '23505';

/** Connections that have the staging table of a histogram table already. */
const staged = { lumisection_histogram: new WeakSet<pg.PoolClient>(), run_histogram: new WeakSet<pg.PoolClient>() };

/**
 * COPY BINARY. Hopes first that all keys are free and copies straight into the table; where that fails (or is not to be
 * expected) it copies into a temporary table, looks which keys are taken there, and copies the others.
 */
export class PostgresHistogramTable implements HistogramTable {
  readonly #sender: PostgresSender;

  constructor(sender: PostgresSender) {
    this.#sender = sender;
  }

  async insert(rows: HistogramRows, order: Int32Array, expectTaken: boolean): Promise<TakenRow[]> {
    const taken: TakenRow[] = [];
    let pending = order;
    let look = expectTaken;
    // More than twice only where another transaction takes keys between the look and the deed.
    for (let attempt = 0; attempt < 10; attempt++) {
      if (pending.length === 0 || (!look && (await this.#copyAll(rows, pending)))) return taken;
      await this.#stage(rows, pending);
      const found = await this.#lookup(rows);
      taken.push(...found);
      const known = new Set(found.map(({ row }) => row));
      pending = pending.filter((row) => !known.has(row));
      look = false;
    }
    throw new UnavailableError('other transactions keep taking the same keys: try again later');
  }

  async #copyAll(rows: HistogramRows, order: Int32Array): Promise<boolean> {
    await this.#sender.send('SAVEPOINT copy_all');
    try {
      const names = rows.columns.map(({ name }) => name).join(', ');
      await this.#copy(`COPY ${rows.table} (${names}) FROM STDIN (FORMAT binary)`, encodeCopy(rows, order, false));
      await this.#sender.send('RELEASE SAVEPOINT copy_all');
      return true;
    } catch (error) {
      if (!(error instanceof pg.DatabaseError && error.code === UNIQUE_VIOLATION)) throw error;
      await this.#sender.send('ROLLBACK TO SAVEPOINT copy_all');
      await this.#sender.send('RELEASE SAVEPOINT copy_all');
      return false;
    }
  }

  /** Copies the rows into the staging table, which holds these and nothing else afterwards. */
  async #stage(rows: HistogramRows, order: Int32Array): Promise<void> {
    const staging = `staging_${rows.table}`;
    const connections = staged[rows.table];
    if (!connections.has(this.#sender.client)) {
      // may be there all the same, from a transaction that made it and was rolled back or not
      await this.#sender.send(
        `CREATE TEMPORARY TABLE IF NOT EXISTS ${staging} ON COMMIT DELETE ROWS AS
         SELECT 0 AS row_number, ${rows.columns.map(({ name }) => name).join(', ')} FROM ${rows.table} WITH NO DATA`,
      );
      await this.#sender.send(`ALTER TABLE ${staging} ALTER COLUMN bins SET STORAGE EXTERNAL`);
    }
    await this.#sender.send(`TRUNCATE ${staging}`);
    const names = ['row_number', ...rows.columns.map(({ name }) => name)].join(', ');
    await this.#copy(`COPY ${staging} (${names}) FROM STDIN (FORMAT binary)`, encodeCopy(rows, order, true));
    // the planner knows nothing of a temporary table and might scan the whole table to join the two
    await this.#sender.send(
      "SELECT set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true)",
    );
  }

  async #copy(sql: string, data: Uint8Array): Promise<void> {
    await copy(this.#sender.client, sql, data);
  }

  async #lookup(rows: HistogramRows): Promise<TakenRow[]> {
    const compared = rows.compared.map((name) => `h.${name}`).join(', ');
    const found = await this.#sender.send(
      `SELECT s.row_number, h.file_id, h.integral, h.bins IS NOT DISTINCT FROM s.bins,
              CASE WHEN h.bins IS DISTINCT FROM s.bins THEN h.bins END, ${compared}
       FROM staging_${rows.table} s JOIN ${rows.table} h ON ${sameKey(rows, 'h', 's')}`,
    );
    return found.map(([row, fileId, integral, sameBins, bins, ...compared]) => ({
      row: row as number,
      fileId: fileId as number | null,
      integral: integral as number | null,
      compared: compared as CellValue[],
      otherBins: sameBins ? undefined : (bins as Uint8Array | null),
    }));
  }

  async replace(rows: HistogramRows, order: Int32Array): Promise<void> {
    await this.#stage(rows, order);
    const content = rows.columns.slice(rows.keyColumns).map(({ name }) => `${name} = s.${name}`);
    await this.#sender.send(
      `UPDATE ${rows.table} h SET ${content.join(', ')} FROM staging_${rows.table} s WHERE ${sameKey(rows, 'h', 's')}`,
    );
  }
}

const sameKey = (rows: HistogramRows, a: string, b: string) =>
  keyOf(rows)
    .map(({ name }) => `${a}.${name} = ${b}.${name}`)
    .join(' AND ');
