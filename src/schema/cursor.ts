import { InvalidInputError } from '../domain/errors.ts';
import type { CursorValues, OrderTerm } from '../domain/filter.ts';
import { isStorable } from '../domain/storable-text.ts';
import type { Noun } from '../store/store.ts';

/**
 * Cursors are opaque to clients: base64url of a JSON array, the order they belong to, then the values of a row in that
 * order. They say where to go on, not which row was last, so they survive inserts and deletes.
 */
export const encodeCursor = (order: string, values: CursorValues): string =>
  Buffer.from(JSON.stringify([order, ...values])).toString('base64url');

/** @throws InvalidInputError for what encodeCursor never gave for this order. */
export function decodeCursor(order: string, argument: 'after' | 'before', cursor: string): CursorValues {
  const [found, ...values] = parse(cursor) ?? [];
  if (typeof found !== 'string' || !values.every(isValue) || encodeCursor(found, values) !== cursor) {
    throw new InvalidInputError(
      `${argument}: '${cursor.slice(0, 200)}' is no cursor; give one that \`cursor\` or \`pageInfo\` returned.`,
      {
        field: argument,
      },
    );
  }
  if (found !== order) {
    throw new InvalidInputError(`${argument}: this cursor belongs to a list in the order ${found}, not ${order}.`, {
      field: argument,
    });
  }
  return values;
}

/** Names an order within a noun: `run:-year,number`. */
export const orderName = (noun: Noun, terms: readonly OrderTerm[]): string =>
  `${noun}:${terms.map(({ field, descending }) => (descending ? `-${field}` : field)).join(',')}`;

function parse(cursor: string): unknown[] | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    return Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

const isValue = (value: unknown): value is string | number | null =>
  value === null || typeof value === 'number' || (typeof value === 'string' && isStorable(value));
