import { createHash, randomUUID } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigurationError } from '../domain/errors.ts';
import { ownFile } from '../own-program.ts';
import { isPostgresUrl, type MigrationTarget } from './migration-target.ts';
import { sqlitePath } from './sqlite-path.ts';

const FOLDER = ownFile('prisma/migrations');

/** Of PostgreSQL, whose messages come in many languages. */
const UNDEFINED_TABLE = '42P01';

/**
 * `prisma migrate deploy` without an engine: applies the pending migrations in the order of their names and keeps
 * `_prisma_migrations` as the official tool does. A migration and its row there are one transaction; processes that
 * start at once wait for each other. Creates a missing SQLite file with its folder.
 *
 * @returns the names of the migrations it applied, none if the database was up to date.
 * @throws ConfigurationError where the database was left half migrated by another tool, or is newer than this program.
 */
export async function migrate(url: string, folder = FOLDER): Promise<string[]> {
  const postgres = isPostgresUrl(url);
  const migrations = readMigrations(join(folder, postgres ? 'postgresql' : 'sqlite'));
  const target = await openTarget(url);
  try {
    return await target.locked(() => applyPending(target, migrations));
  } finally {
    await target.close();
  }
}

/** How far a database is, looked at without changing it: `none` where there is no file or no table yet. */
export async function migrationState(url: string, folder = FOLDER): Promise<'none' | 'behind' | 'current'> {
  const postgres = isPostgresUrl(url);
  if (!postgres && !existsSync(sqlitePath(url))) return 'none';
  const migrations = readMigrations(join(folder, postgres ? 'postgresql' : 'sqlite'));
  const target = await openTarget(url);
  try {
    const applied = new Set((await target.applied()).map(({ name }) => name));
    if (applied.size === 0) return 'none';
    return migrations.every(({ name }) => applied.has(name)) ? 'current' : 'behind';
  } catch (error) {
    const { code, message } = error as { code?: unknown; message?: unknown };
    if (code === UNDEFINED_TABLE || /no such table/.test(String(message))) return 'none';
    throw error;
  } finally {
    await target.close();
  }
}

async function openTarget(url: string): Promise<MigrationTarget> {
  if (isPostgresUrl(url)) return (await import('./postgres-migrations.ts')).postgresMigrationTarget(url);
  return (await import('./sqlite-migrations.ts')).sqliteMigrationTarget(url);
}

interface Migration {
  readonly name: string;
  readonly sql: string;
  readonly checksum: string;
}

function readMigrations(folder: string): Migration[] {
  return readdirSync(folder)
    .sort()
    .filter((name) => existsSync(join(folder, name, 'migration.sql')))
    .map((name) => {
      const sql = readFileSync(join(folder, name, 'migration.sql'), 'utf8');
      return { name, sql, checksum: createHash('sha256').update(sql).digest('hex') };
    });
}

async function applyPending(target: MigrationTarget, migrations: readonly Migration[]): Promise<string[]> {
  const applied = await target.applied();
  const unfinished = applied.find((row) => !row.finished);
  if (unfinished) {
    throw new ConfigurationError(
      `Migration ${unfinished.name} failed half-way under another tool: mend the database, then run \`npx prisma migrate resolve\``,
    );
  }
  const known = new Set(migrations.map(({ name }) => name));
  const newer = applied.find((row) => !known.has(row.name));
  if (newer) {
    throw new ConfigurationError(
      `The database has the migration ${newer.name}, which this version of lumigraph does not know: use the newer version`,
    );
  }
  const done = new Set(applied.map(({ name }) => name));
  const pending = migrations.filter(({ name }) => !done.has(name));
  for (const { name, sql, checksum } of pending) await target.apply(sql, { id: randomUUID(), checksum, name });
  return pending.map(({ name }) => name);
}
