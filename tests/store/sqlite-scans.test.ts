import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Cancellation } from '../../src/domain/cancellation.ts';
import { UnavailableError } from '../../src/domain/errors.ts';
import { openStore } from '../../src/store/open-store.ts';
import { SqliteDatabase } from '../../src/store/sqlite.ts';
import { SqliteConnection } from '../../src/store/sqlite-connection.ts';
import { sqlitePath } from '../../src/store/sqlite-path.ts';
import { SqliteScans } from '../../src/store/sqlite-scans.ts';
import type { Store } from '../../src/store/store.ts';
import { fillWorld } from '../schema/world.ts';
import { createSqlite, type TestDatabase } from '../support/databases.ts';

/** Never ends by itself. */
const ENDLESS = `WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c)
  SELECT count(*) FROM lumisection_histogram t, c`;

/** Processes that read for this one. */
function readers(): number {
  const children = execFileSync('ps', ['-o', 'args=', '--ppid', String(process.pid)], { encoding: 'utf8' });
  return children.split('\n').filter((line) => line.includes('sqlite-scan-process')).length;
}

describe('a SQLite file that is large', () => {
  let file: TestDatabase;
  let store: Store;
  let database: SqliteDatabase;
  beforeAll(async () => {
    file = await createSqlite({ migrated: true });
    store = await openStore(file.url, { migrate: false, scanFromBytes: 0 });
    await fillWorld(store);
    database = await SqliteDatabase.open(file.url, { onStatement: () => {}, scanFromBytes: 0 });
  });
  afterAll(async () => {
    await database.close();
    await store.close();
    await file.drop();
  });

  test('gives the same rows through another process', async () => {
    const scanning = store.forOperation(new Cancellation());
    const where = { kind: 'test', field: 'meanX', op: 'gt', value: 0 } as const;
    const orderBy = [{ field: 'entries', descending: true }];
    const expected = await store.lists.page('lumisectionHistogram', { first: 10, where, orderBy });
    const page = await scanning.lists.page('lumisectionHistogram', { first: 10, where, orderBy });
    expect(page.rows).toEqual(expected.rows);
    expect(page.rows.length).toBe(10);
    expect(await scanning.lists.count('lumisectionHistogram', where)).toBe(
      await store.lists.count('lumisectionHistogram', where),
    );
    const lumisections = { kind: 'test', field: 'pileup', op: 'gt', value: 35 } as const;
    const times = async (one: Store) =>
      (await one.lists.page('lumisection', { first: 20, where: lumisections, orderBy })).rows;
    await expect(times(scanning)).rejects.toThrow('entries');
    const byNumber = (one: Store) =>
      one.lists.page('lumisection', {
        first: 20,
        where: lumisections,
        orderBy: [{ field: 'number', descending: false }],
      });
    expect((await byNumber(scanning)).rows).toEqual((await byNumber(store)).rows);
    expect((await byNumber(scanning)).rows[0]?.startedAt).toBeInstanceOf(Date);
    expect(readers()).toBeGreaterThan(0);
  });

  test('is read in this process within a run, and where tables are small', async () => {
    const statements = [
      'SELECT count(*) FROM lumisection_histogram t WHERE t.run_number = $1',
      'SELECT count(*) FROM run t',
    ];
    const before = readers();
    const own = database.reading(new Cancellation());
    for (const sql of statements) await own.arrays(sql, sql.includes('$1') ? [315257] : []);
    expect(readers()).toBe(before);
  });

  test('serves others during a scan, and ends it when its operation is cancelled', async () => {
    const before = readers();
    const cancellations = Array.from({ length: 4 }, () => new Cancellation());
    const scans = cancellations.map((one) => database.reading(one).arrays(ENDLESS));
    const ended = Promise.allSettled(scans);
    expect(await database.reading(new Cancellation()).arrays('SELECT count(*) FROM run t')).toEqual([[4]]);
    expect(readers()).toBe(before + 2);
    const reason = new UnavailableError('The client has left');
    for (const one of cancellations) one.cancel(reason);
    expect(await ended).toEqual(scans.map(() => ({ status: 'rejected', reason })));
    // killed processes are waited for by the next turns of the event loop
    const deadline = Date.now() + 5_000;
    while (readers() > before && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 10));
    expect(readers()).toBe(before);
    const next = database.reading(new Cancellation());
    expect(await next.arrays('SELECT count(*) FROM lumisection_histogram t')).toEqual([[36]]);
  });

  test('is read in another process by a trend through the runs of a monitor element, and not by one of a run', () => {
    const connection = new SqliteConnection(sqlitePath(file.url), () => {}, { readOnly: 'statements' });
    const scans = new SqliteScans(sqlitePath(file.url), connection, 0);
    const trend = (which: string) =>
      `SELECT t.bins FROM run_monitor_element e CROSS JOIN lumisection_histogram t WHERE e.monitor_element_id = $1 AND ${which}
         t.run_number = e.run_number AND t.monitor_element_id = e.monitor_element_id`;
    expect(scans.takes(trend(''))).toBe(true);
    expect(scans.takes(trend('e.run_number = $2 AND e.dataset_id = $3 AND'))).toBe(false);
    connection.close();
  });

  test('tells what is wrong with a statement', async () => {
    const own = database.reading(new Cancellation());
    await expect(own.arrays('SELECT abs(-9223372036854775808) FROM lumisection_histogram t')).rejects.toThrow(
      'overflow',
    );
  });
});
