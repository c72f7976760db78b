import { sql } from 'kysely';
import { InvalidInputError } from '../domain/errors.ts';
import type { Parameter } from './database.ts';
import type { Dialect, KeyColumn } from './dialect.ts';
import { columnOf } from './filter-sql.ts';
import type { Sql } from './mask-sql.ts';
import type { Link } from './noun-info.ts';
import { nounInfo } from './nouns.ts';
import { snakeCase } from './rows.ts';
import type { Noun, ParentKey } from './store.ts';
import { isOneOf } from './test-sql.ts';

/** How rows hang on their parents: what restricts a list to them, and what tells which parent a row belongs to. */
export interface Parents {
  /** What a parent is told by. */
  readonly fields: readonly string[];
  /** Items of FROM that come before the rows themselves. */
  readonly from: readonly Sql[];
  readonly conditions: readonly Sql[];
  /** What differs between the parents, with our field that holds it, if any; none where there is one parent. */
  readonly groups: readonly { readonly value: Sql; readonly field?: string }[];
  /** Names a parent by those values, as `groupOf` does a row. */
  keyOf(parent: ParentKey): string;
}

/** No stored text holds a U+0000. */
export const groupOf = (values: readonly unknown[]) => values.join('\0');

/**
 * Columns that are the same for all parents become equalities (keys of one run find its rows by `run_number = ...`),
 * a single one that differs a list, several a table of keys.
 */
export function parentsSql(dialect: Dialect, noun: Noun, alias: string, parents: readonly ParentKey[]): Parents {
  const columns = Object.keys(parents[0] ?? {}).map((name) => ({
    name,
    values: [...new Set(parents.map((parent) => parent[name] as string | number))],
    link: nounInfo(noun).parents?.[name],
  }));
  const linked = columns.find(({ link }) => link !== undefined);
  if (linked?.link && columns.length === 1)
    return throughLink(dialect, noun, alias, linked.name, linked.values, linked.link);
  const { ranges } = nounInfo(noun);
  if (columns.some(({ name }) => ranges?.[name])) return insideRanges(dialect, noun, alias, parents);
  for (const { name } of columns) {
    if (!Object.hasOwn(nounInfo(noun).fields, name)) {
      throw new InvalidInputError(`${noun} does not hang on ${name}`, { field: name });
    }
  }
  const same = columns.filter(({ values }) => values.length === 1);
  const differing = columns.filter(({ values }) => values.length > 1);
  const conditions = same.map(({ name, values }) => sql`${columnOf(noun, alias, name)} = ${values[0]}`);
  const from: Sql[] = [];
  if (differing.length === 1) {
    const [{ name, values }] = differing as [(typeof differing)[number]];
    const column = columnOf(noun, alias, name);
    const range = denseRange(values);
    conditions.push(
      range
        ? sql`${column} BETWEEN ${range.first} AND ${range.last}`
        : isOneOf(dialect, column, typeof values[0] === 'number' ? 'int' : 'text', values),
    );
  } else if (differing.length > 1) {
    const keys = distinct(parents.map((parent) => differing.map(({ name }) => parent[name] as string | number)));
    from.push(
      keyTableSql(
        dialect,
        'k',
        differing.map(({ name, values }) => keyColumn(name, values[0])),
        keys,
      ),
    );
    for (const { name } of differing) {
      conditions.push(sql`${columnOf(noun, alias, name)} = ${sql.raw(`k.${snakeCase(name)}`)}`);
    }
  }
  return {
    fields: columns.map(({ name }) => name),
    from,
    conditions,
    groups: differing.map(({ name }) => ({ value: columnOf(noun, alias, name), field: name })),
    keyOf: (parent) => groupOf(differing.map(({ name }) => parent[name])),
  };
}

/** Rows of which a range holds a number of the parent. */
function insideRanges(dialect: Dialect, noun: Noun, alias: string, parents: readonly ParentKey[]): Parents {
  const names = Object.keys(parents[0] ?? {});
  const keys = distinct(parents.map((parent) => names.map((name) => parent[name] as string | number)));
  const columns = names.map((name) => keyColumn(name, parents[0]?.[name]));
  const theirs = (name: string) => sql.raw(`k.${snakeCase(name)}`);
  const { ranges } = nounInfo(noun);
  return {
    fields: names,
    from: [keyTableSql(dialect, 'k', columns, keys)],
    conditions: names.map((name) => {
      const range = ranges?.[name];
      if (!range) return sql`${columnOf(noun, alias, name)} = ${theirs(name)}`;
      const [first, last] = [columnOf(noun, alias, range.first), columnOf(noun, alias, range.last)];
      return sql`(${first} IS NULL OR ${first} <= ${theirs(name)}) AND (${last} IS NULL OR ${last} >= ${theirs(name)})`;
    }),
    groups: keys.length > 1 ? names.map((name) => ({ value: theirs(name) })) : [],
    keyOf: (parent) => (keys.length > 1 ? groupOf(names.map((name) => parent[name])) : ''),
  };
}

/** One range of an index instead of a look-up for each value: lumisections of a page mostly follow each other. */
function denseRange(values: readonly (string | number)[]): { first: number; last: number } | undefined {
  let first = Number.POSITIVE_INFINITY;
  let last = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    if (typeof value !== 'number') return undefined;
    if (value < first) first = value;
    if (value > last) last = value;
  }
  return last - first + 1 === values.length ? { first, last } : undefined;
}

function throughLink(
  dialect: Dialect,
  noun: Noun,
  alias: string,
  name: string,
  values: readonly (string | number)[],
  link: Link,
): Parents {
  const parent = sql.raw(`l.${snakeCase(link.theirs[name] ?? name)}`);
  const ours = Object.entries(link.ours);
  const pair = sql.join([parent, ...ours.map(([, column]) => sql.raw(`l.${snakeCase(column)}`))]);
  const pairs = sql`(SELECT DISTINCT ${pair} FROM ${sql.raw(link.table)} l WHERE ${isOneOf(dialect, parent, 'int', values)}) l`;
  return {
    fields: [name],
    from: [pairs],
    conditions: ours.map(
      ([field, column]) => sql`${columnOf(noun, alias, field)} = ${sql.raw(`l.${snakeCase(column)}`)}`,
    ),
    groups: values.length > 1 ? [{ value: parent }] : [],
    keyOf: (key) => (values.length > 1 ? groupOf([key[name]]) : ''),
  };
}

export const keyColumn = (name: string, value: unknown): KeyColumn => ({
  name: snakeCase(name),
  type: typeof value === 'number' ? 'integer' : 'text',
});

/** The table of keys of the dialect with its parameters in their places. */
export function keyTableSql(
  dialect: Dialect,
  alias: string,
  columns: readonly KeyColumn[],
  keys: readonly (readonly (string | number)[])[],
): Sql {
  const parameters: Parameter[] = dialect.keyParameters(columns, keys);
  // odd parts are the numbers of parameters
  const parts = dialect.keyTable(alias, columns, 1).split(/\$(\d+)/);
  return sql.join(
    parts.map((part, i) => (i % 2 === 0 ? sql.raw(part) : sql`${parameters[Number(part) - 1]}`)),
    sql.raw(''),
  );
}

function distinct<Key extends readonly unknown[]>(keys: readonly Key[]): Key[] {
  return [...new Map(keys.map((key) => [groupOf(key), key])).values()];
}
