import pg from 'pg';
import type { Cancellation } from '../domain/cancellation.ts';
import { UnavailableError } from '../domain/errors.ts';
import type { PrismaClient } from '../generated/sqlite/client.ts';
import type { Column, Database, DatabaseOptions, Parameter, Queries, Transaction, WriteOptions } from './database.ts';
import { PendingEvents } from './pending-events.ts';
import { CancellablePool } from './postgres-cancelling.ts';
import { ByteClient } from './postgres-client.ts';
import { postgresDialect } from './postgres-dialect.ts';
import { notifySql, PostgresEvents } from './postgres-events.ts';
import { PostgresHistogramTable } from './postgres-histograms.ts';
import { type Answer, BinaryQuery } from './postgres-query.ts';
import { camelCase, toObjects } from './rows.ts';

/** TIMESTAMP columns hold UTC; node-pg would write a Date in local time. */
const bound = (value: Parameter) => (value instanceof Date ? value.toISOString().slice(0, -1) : value);

/** Both generated clients have one shape; the code's one type is SQLite's. */
async function openPrisma(url: string): Promise<PrismaClient> {
  const { PrismaPg } = await import('@prisma/adapter-pg');
  const { PrismaClient } = await import('../generated/postgresql/client.ts');
  return new PrismaClient({ adapter: new PrismaPg({ connectionString: url }) }) as unknown as PrismaClient;
}

/** Each connection of the pool keeps these prepared. */
const STATEMENTS_NAMED = 500;

const SERIALIZATION_FAILURE = '40001';
const DEADLOCK_DETECTED = '40P01';

/** The advisory lock that writing transactions share, and that one which must be alone takes for itself. */
const WRITERS = 72_707_370;

const ARRAY_TYPES: Record<Column['type'], string> = {
  integer: 'integer[]',
  bigint: 'bigint[]',
  float: 'double precision[]',
  text: 'text[]',
  time: 'timestamp[]',
  bytes: 'bytea[]',
};

/** Counted by RETURNING: where tables are distributed, the count that comes with the command is not the truth. */
function insertSql(table: string, columns: readonly Column[], onConflict: string): string {
  const names = columns.map(({ name }) => name).join(', ');
  const arrays = columns.map(({ type }, i) => `$${i + 1}::${ARRAY_TYPES[type]}`).join(', ');
  return `WITH written AS (INSERT INTO ${table} (${names}) SELECT * FROM unnest(${arrays}) ${onConflict} RETURNING 1)
    SELECT count(*) FROM written`;
}

function deleteSql(table: string, columns: readonly Column[]): string {
  const names = columns.map(({ name }) => name).join(', ');
  const arrays = columns.map(({ type }, i) => `$${i + 1}::${ARRAY_TYPES[type]}`).join(', ');
  const same = columns.map(({ name }) => `t.${name} = k.${name}`).join(' AND ');
  return `WITH deleted AS (DELETE FROM ${table} t USING unnest(${arrays}) AS k (${names}) WHERE ${same} RETURNING 1)
    SELECT count(*) FROM deleted`;
}

const columnArrays = (columns: readonly Column[], rows: readonly (readonly Parameter[])[]): Parameter[] =>
  columns.map((_, i) => rows.map((row) => bound(row[i] as Parameter)) as unknown as Parameter);

/** A pool, or a connection of it. */
type Sender = CancellablePool | pg.Pool | pg.PoolClient;

export class PostgresDatabase implements Database {
  readonly dialect = postgresDialect;
  readonly prisma: PrismaClient | null;
  readonly events: PostgresEvents;
  readonly #pool: pg.Pool;
  readonly #onStatement: (sql: string) => void;
  readonly #names = new Map<string, string>();
  /** Names of the fields that a named statement returns. */
  readonly #fields = new Map<string, readonly string[]>();

  private constructor(
    pool: pg.Pool,
    prisma: PrismaClient | null,
    events: PostgresEvents,
    { onStatement }: DatabaseOptions,
  ) {
    this.#pool = pool;
    this.prisma = prisma;
    this.events = events;
    this.#onStatement = onStatement;
  }

  static async open(url: string, options: DatabaseOptions): Promise<PostgresDatabase> {
    const pool = new pg.Pool({
      connectionString: url,
      max: 10,
      Client: ByteClient,
      ...(options.statementTimeout && { statement_timeout: options.statementTimeout }),
    });
    pool.on('error', () => {}); // a connection that broke while idle: the next query gets a new one
    // one that breaks while it is in use: the query under way is rejected, the event beside it must not end the process
    pool.on('connect', (client) => client.on('error', () => {}));
    const events = new PostgresEvents(url, (sql) => pool.query(sql));
    return new PostgresDatabase(pool, options.prisma ? await openPrisma(url) : null, events, options);
  }

  async #send(sender: Sender, sql: string, parameters: readonly Parameter[]): Promise<Answer> {
    if (sender instanceof CancellablePool && sender.reason !== undefined) throw sender.reason;
    this.#onStatement(sql);
    const query = new BinaryQuery({ text: sql, values: parameters.map(bound), name: this.#nameOf(sql) });
    if (sender instanceof CancellablePool) return sender.query(query);
    return new Promise((resolve, reject) => {
      query.send(sender, (error, answer) => (error ? reject(error) : resolve(answer)));
    });
  }

  /** Name of a prepared statement, none for statements beyond so many: they differ by the shape of a filter. */
  #nameOf(sql: string): string | undefined {
    let name = this.#names.get(sql);
    if (name === undefined && this.#names.size < STATEMENTS_NAMED) {
      name = `lumigraph_${this.#names.size}`;
      this.#names.set(sql, name);
    }
    return name;
  }

  #queries(sender: Sender): Queries {
    return {
      all: async <Row>(sql: string, parameters: readonly Parameter[] = []) => {
        const { fields, rows } = await this.#send(sender, sql, parameters);
        let names = this.#fields.get(sql);
        if (names === undefined) {
          names = fields.map((field) => camelCase(field.name));
          if (this.#names.has(sql)) this.#fields.set(sql, names);
        }
        return toObjects<Row>(names, rows);
      },
      arrays: async <Row extends unknown[]>(sql: string, parameters: readonly Parameter[] = []) =>
        (await this.#send(sender, sql, parameters)).rows as Row[],
    };
  }

  all<Row>(...query: Parameters<Queries['all']>): Promise<Row[]> {
    return this.#queries(this.#pool).all<Row>(...query);
  }

  arrays<Row extends unknown[]>(...query: Parameters<Queries['arrays']>): Promise<Row[]> {
    return this.#queries(this.#pool).arrays<Row>(...query);
  }

  async write<T>(
    work: (transaction: Transaction) => Promise<T>,
    { alone = false, flush = true }: WriteOptions = {},
  ): Promise<T> {
    // In one message: a round trip each would keep the server waiting. What is written is written whole, however long that takes,
    // once it is its turn.
    const begin = `BEGIN; SELECT pg_advisory_xact_lock${alone ? '' : '_shared'}(${WRITERS})${flush ? '' : '; SET LOCAL synchronous_commit = off'}; SET LOCAL statement_timeout = 0`;
    for (let attempt = 1; ; attempt++) {
      try {
        const pending = new PendingEvents();
        return await this.#transaction(
          begin,
          (client) => work(this.#writer(client, pending)),
          () => `${notifySql(pending.take())} COMMIT`,
        );
      } catch (error) {
        const code = error instanceof pg.DatabaseError ? error.code : undefined;
        if (code !== SERIALIZATION_FAILURE && code !== DEADLOCK_DETECTED) throw error;
        if (attempt === 10)
          throw new UnavailableError('The database is too busy: try again later', {}, { cause: error });
      }
    }
  }

  #writer(client: pg.PoolClient, pending: PendingEvents): Transaction {
    const send = async (sql: string, parameters: readonly Parameter[] = []) =>
      (await this.#send(client, sql, parameters)).rows;
    return {
      ...this.#queries(client),
      histograms: new PostgresHistogramTable({ client, send }),
      insert: async (table, columns, rows, onConflict = '') => {
        if (rows.length === 0) return 0;
        const [[count] = [0]] = await send(insertSql(table, columns, onConflict), columnArrays(columns, rows));
        return count as number;
      },
      deleteKeys: async (table, columns, keys) => {
        if (keys.length === 0) return 0;
        const [[count] = [0]] = await send(deleteSql(table, columns), columnArrays(columns, keys));
        return count as number;
      },
      savepoint: async (work) => {
        await send('SAVEPOINT inner_work');
        try {
          const result = await pending.keepIfDone(work);
          await send('RELEASE SAVEPOINT inner_work');
          return result;
        } catch (error) {
          await send('ROLLBACK TO SAVEPOINT inner_work');
          await send('RELEASE SAVEPOINT inner_work');
          throw error;
        }
      },
      publish: pending.publish,
    };
  }

  reading(cancellation: Cancellation): Queries {
    return this.#queries(new CancellablePool(this.#pool, cancellation));
  }

  snapshot<T>(work: (queries: Queries) => Promise<T>): Promise<T> {
    return this.#transaction('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY', (client) =>
      work(this.#queries(client)),
    );
  }

  async #transaction<T>(
    begin: string,
    work: (client: pg.PoolClient) => Promise<T>,
    commit = () => 'COMMIT',
  ): Promise<T> {
    const client = await this.#pool.connect();
    let broken: Error | undefined;
    // a connection that breaks between two statements has nobody else to tell
    const onError = (error: Error) => {
      broken = error;
    };
    client.on('error', onError);
    try {
      await client.query(begin);
      const result = await work(client);
      await client.query(commit());
      return result;
    } catch (error) {
      await client.query('ROLLBACK').catch((failure: Error) => {
        broken = failure;
      });
      throw error;
    } finally {
      client.off('error', onError);
      client.release(broken);
    }
  }

  async close(): Promise<void> {
    await this.events.close();
    await this.prisma?.$disconnect();
    await this.#pool.end();
  }
}
