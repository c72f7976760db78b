import pg from 'pg';
import type { MigrationTarget } from './migration-target.ts';
import { splitStatements } from './split-statements.ts';

/** The advisory lock Prisma's own engine takes; released with the session. */
const LOCK = 72_707_369;

/** As Prisma's own engine creates it. */
const TABLE = `CREATE TABLE IF NOT EXISTS _prisma_migrations (
  id VARCHAR(36) PRIMARY KEY NOT NULL, checksum VARCHAR(64) NOT NULL, finished_at TIMESTAMPTZ,
  migration_name VARCHAR(255) NOT NULL, logs TEXT, rolled_back_at TIMESTAMPTZ,
  started_at TIMESTAMPTZ NOT NULL DEFAULT now(), applied_steps_count INTEGER NOT NULL DEFAULT 0)`;

export async function postgresMigrationTarget(url: string): Promise<MigrationTarget> {
  const client = new pg.Client({ connectionString: url });
  // a connection that breaks between two statements: the next one is rejected
  client.on('error', () => {});
  await client.connect();
  return {
    async locked(work) {
      await client.query('SELECT pg_advisory_lock($1)', [LOCK]);
      const { rows } = await client.query("SELECT to_regclass('_prisma_migrations') AS found");
      if (rows[0].found === null) await client.query(TABLE);
      return work();
    },
    async applied() {
      const { rows } = await client.query(
        // node-pg makes null of a time that is not written as ISO 8601 (DateStyle)
        'SELECT migration_name, finished_at IS NOT NULL AS finished FROM _prisma_migrations WHERE rolled_back_at IS NULL',
      );
      return rows.map(({ migration_name: name, finished }) => ({ name, finished }));
    },
    async apply(sql, { id, checksum, name }) {
      await client.query('BEGIN; SET LOCAL statement_timeout = 0');
      try {
        // one by one: several statements in one message cannot be distributed by an extension such as Citus
        for (const statement of splitStatements(sql)) await client.query(statement);
        await client.query(
          `INSERT INTO _prisma_migrations (id, checksum, migration_name, started_at, finished_at, applied_steps_count)
           VALUES ($1, $2, $3, now(), clock_timestamp(), 1)`,
          [id, checksum, name],
        );
        await client.query('COMMIT');
      } catch (error) {
        await client.query('ROLLBACK').catch(() => {});
        throw error;
      }
    },
    close: () => client.end(),
  };
}
