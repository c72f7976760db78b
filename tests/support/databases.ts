import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { inject } from 'vitest';
import { openStore } from '../../src/store/open-store.ts';
import type { Store, StoreOptions } from '../../src/store/store.ts';

export interface TestDatabase {
  readonly url: string;
  /** Removes the database; stores on it are to be closed before. */
  drop(): Promise<void>;
}

/**
 * The databases every test of the store and of what stands on it loops over:
 * `describe.each(databases)('... on $name', ({ create }) => { ... })`. `create` makes an empty database, not yet migrated,
 * or the copy of one that is.
 */
export const databases: readonly TestDatabaseKind[] = [
  { name: 'sqlite', create: createSqlite },
  { name: 'postgresql', create: createPostgres },
];

interface TestDatabaseKind {
  readonly name: 'sqlite' | 'postgresql';
  create(options?: { migrated?: boolean }): Promise<TestDatabase>;
}

export async function createSqlite({ migrated = false } = {}): Promise<TestDatabase> {
  const folder = mkdtempSync(join(tmpdir(), 'lumigraph-test-'));
  const path = join(folder, 'test.db');
  if (migrated) copyFileSync(inject('migratedSqlite'), path);
  return {
    url: `file:${path}`,
    drop: async () => rmSync(folder, { recursive: true, force: true }),
  };
}

export async function createPostgres({ migrated = false } = {}): Promise<TestDatabase> {
  const name = `test_${Date.now().toString(36)}_${Math.random().toString(36).slice(2)}`;
  const url = new URL(inject('postgresUrl'));
  const template = migrated ? inject('migratedPostgres') : 'template1';
  // copying files is quicker than writing the pages to the log, where nothing is synced
  await administer(url.href, `CREATE DATABASE ${name} TEMPLATE ${template} STRATEGY FILE_COPY`);
  const server = url.href;
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => administer(server, `DROP DATABASE ${name} WITH (FORCE)`) };
}

/** One connection for all databases that a worker makes and drops; it does not keep the worker alive. */
let administrator: pg.Pool | undefined;

async function administer(url: string, sql: string): Promise<void> {
  administrator ??= new pg.Pool({ connectionString: url, max: 1, allowExitOnIdle: true }).on('error', () => {});
  await administrator.query(sql);
}

/** A store on a new database of its own, and what takes both away again. */
export async function createTestStore(
  database: TestDatabaseKind,
  options: StoreOptions = {},
): Promise<{ store: Store; url: string; drop(): Promise<void> }> {
  const { url, drop } = await database.create({ migrated: true });
  // what is migrated need not be looked at: on PostgreSQL that takes a connection of its own
  const store = await openStore(url, { migrate: false, ...options });
  return {
    store,
    url,
    async drop() {
      await store.close();
      await drop();
    },
  };
}
