import { sql } from 'kysely';
import type { CheckedQuery } from './checked-query.ts';
import { transposed } from './column-packing.ts';
import { fromOf } from './filter-sql.ts';
import { groupOf, parentsSql } from './list-parents.ts';
import { toRows, wholeRow } from './list-rows.ts';
import { nounInfo } from './nouns.ts';
import { RowCache } from './row-cache.ts';
import type { CachedReads, Noun, ParentKey, Rows } from './store.ts';

/** Rows of a noun by its primary key, aligned with the keys. One statement. */
export async function rowsByKey<N extends Noun>(
  query: CheckedQuery,
  noun: N,
  keys: readonly ParentKey[],
): Promise<(Rows[N] | null)[]> {
  if (keys.length === 0) return [];
  const { key } = nounInfo(noun);
  const { from, conditions } = parentsSql(
    query.database.dialect,
    noun,
    't',
    keys.map((given) => Object.fromEntries(key.map((field) => [field, given[field] as string | number]))),
  );
  const statement = sql`SELECT ${wholeRow(noun)} FROM ${sql.join([...from, fromOf(noun, 't')], sql` CROSS JOIN `)} WHERE ${sql.join(conditions, sql` AND `)}`;
  const rows = toRows(noun, transposed(await query.send(statement)));
  const keyOf = (row: Readonly<Record<string, unknown>>) => groupOf(key.map((field) => row[field]));
  const byKey = new Map(rows.map((row) => [keyOf(row as unknown as Record<string, unknown>), row]));
  return keys.map((given) => byKey.get(keyOf(given)) ?? null);
}

/** The same by id, without a statement for rows that were read before and are known never to change. */
export function cachedRowsById<Row extends { id: number }>(
  read: (ids: readonly number[]) => Promise<(Row | null)[]>,
  { capacity, isFinal = () => true }: { capacity: number; isFinal?: (row: Row) => boolean },
): CachedReads<Row> {
  const cache = new RowCache<Row>(capacity);
  const reads = async (ids: readonly number[]) => {
    const found = new Map<number, Row | null>();
    const missing: number[] = [];
    for (const id of ids) {
      const row = cache.get(id);
      if (row === undefined) missing.push(id);
      else found.set(id, row);
    }
    if (missing.length > 0) {
      const rows = await read(missing);
      missing.forEach((id, i) => {
        const row = rows[i] ?? null;
        found.set(id, row);
        if (row !== null && isFinal(row)) cache.set(id, row);
      });
    }
    return ids.map((id) => found.get(id) ?? null);
  };
  return Object.assign(reads, { known: (id: number) => cache.get(id) });
}
