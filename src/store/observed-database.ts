import type { Database, Queries } from './database.ts';

/** Called when a statement has its rows, or has failed. */
export type StatementEnd = (error?: unknown) => void;

/**
 * Called when a statement is sent: each one that reads outside a transaction, and a transaction that writes as one whole.
 * It is on the way of every read: it must cost next to nothing and never throw.
 */
export type StatementObserver = (kind: 'read' | 'write', sql: string) => StatementEnd;

/** The same database, observed. The promises of the statements are handed on as they are, so nobody waits any longer. */
export function observedDatabase(database: Database, observe: StatementObserver): Database {
  return {
    dialect: database.dialect,
    prisma: database.prisma,
    events: database.events,
    ...observedQueries(database, observe),
    reading: (...how) => observedQueries(database.reading(...how), observe),
    write: (work, options) => watch(observe('write', 'TRANSACTION'), database.write(work, options)),
    snapshot: (work) => database.snapshot(work),
    close: () => database.close(),
  };
}

const observedQueries = (queries: Queries, observe: StatementObserver): Queries => ({
  all: (sql, parameters) => watch(observe('read', sql), queries.all(sql, parameters)),
  arrays: (sql, parameters) => watch(observe('read', sql), queries.arrays(sql, parameters)),
});

function watch<Result>(end: StatementEnd, result: Promise<Result>): Promise<Result> {
  result.then(() => end(), end);
  return result;
}
