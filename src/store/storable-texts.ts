import { InvalidInputError } from '../domain/errors.ts';
import { isStorable } from '../domain/storable-text.ts';
import type { Database, Parameter, Queries, Transaction } from './database.ts';

/**
 * The same database, for any text: what cannot be stored equals nothing where it is compared, and is the mistake of whoever
 * wants to store it. PostgreSQL would refuse the statement, and SQLite give another text back.
 */
export const withStorableTexts = (database: Database): Database => ({
  dialect: database.dialect,
  prisma: database.prisma,
  events: database.events,
  ...reading(database),
  reading: (...how) => reading(database.reading(...how)),
  snapshot: (work) => database.snapshot((queries) => work(reading(queries))),
  write: (work, options) => database.write((transaction) => work(writing(transaction)), options),
  close: () => database.close(),
});

const reading = (queries: Queries): Queries => ({
  all: (sql, parameters) => queries.all(sql, parameters?.map(compared)),
  arrays: (sql, parameters) => queries.arrays(sql, parameters?.map(compared)),
});

function writing(transaction: Transaction): Transaction {
  const queries = reading(transaction);
  const of = (sql: string, parameters: readonly Parameter[]): Queries => {
    if (COMPARES.test(sql)) return queries;
    parameters.forEach(assertStorable);
    return transaction;
  };
  return {
    ...transaction,
    all: async (sql, parameters = []) => of(sql, parameters).all(sql, parameters),
    arrays: async (sql, parameters = []) => of(sql, parameters).arrays(sql, parameters),
    insert: async (table, columns, rows, onConflict) => {
      for (const row of rows) row.forEach(assertStorable);
      return transaction.insert(table, columns, rows, onConflict);
    },
  };
}

const COMPARES = /^\s*SELECT\b/i;

/** NULL equals nothing. */
export const comparable = <Value>(value: Value): Value | null =>
  typeof value === 'string' && !isStorable(value) ? null : value;

function compared(value: Parameter): Parameter {
  const isList = Array.isArray(value) && typeof value[0] === 'string';
  return isList ? (value as string[]).map(comparable) : comparable(value);
}

function assertStorable(value: Parameter): void {
  if (typeof value !== 'string' || isStorable(value)) return;
  throw new InvalidInputError('A text holds the character 0 or half of a surrogate pair, which cannot be stored');
}
