import { CamelCasePlugin, DummyDriver, Kysely, SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler } from 'kysely';
import type { Dialect } from './dialect.ts';
import { comparable } from './storable-texts.ts';
import type { Tables } from './tables.ts';

/** A text is looked at before it is JSON: there it has no character 0 any more, and SQLite would end it at one. */
function json(values: readonly unknown[]): string {
  const text = JSON.stringify(values);
  return text.includes('\\u') ? JSON.stringify(values, (_key, value: unknown) => comparable(value)) : text;
}

const inJson = ['IN (SELECT value FROM json_each(', '))'] as const;

export const sqliteDialect: Dialect = {
  name: 'sqlite',
  builder: new Kysely<Tables>({
    dialect: {
      createAdapter: () => new SqliteAdapter(),
      createDriver: () => new DummyDriver(),
      createIntrospector: (db) => new SqliteIntrospector(db),
      createQueryCompiler: () => new SqliteQueryCompiler(),
    },
    plugins: [new CamelCasePlugin()],
  }),
  keyTable(alias, columns, firstParameter) {
    const select =
      columns.length === 1
        ? `value AS ${columns[0]?.name}`
        : columns.map(({ name }, i) => `value ->> ${i} AS ${name}`).join(', ');
    return `(SELECT key AS position, ${select} FROM json_each($${firstParameter})) AS ${alias}`;
  },
  keyParameters: (columns, keys) => [json(columns.length === 1 ? keys.map((key) => key[0]) : keys)],
  keyParameterCount: () => 1,
  tableName: (table) => `main.${table}`,
  binaryCollation: 'COLLATE BINARY',
  positionFunction: 'instr',
  oneOf: { int: inJson, bigint: inJson, text: inJson },
  listParameter: json,
  maxParameters: 32_766,
  packing: {
    // JSON would round floats to 15 digits; as text they have 17, and are `Inf` where JSON has no word for it
    pack: (type, column) =>
      type === 'float'
        ? `'[' || coalesce(group_concat(coalesce(${column}, 'null')), '') || ']'`
        : `json_group_array(${column})`,
    unpack(type, packed) {
      const text = packed as string;
      return JSON.parse(type === 'float' && text.includes('Inf') ? text.replaceAll('Inf', '1e999') : text);
    },
    // group_concat takes a blob for a text, of which it copies every byte
    packBytes: (column) => `CAST(group_concat(${column}, '') AS BLOB)`,
  },
  castTypes: { integer: '', float: '', text: '', time: '' },
  timeFromNow: (seconds) => `strftime('%Y-%m-%dT%H:%M:%f+00:00', 'now', '${seconds} seconds')`,
  lockRows: '', // whoever writes is alone
  lockFreeRows: '',
  lockInserts: () => null,
  isMissingReference: (error) => error instanceof Error && error.message.startsWith('FOREIGN KEY constraint failed'),
};
