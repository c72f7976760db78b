import { open } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Database } from '../../src/store/database.ts';
import { migrate, migrationState } from '../../src/store/migrate.ts';
import { PostgresDatabase } from '../../src/store/postgres.ts';
import { SqliteDatabase } from '../../src/store/sqlite.ts';
import { SqliteConnection } from '../../src/store/sqlite-connection.ts';
import { sqlitePath } from '../../src/store/sqlite-path.ts';
import { execute } from '../support/database-dump.ts';
import { createPostgres, createSqlite, databases, type TestDatabase } from '../support/databases.ts';

// times must not depend on where the server stands
process.env.TZ = 'America/St_Johns';

describe.each(databases)('a $name database', ({ name, create }) => {
  let file: TestDatabase;
  let database: Database;
  const statements: string[] = [];
  beforeAll(async () => {
    file = await create({ migrated: true });
    const settings = { onStatement: (sql: string) => statements.push(sql), prisma: true };
    database = await (name === 'sqlite'
      ? SqliteDatabase.open(file.url, settings)
      : PostgresDatabase.open(file.url, settings));
  });
  afterAll(async () => {
    await database.close();
    await file.drop();
  });

  test('gives back what was stored: numbers, text, times, bytes, nothing', async () => {
    const time = new Date('2018-07-01T12:34:56.789Z');
    const row = {
      number: 1,
      era: 'ä\u{1F600}',
      startedAt: time,
      energy: 0.1 + 0.2,
      fill: null,
      year: -5,
      magneticField: 5e-324,
    };
    await database.write(async (transaction) => {
      await transaction.all(
        'INSERT INTO run (number, era, started_at, energy, fill, year, magnetic_field) VALUES ($1, $2, $3, $4, $5, $6, $7)',
        Object.values(row),
      );
    });
    const sql = 'SELECT number, era, started_at, energy, fill, year, magnetic_field FROM run WHERE number = $1';
    expect(await database.all(sql, [1])).toEqual([row]);
    expect(await database.arrays(sql, [1])).toEqual([Object.values(row)]);
    expect(await database.all('SELECT number FROM run WHERE started_at = $1', [time])).toEqual([{ number: 1 }]);
    expect(await database.prisma?.run.findMany({ where: { startedAt: time } })).toMatchObject([row]);
  });

  test('holds integers beyond 32 bits as numbers', async () => {
    const size = 2 ** 52 + 1;
    await database.write((transaction) =>
      transaction.all(
        "INSERT INTO data_file (path, sha256, size, format, status, created_at) VALUES ('p', 's', $1, 'f', 'DONE', $2)",
        [size, new Date(0)],
      ),
    );
    const [row] = await database.all(
      'SELECT size, created_at, sum(size) AS total FROM data_file GROUP BY size, created_at',
    );
    expect(row).toEqual({ size, createdAt: new Date(0), total: size });
  });

  test('gives bytes of any length back, across however many packets', async () => {
    // the rows of some are as long as those that are gathered apart, or just not
    const lengths = [0, 1, 100, 4_095, 70_000, 3_000_000, 65_521, 65_522, 65_523, 200_000, 200_000, 7];
    const blobs = lengths.map((length) => Uint8Array.from({ length }, (_, i) => (i * 7919) >> 3));
    await database.write(async (transaction) => {
      const columns = ['run_number', 'monitor_element_id', 'lumisection_number', 'dataset_id', 'file_id'].map(
        (name) => ({ name, type: 'integer' as const }),
      );
      await transaction.insert(
        'contribution',
        [...columns, { name: 'bins', type: 'bytes' }],
        blobs.map((blob, i) => [9, 1, i, 1, 1, blob]),
      );
      await transaction.insert('contribution', columns, [[9, 1, 99, 1, 1]]);
    });
    const rows = await database.arrays<[number, Uint8Array | null]>(
      'SELECT lumisection_number, bins FROM contribution WHERE run_number = 9 ORDER BY lumisection_number',
    );
    expect(rows.map(([number, bins]) => [number, bins?.length])).toEqual([...lengths.entries(), [99, undefined]]);
    for (const [i, blob] of blobs.entries()) expect(Buffer.compare(rows[i]?.[1] as Uint8Array, blob)).toBe(0);
    // earlier answers must stay as they were while later ones arrive
    const all = await Promise.all(
      Array.from({ length: 20 }, () =>
        database.arrays<[Uint8Array]>('SELECT bins FROM contribution WHERE run_number = 9 AND lumisection_number = 2'),
      ),
    );
    for (const [row] of all) expect(Buffer.compare(row?.[0] as Uint8Array, blobs[2] as Uint8Array)).toBe(0);
  });

  test('counts and sums as numbers, and knows booleans', async () => {
    const [row] = await database.arrays(
      'SELECT count(*), sum(v), avg(v), min(t), CAST(sum(v) AS INTEGER) FROM (SELECT 1 AS v, $1 AS t UNION ALL SELECT 2, $2) q',
      ['b', 'a'],
    );
    expect(row).toEqual([2, 3, 1.5, 'a', 3]);
  });

  test('takes any number of different statements', async () => {
    for (let i = 0; i < 700; i++) expect(await database.arrays(`SELECT ${i}`)).toEqual([[i]]);
    expect(await database.arrays('SELECT 699 + $1 - $1', [1])).toEqual([[699]]);
  });

  test('goes on after an error', async () => {
    await expect(database.all('SELECT x FROM nowhere')).rejects.toThrow('nowhere');
    expect(await database.arrays('SELECT 1')).toEqual([[1]]);
  });

  test('joins keys that travel in parameters, in their places', async () => {
    const columns = [
      { name: 'run', type: 'integer' },
      { name: 'word', type: 'text' },
    ] as const;
    const keys = [
      [1, `a'"\\{,}`],
      [2, 'b'],
      [1, 'ü'],
    ] as const;
    const from = database.dialect.keyTable('k', columns, 1);
    expect(database.dialect.keyParameters(columns, keys)).toHaveLength(database.dialect.keyParameterCount(columns));
    const rows = await database.all(
      `SELECT k.position, k.word, r.number FROM ${from} CROSS JOIN run r WHERE r.number = k.run ORDER BY 1`,
      database.dialect.keyParameters(columns, keys),
    );
    expect(rows).toEqual([
      { position: 0, word: `a'"\\{,}`, number: 1 },
      { position: 2, word: 'ü', number: 1 },
    ]);
    const one = [{ name: 'run', type: 'integer' }] as const;
    expect(
      await database.arrays(
        `SELECT position, run FROM ${database.dialect.keyTable('k', one, 1)} ORDER BY 1`,
        database.dialect.keyParameters(one, [[7], [5]]),
      ),
    ).toEqual([
      [0, 7],
      [1, 5],
    ]);
  });

  test('orders text by its bytes and finds places of text', async () => {
    const { binaryCollation, positionFunction } = database.dialect;
    const rows = await database.arrays(
      `SELECT t, ${positionFunction}(t, 'b') FROM (SELECT 'ab' AS t UNION ALL SELECT 'B' UNION ALL SELECT 'é' UNION ALL SELECT 'a_') q ORDER BY t ${binaryCollation}`,
    );
    expect(rows).toEqual([
      ['B', 0],
      ['a_', 0],
      ['ab', 2],
      ['é', 0],
    ]);
  });

  test('undoes a transaction that throws, and a savepoint alone', async () => {
    const insert = 'INSERT INTO run (number) VALUES ($1)';
    await expect(
      database.write(async (transaction) => {
        await transaction.all(insert, [100]);
        throw new Error('no');
      }),
    ).rejects.toThrow('no');
    await database.write(async (transaction) => {
      await transaction.all(insert, [101]);
      await expect(
        transaction.savepoint(async () => {
          await transaction.all(insert, [102]);
          await transaction.all(insert, [101]);
        }),
      ).rejects.toThrow();
      await transaction.savepoint(() => transaction.all(insert, [103]));
    });
    expect(await database.arrays('SELECT number FROM run WHERE number >= 100 ORDER BY 1')).toEqual([[101], [103]]);
  });

  test('counts inserted and deleted rows as they are', async () => {
    const columns = [{ name: 'number', type: 'integer' }] as const;
    await database.write(async (transaction) => {
      expect(await transaction.insert('run', columns, [[200], [201]])).toBe(2);
      expect(await transaction.insert('run', columns, [[201], [202]], 'ON CONFLICT DO NOTHING')).toBe(1);
      expect(await transaction.insert('run', columns, [])).toBe(0);
      expect(await transaction.deleteKeys('run', columns, [[200], [999]])).toBe(1);
      expect(await transaction.deleteKeys('run', columns, [])).toBe(0);
    });
  });

  test('a snapshot sees one state, other readers the newest', async () => {
    await database.snapshot(async (snapshot) => {
      const count = () => snapshot.arrays('SELECT count(*) FROM run');
      const before = await count();
      await database.write((transaction) => transaction.all('INSERT INTO run (number) VALUES (300)'));
      expect(await count()).toEqual(before);
      expect(await database.arrays('SELECT number FROM run WHERE number = 300')).toEqual([[300]]);
    });
  });

  test('tells of each statement', async () => {
    statements.length = 0;
    await database.all('SELECT number FROM run WHERE number = $1', [1]);
    expect(statements).toEqual(['SELECT number FROM run WHERE number = $1']);
  });

  test('enforces foreign keys, and tells that kind of error from others', async () => {
    const orphan = database.write((transaction) =>
      transaction.all('INSERT INTO lumisection (run_number, number) VALUES (12345, 1)'),
    );
    const error = await orphan.catch((thrown) => thrown);
    expect(database.dialect.isMissingReference(error)).toBe(true);
    const other = await database.all('SELECT').catch((thrown) => thrown);
    expect(database.dialect.isMissingReference(other)).toBe(false);
  });
});

test('a PostgreSQL session that ends in the middle of a transaction fails it, and nothing else', async () => {
  const postgresql = databases[1];
  if (postgresql === undefined) throw new Error('no PostgreSQL to test');
  const { url, drop } = await postgresql.create({ migrated: true });
  const settings = { onStatement: () => {} };
  const [database, administrator] = [
    await PostgresDatabase.open(url, settings),
    await PostgresDatabase.open(url, settings),
  ];
  const cut = database.write(async (transaction) => {
    await transaction.all('INSERT INTO run (number) VALUES (1)');
    const [[pid]] = (await transaction.arrays('SELECT pg_backend_pid()')) as [[number]];
    await administrator.all('SELECT pg_terminate_backend($1)', [pid]);
    await new Promise((after) => setTimeout(after, 100));
    await transaction.all('INSERT INTO run (number) VALUES (2)');
  });
  await expect(cut).rejects.toThrow();
  await database.write((transaction) => transaction.all('INSERT INTO run (number) VALUES (3)'));
  expect(await database.arrays('SELECT number FROM run')).toEqual([[3]]);
  await database.close();
  await administrator.close();
  await drop();
});

function later() {
  let resolve = () => {};
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}

describe('SQLite connections', () => {
  test('log ahead, and let readers only read', async () => {
    const { url, drop } = await createSqlite({ migrated: true });
    const connect = (write: boolean) =>
      new SqliteConnection(sqlitePath(url), () => {}, { readOnly: write ? false : 'statements' });
    const [writer, reader] = [connect(true), connect(false)];
    const pragma = async (connection: SqliteConnection, name: string) =>
      (await connection.arrays(`PRAGMA ${name}`))[0]?.[0];
    // NORMAL: commits that have to be on disk wait for a flush of the log beside the event loop
    expect(await pragma(writer, 'synchronous')).toBe(1);
    expect(await pragma(writer, 'journal_mode')).toBe('wal');
    expect(await pragma(writer, 'foreign_keys')).toBe(1);
    await expect(reader.all('DELETE FROM run')).rejects.toThrow('readonly');
    writer.close();
    reader.close();
    await drop();
  });

  test('flush the log before a commit is told, unless they need not, and once for all that wait', async () => {
    const { url, drop } = await createSqlite({ migrated: true });
    const database = await SqliteDatabase.open(url, { onStatement: () => {} });
    const handle = await open(`${sqlitePath(url)}-wal`, 'a');
    const datasync = vi.spyOn(Object.getPrototypeOf(handle), 'datasync');
    await handle.close();
    try {
      let flushed = later();
      datasync.mockImplementation(() => flushed.promise);
      const told: string[] = [];
      const write = (name: string, options?: { flush: boolean }) =>
        database.write((transaction) => transaction.all('SELECT 1'), options).then(() => told.push(name));
      await write('need not', { flush: false });
      expect(datasync).toHaveBeenCalledTimes(0);
      const first = write('first');
      await vi.waitFor(() => expect(datasync).toHaveBeenCalledTimes(1));
      const others = [write('second'), write('third')];
      await write('need not either', { flush: false });
      expect(told).toEqual(['need not', 'need not either']);
      const before = flushed;
      flushed = later();
      before.resolve();
      await first;
      await vi.waitFor(() => expect(datasync).toHaveBeenCalledTimes(2));
      expect(told).toEqual(['need not', 'need not either', 'first']);
      flushed.resolve();
      await Promise.all(others);
      expect(datasync).toHaveBeenCalledTimes(2);
      datasync.mockRejectedValueOnce(new Error('the disk is gone'));
      await expect(write('lost')).rejects.toThrow('the disk is gone');
      await write('found');
    } finally {
      datasync.mockRestore();
    }
    await database.close();
    await drop();
  });

  test('refuse a database in memory', () => {
    expect(() => sqlitePath('file::memory:')).toThrow('must be a file');
    expect(sqlitePath('file:./data/x.db')).toBe('./data/x.db');
    expect(sqlitePath('file:///data/a%20b.db')).toBe('/data/a b.db');
  });
});

describe('a PostgreSQL whose sessions have settings of their own', () => {
  const SETTINGS = {
    datestyle: 'SQL, DMY',
    timezone: 'Asia/Kolkata',
    intervalstyle: 'sql_standard',
    extra_float_digits: '-15',
    bytea_output: 'escape',
    standard_conforming_strings: 'off',
    statement_timeout: '10min',
  };
  let file: TestDatabase;
  beforeAll(async () => {
    file = await createPostgres();
    const name = new URL(file.url).pathname.slice(1);
    for (const [setting, value] of Object.entries(SETTINGS))
      await execute(file.url, `ALTER DATABASE ${name} SET ${setting} = '${value}'`);
  });
  afterAll(() => file.drop());

  test('is migrated once, and is then up to date', async () => {
    expect(await migrate(file.url)).not.toEqual([]);
    expect(await migrate(file.url)).toEqual([]);
    expect(await migrationState(file.url)).toBe('current');
  });

  test('gives back what was stored, and lets writing take its time', async () => {
    const database = await PostgresDatabase.open(file.url, { onStatement: () => {} });
    try {
      const row = [7, 'back\\slash', new Date('2018-07-01T12:34:56.789Z'), 0.1 + 0.2, 5e-324];
      const timeout = await database.write(async (transaction) => {
        await transaction.all(
          'INSERT INTO run (number, era, started_at, energy, magnetic_field) VALUES ($1, $2, $3, $4, $5)',
          row,
        );
        return transaction.arrays("SELECT current_setting('statement_timeout')");
      });
      expect(timeout).toEqual([['0']]);
      expect(await database.arrays('SELECT number, era, started_at, energy, magnetic_field FROM run')).toEqual([row]);
      const [[left]] = (await database.arrays(
        `SELECT extract(epoch FROM ${database.dialect.timeFromNow(60)} - clock_timestamp() AT TIME ZONE 'UTC')::float8`,
      )) as [[number]];
      expect(Math.round(left)).toBe(60);
      expect(await database.arrays("SELECT current_setting('statement_timeout')")).toEqual([['10min']]);
    } finally {
      await database.close();
    }
  });
});
