import {
  CamelCasePlugin,
  DummyDriver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
} from 'kysely';
import pg from 'pg';
import type { Dialect } from './dialect.ts';
import type { Tables } from './tables.ts';

export const postgresDialect: Dialect = {
  name: 'postgresql',
  builder: new Kysely<Tables>({
    dialect: {
      createAdapter: () => new PostgresAdapter(),
      createDriver: () => new DummyDriver(),
      createIntrospector: (db) => new PostgresIntrospector(db),
      createQueryCompiler: () => new PostgresQueryCompiler(),
    },
    plugins: [new CamelCasePlugin()],
  }),
  keyTable(alias, columns, firstParameter) {
    const arrays = columns.map(({ type }, i) => `$${firstParameter + i}::${type}[]`).join(', ');
    const names = columns.map(({ name }) => name).join(', ');
    return `(SELECT ordinality - 1 AS position, ${names} FROM unnest(${arrays}) WITH ORDINALITY AS u (${names}, ordinality)) AS ${alias}`;
  },
  keyParameters: (columns, keys) => columns.map((_, i) => keys.map((key) => key[i] as string | number)),
  keyParameterCount: (columns) => columns.length,
  // a WITH that is not recursive does not see itself
  tableName: (table) => table,
  binaryCollation: 'COLLATE "C"',
  positionFunction: 'strpos',
  oneOf: {
    int: ['= ANY(', '::integer[])'],
    bigint: ['= ANY(', '::bigint[])'],
    text: ['= ANY(', '::text[])'],
  },
  listParameter: (values) => values,
  maxParameters: 65_535,
  packing: null,
  castTypes: { integer: '::integer', float: '::double precision', text: '::text', time: '::timestamp' },
  timeFromNow: (seconds) => `((clock_timestamp() AT TIME ZONE 'UTC')::timestamp(3) + interval '${seconds} seconds')`,
  lockRows: 'FOR UPDATE',
  lockFreeRows: 'FOR UPDATE SKIP LOCKED',
  lockInserts: (table) => `LOCK TABLE ${table} IN SHARE ROW EXCLUSIVE MODE`,
  isMissingReference: (error) => error instanceof pg.DatabaseError && error.code === '23503',
};
