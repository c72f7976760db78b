import { DatabaseSync, type StatementSyncInstance } from '@photostructure/sqlite';
import type { Column, Parameter, Queries } from './database.ts';
import { camelCase, toObjects } from './rows.ts';

type Bound = string | number | bigint | Uint8Array | null;

/** As Prisma's adapter writes times, so that text comparison orders them. */
const storedTime = (time: Date) => time.toISOString().replace('Z', '+00:00');

/**
 * The driver (1.2.1) binds numbers closer to 0 than 2^-52 as the integer 0. As text they reach a REAL column exactly.
 */
export const exactly = <Value>(value: Value): Value | string =>
  typeof value === 'number' && value !== 0 && Math.abs(value) <= Number.EPSILON ? String(value) : value;

export function bound(value: Parameter): Bound {
  if (value === null || typeof value !== 'object') return typeof value === 'boolean' ? Number(value) : exactly(value);
  if (value instanceof Date) return storedTime(value);
  if (value instanceof Uint8Array) return value;
  throw new TypeError('SQLite has no arrays: pass keys through keyTable');
}

/** `$1` as SQLite has it. */
export const withSqliteParameters = (sql: string) => sql.replace(/\$(\d+)/g, '?$1');

interface Prepared {
  readonly statement: StatementSyncInstance;
  readonly fields: readonly string[];
  /** Places of the columns declared DATETIME. */
  readonly times: readonly number[];
}

function withTimes(rows: unknown[][], places: readonly number[]): unknown[][] {
  for (const i of places) {
    for (const row of rows) if (row[i] !== null) row[i] = new Date(row[i] as string | number);
  }
  return rows;
}

const STATEMENTS_KEPT = 300;

/** SQLite itself moves the log into the database, inside of COMMIT, only where nobody else has done so (sqlite-checkpoints.ts). */
const WRITER = 'PRAGMA cache_size = -16384; PRAGMA wal_autocheckpoint = 32000; PRAGMA journal_size_limit = 67108864';

/** On top of READER. What is read once passes through a small cache: mapped, all of it would count as memory of the process. */
export const BULK_READER = 'PRAGMA mmap_size = 0; PRAGMA cache_size = -8192';

export const READER = 'PRAGMA query_only = ON; PRAGMA cache_size = -32768; PRAGMA mmap_size = 2147418112';

/** Not at all; no statement writes; or the file is not even opened for writing. */
type ReadOnly = false | 'statements' | 'file';

/** One connection and its prepared statements. All calls are synchronous underneath. */
export class SqliteConnection implements Queries {
  readonly handle: InstanceType<typeof DatabaseSync>;
  readonly #prepared = new Map<string, Prepared>();
  readonly #onStatement: (sql: string) => void;

  constructor(path: string, onStatement: (sql: string) => void, { readOnly }: { readOnly: ReadOnly }) {
    this.#onStatement = onStatement;
    const fileOnly = readOnly === 'file';
    this.handle = new DatabaseSync(path, { enableForeignKeyConstraints: true, timeout: 5_000, readOnly: fileOnly });
    // commits are flushed by whoever has them on disk before it says so (sqlite-log.ts)
    if (!fileOnly) this.handle.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;');
    this.handle.exec(`PRAGMA temp_store = MEMORY; ${readOnly ? READER : WRITER}`);
  }

  prepare(sql: string): Prepared {
    let prepared = this.#prepared.get(sql);
    if (prepared) {
      this.#prepared.delete(sql);
    } else {
      const statement = this.handle.prepare(withSqliteParameters(sql), { returnArrays: true });
      const columns = statement.columns();
      prepared = {
        statement,
        fields: columns.map((column) => camelCase(column.name)),
        times: columns.flatMap((column, i) => (column.type === 'DATETIME' ? [i] : [])),
      };
    }
    // back in as the most recent one
    this.#prepared.set(sql, prepared);
    if (this.#prepared.size > STATEMENTS_KEPT) this.#prepared.delete(this.#prepared.keys().next().value as string);
    return prepared;
  }

  #rows(sql: string, parameters: readonly Parameter[]): unknown[][] {
    this.#onStatement(sql);
    const { statement, times } = this.prepare(sql);
    return withTimes(statement.all(...parameters.map(bound)) as unknown[][], times);
  }

  async all<Row>(sql: string, parameters: readonly Parameter[] = []): Promise<Row[]> {
    const rows = this.#rows(sql, parameters);
    return toObjects<Row>(this.prepare(sql).fields, rows);
  }

  async arrays<Row extends unknown[]>(sql: string, parameters: readonly Parameter[] = []): Promise<Row[]> {
    return this.#rows(sql, parameters) as Row[];
  }

  /** What `all` and `arrays` make of rows that another connection read; counts as a statement. */
  shaped(sql: string, rows: unknown[][]): { readonly fields: readonly string[]; readonly rows: unknown[][] } {
    this.#onStatement(sql);
    const { fields, times } = this.prepare(sql);
    return { fields, rows: withTimes(rows, times) };
  }

  /** The steps of the plan of a statement, in SQLite's words. */
  planOf(sql: string): string[] {
    const plan = this.handle.prepare(`EXPLAIN QUERY PLAN ${withSqliteParameters(sql)}`, { returnArrays: true }).all();
    return (plan as unknown as [number, number, number, string][]).map(([, , , step]) => step);
  }

  /** A prepared statement for many runs in a row; counts as one statement. */
  statement(sql: string): StatementSyncInstance {
    this.#onStatement(sql);
    return this.prepare(sql).statement;
  }

  /** See Transaction.insert. */
  insert(
    table: string,
    columns: readonly Column[],
    rows: readonly (readonly Parameter[])[],
    onConflict: string,
  ): number {
    const names = columns.map(({ name }) => name).join(', ');
    const statement = this.statement(
      `INSERT INTO ${table} (${names}) VALUES (${columns.map(() => '?').join(', ')}) ${onConflict}`,
    );
    let changes = 0;
    for (const row of rows) changes += statement.run(...row.map(bound)).changes;
    return changes;
  }

  /** See Transaction.deleteKeys. */
  deleteKeys(table: string, columns: readonly Column[], keys: readonly (readonly Parameter[])[]): number {
    const statement = this.statement(
      `DELETE FROM ${table} WHERE ${columns.map(({ name }) => `${name} = ?`).join(' AND ')}`,
    );
    let changes = 0;
    for (const key of keys) changes += statement.run(...key.map(bound)).changes;
    return changes;
  }

  /** Sends SQL that returns nothing and is not worth keeping prepared. */
  send(sql: string): void {
    this.#onStatement(sql);
    this.handle.exec(sql);
  }

  close(): void {
    this.#prepared.clear();
    this.handle.close();
  }
}
