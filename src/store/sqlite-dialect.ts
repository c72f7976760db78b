import { CamelCasePlugin, DummyDriver, Kysely, SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler } from 'kysely';
import type { Dialect } from './dialect.ts';
import type { Tables } from './tables.ts';

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
  keyParameters: (columns, keys) => [JSON.stringify(columns.length === 1 ? keys.map((key) => key[0]) : keys)],
  keyParameterCount: () => 1,
  binaryCollation: 'COLLATE BINARY',
  positionFunction: 'instr',
  oneOf: { int: inJson, bigint: inJson, text: inJson },
  listParameter: (values) => JSON.stringify(values),
  maxParameters: 32_766,
  castTypes: { integer: '', float: '', text: '', time: '' },
  timeFromNow: (seconds) => `strftime('%Y-%m-%dT%H:%M:%f+00:00', 'now', '${seconds} seconds')`,
  lockRows: '', // whoever writes is alone
  lockInserts: () => null,
  isMissingReference: (error) => error instanceof Error && error.message.startsWith('FOREIGN KEY constraint failed'),
};
