import { randomUUID } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, linkSync, mkdirSync, openSync, rmSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import { InvalidInputError } from '../domain/errors.ts';
import { isPostgresUrl } from './migration-target.ts';
import { sqlitePath } from './sqlite-path.ts';

/**
 * Copies an SQLite database into one file, as of one moment, while others read and write it. The copy appears whole
 * or not at all.
 * @returns its size in bytes.
 * @throws InvalidInputError for PostgreSQL (which has its own tools), a missing database and an existing target.
 */
export function backupDatabase(url: string, target: string): number {
  if (isPostgresUrl(url)) {
    throw new InvalidInputError(
      'PostgreSQL brings its own backup: pg_dump --format=custom --file=lumigraph.dump "$DATABASE_URL" (restore with pg_restore)',
    );
  }
  const path = sqlitePath(url);
  if (!existsSync(path)) throw new InvalidInputError(`there is no database at ${path}`);
  if (existsSync(target)) throw new InvalidInputError(`${target} exists already: name a new file`);
  mkdirSync(dirname(resolve(target)), { recursive: true });
  const draft = `${target}.${randomUUID()}.tmp`;
  const connection = new DatabaseSync(path, { timeout: 60_000 });
  try {
    connection.prepare('VACUUM INTO ?').run(draft);
    flush(draft);
    // a link, unlike a rename, fails where somebody has made the target meanwhile
    linkSync(draft, target);
    flush(dirname(resolve(target)));
  } finally {
    connection.close();
    // a copy that broke off leaves its journal, too
    for (const left of [draft, `${draft}-journal`]) rmSync(left, { force: true });
  }
  return statSync(target).size;
}

/** Waits until a file, or the names in a folder, are on the disk. */
function flush(path: string): void {
  const descriptor = openSync(path, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
