import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import type { MigrationTarget } from './migration-target.ts';
import { sqlitePath } from './sqlite-path.ts';

/** As Prisma's own engine creates it. */
const TABLE = `CREATE TABLE IF NOT EXISTS "_prisma_migrations" (
  "id" TEXT PRIMARY KEY NOT NULL, "checksum" TEXT NOT NULL, "finished_at" DATETIME, "migration_name" TEXT NOT NULL,
  "logs" TEXT, "rolled_back_at" DATETIME, "started_at" DATETIME NOT NULL DEFAULT current_timestamp,
  "applied_steps_count" INTEGER UNSIGNED NOT NULL DEFAULT 0)`;

/**
 * Bytes of a page, of a new database. Rows of a table `WITHOUT ROWID` are its inner nodes as well: with pages of 4 KB, 15 of 1D
 * histograms go into one.
 */
const PAGE_BYTES = 8192;

/** How long a start waits for another one that migrates, in milliseconds. */
const PATIENCE = 120_000;

export async function sqliteMigrationTarget(url: string): Promise<MigrationTarget> {
  const path = sqlitePath(url);
  mkdirSync(dirname(path), { recursive: true });
  // Foreign keys off, as Prisma's engine has them: a migration that rebuilds a table drops the old one.
  const db = new DatabaseSync(path, { enableForeignKeyConstraints: false });
  const fail = (error: unknown) => {
    if (db.isTransaction) db.exec('ROLLBACK');
    throw error;
  };
  return {
    async locked(work) {
      await whenFree(() =>
        db.exec(`PRAGMA page_size = ${PAGE_BYTES}; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL`),
      );
      // One transaction around all of it is the lock: who comes second waits here and finds the work done.
      await whenFree(() => db.exec('BEGIN IMMEDIATE'));
      try {
        db.exec(TABLE);
        const result = await work();
        db.exec('COMMIT');
        return result;
      } catch (error) {
        return fail(error);
      }
    },
    async applied() {
      const rows = db.prepare(
        'SELECT migration_name, finished_at FROM _prisma_migrations WHERE rolled_back_at IS NULL',
      );
      return rows.all().map((row) => ({ name: String(row.migration_name), finished: row.finished_at !== null }));
    },
    async apply(sql, { id, checksum, name }) {
      const now = Date.now(); // the engine stores times as unix milliseconds
      db.exec(sql);
      const broken = db.prepare('PRAGMA foreign_key_check').all();
      if (broken.length > 0) throw new Error(`Migration ${name} breaks foreign keys of ${broken[0]?.table}`);
      db.prepare(
        `INSERT INTO _prisma_migrations (id, checksum, migration_name, started_at, finished_at, applied_steps_count)
         VALUES (?, ?, ?, ?, ?, 1)`,
      ).run(id, checksum, name, now, Date.now());
    },
    async close() {
      db.close();
    },
  };
}

/**
 * Tries again while another connection has the database. The driver's own waiting would hold the event loop, on which
 * the other connection may live, and turning a new database to WAL does not wait at all.
 */
async function whenFree(action: () => void): Promise<void> {
  const deadline = Date.now() + PATIENCE;
  for (;;) {
    try {
      action();
      return;
    } catch (error) {
      if (Date.now() > deadline || !/locked/.test(String(error))) throw error;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
}
