import { PostgresDatabase } from '../../src/store/postgres.ts';
import { createPostgres } from './databases.ts';

/** An empty database of PostgreSQL, opened below the store. */
export async function openPostgres() {
  const { url, drop } = await createPostgres();
  const database = await PostgresDatabase.open(url, { onStatement: () => {} });
  return {
    database,
    async close() {
      await database.close();
      await drop();
    },
  };
}
