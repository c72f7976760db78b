import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import type {} from 'vitest';
import type { TestProject } from 'vitest/node';
import { openStore } from '../../src/store/open-store.ts';
import { compilePrograms } from './compiled-programs.ts';
import { startPostgres } from './embedded-postgres.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    postgresUrl: string;
    /** Databases that hold nothing but the newest migration; to be copied. */
    migratedPostgres: string;
    migratedSqlite: string;
  }
}

const MIGRATED = 'migrated';

/** One PostgreSQL server for the whole run; each test file makes databases of its own in it. */
export default async function setup(project: TestProject) {
  const [server, compiled] = await Promise.all([
    startPostgres(),
    // what does not compile fails the tests of programs, not those of everything else
    compilePrograms().catch((error) => console.error(error)),
  ]);
  const folder = mkdtempSync(join(tmpdir(), 'lumigraph-migrated-'));
  const sqlite = join(folder, 'migrated.db');
  await migrate(`file:${sqlite}`);
  const client = new pg.Client(server.url);
  await client.connect();
  await client.query(`CREATE DATABASE ${MIGRATED}`).finally(() => client.end());
  await migrate(Object.assign(new URL(server.url), { pathname: `/${MIGRATED}` }).href);
  if (compiled) {
    project.provide('programs', compiled.programs);
    project.provide('testPrograms', compiled.testPrograms);
  }
  project.provide('postgresUrl', server.url);
  project.provide('migratedPostgres', MIGRATED);
  project.provide('migratedSqlite', sqlite);
  return async () => {
    rmSync(folder, { recursive: true, force: true });
    await server.stop();
  };
}

async function migrate(url: string): Promise<void> {
  const store = await openStore(url);
  await store.close();
}
