import { ForbiddenError } from '../domain/errors.ts';
import type { Database } from './database.ts';

/** The same database, for reading alone. */
export const readOnlyDatabase = (database: Database): Database => ({
  dialect: database.dialect,
  prisma: database.prisma,
  events: database.events,
  all: (sql, parameters) => database.all(sql, parameters),
  arrays: (sql, parameters) => database.arrays(sql, parameters),
  reading: (...how) => database.reading(...how),
  snapshot: (work) => database.snapshot(work),
  write: async () => {
    throw new ForbiddenError('this server only reads (LUMIGRAPH_READ_ONLY)');
  },
  close: () => database.close(),
});

/** PostgreSQL itself refuses whatever writes on the connections of this URL. */
export function readOnlyUrl(url: string): string {
  const parsed = new URL(url);
  const options = [parsed.searchParams.get('options'), '-c default_transaction_read_only=on'].filter(Boolean);
  parsed.searchParams.set('options', options.join(' '));
  return parsed.href;
}
