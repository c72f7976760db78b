import fc from 'fast-check';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { packed, unpacked } from '../../src/store/column-packing.ts';
import type { Database } from '../../src/store/database.ts';
import { PostgresDatabase } from '../../src/store/postgres.ts';
import { SqliteDatabase } from '../../src/store/sqlite.ts';
import { databases, type TestDatabase } from '../support/databases.ts';

const TYPES = ['int', 'text', 'float', 'int'] as const;

describe.each(databases)('columns of $name that come as one value each', ({ name, create }) => {
  let file: TestDatabase;
  let database: Database;
  beforeAll(async () => {
    file = await create({ migrated: true });
    const settings = { onStatement: () => {} };
    database = await (name === 'sqlite'
      ? SqliteDatabase.open(file.url, settings)
      : PostgresDatabase.open(file.url, settings));
  });
  afterAll(async () => {
    await database.close();
    await file.drop();
  });

  const read = async (condition: string) => {
    const { dialect } = database;
    const inner = sql.raw(
      `SELECT number AS c0, era AS c1, energy AS c2, year AS c3 FROM run WHERE ${condition} ORDER BY number LIMIT 1000000`,
    );
    const rows = await database.arrays(packed(dialect, inner, TYPES).compile(dialect.builder).sql);
    return unpacked(dialect, rows, TYPES);
  };

  test('hold every number, text and NULL exactly, in order', async () => {
    // SQLite stores -0 as 0, and neither text of a database holds U+0000
    const float = fc.oneof(fc.double({ noNaN: true }), fc.double({ min: 0, max: 1000, noNaN: true })).map((x) => x + 0);
    const text = fc.string({ unit: 'binary' }).map((value) => value.replaceAll('\0', ''));
    const row = fc.tuple(fc.option(text), fc.option(float), fc.option(fc.integer({ min: -9999, max: 9999 })));
    await fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 200 }), async (rows) => {
        await database.write(async (transaction) => {
          await transaction.all('DELETE FROM run');
          await transaction.insert(
            'run',
            [
              { name: 'number', type: 'integer' },
              { name: 'era', type: 'text' },
              { name: 'energy', type: 'float' },
              { name: 'year', type: 'integer' },
            ],
            rows.map(([era, energy, year], i) => [i + 1, era, energy, year]),
          );
        });
        const { count, columns } = await read('number > 0');
        expect(count).toBe(rows.length);
        expect(columns).toEqual([
          rows.map((_, i) => i + 1),
          ...([0, 1, 2] as const).map((place) => rows.map((values) => values[place])),
        ]);
      }),
      { numRuns: 40 },
    );
  });

  test('are empty where there are no rows', async () => {
    expect(await read('number < 0')).toEqual({ count: 0, columns: [[], [], [], []] });
  });
});
