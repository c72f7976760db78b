import type { Database } from './database.ts';
import { camelCase } from './rows.ts';

/**
 * Rows of a table that is no noun, in one statement: for each id those that have it in the column, in the order told.
 * @param select up to the FROM, that column with it: `SELECT * FROM watch`
 */
export async function rowsOfIds<Row extends object>(
  database: Pick<Database, 'dialect' | 'all'>,
  select: string,
  column: string,
  ids: readonly number[],
  order = '',
): Promise<Row[][]> {
  if (ids.length === 0) return [];
  const [before, behind] = database.dialect.oneOf.int;
  const rows = await database.all<Row>(
    `${select} WHERE ${column} ${before}$1${behind}${order === '' ? '' : ` ORDER BY ${order}`}`,
    [database.dialect.listParameter([...new Set(ids)])],
  );
  const field = camelCase(column) as keyof Row;
  const byId = new Map(ids.map((id) => [id, [] as Row[]]));
  for (const row of rows) byId.get(row[field] as number)?.push(row);
  return ids.map((id) => byId.get(id) as Row[]);
}

/** The same where no two rows have one id: null where there is none. */
export async function rowOfIds<Row extends object>(
  ...asked: Parameters<typeof rowsOfIds<Row>>
): Promise<(Row | null)[]> {
  return (await rowsOfIds<Row>(...asked)).map(([row]) => row ?? null);
}
