import { mkdtempSync, rmSync } from 'node:fs';
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
 * `describe.each(databases)('... on $name', ({ create }) => { ... })`. `create` makes an empty database, not yet migrated.
 */
export const databases: readonly { readonly name: 'sqlite' | 'postgresql'; create(): Promise<TestDatabase> }[] = [
  { name: 'sqlite', create: createSqlite },
  { name: 'postgresql', create: createPostgres },
];

export async function createSqlite(): Promise<TestDatabase> {
  const folder = mkdtempSync(join(tmpdir(), 'lumigraph-test-'));
  return {
    url: `file:${join(folder, 'test.db')}`,
    drop: async () => rmSync(folder, { recursive: true, force: true }),
  };
}

async function createPostgres(): Promise<TestDatabase> {
  const name = `test_${Date.now().toString(36)}_${Math.random().toString(36).slice(2)}`;
  const url = new URL(inject('postgresUrl'));
  await administer(url.href, `CREATE DATABASE ${name}`);
  const server = url.href;
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => administer(server, `DROP DATABASE ${name} WITH (FORCE)`) };
}

async function administer(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(sql).finally(() => client.end());
}

/** A store on a new database of its own, and what takes both away again. */
export async function createTestStore(
  database: (typeof databases)[number],
  options: StoreOptions = {},
): Promise<{ store: Store; url: string; drop(): Promise<void> }> {
  const { url, drop } = await database.create();
  const store = await openStore(url, options);
  return {
    store,
    url,
    async drop() {
      await store.close();
      await drop();
    },
  };
}
