import { statSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { SqliteCheckpoints } from '../../src/store/sqlite-checkpoints.ts';
import { SqliteConnection } from '../../src/store/sqlite-connection.ts';
import { sqlitePath } from '../../src/store/sqlite-path.ts';
import { createSqlite } from '../support/databases.ts';

const SIZES = { worth: 400_000, long: 2_000_000 };

describe('the log of SQLite', () => {
  let path: string;
  let writer: SqliteConnection;
  let checkpoints: SqliteCheckpoints;
  let drop: () => Promise<void>;
  beforeEach(async () => {
    const created = await createSqlite();
    drop = created.drop;
    path = sqlitePath(created.url);
    writer = connect();
    writer.send('CREATE TABLE t (bytes BLOB)');
    checkpoints = new SqliteCheckpoints(path, SIZES);
  });
  afterEach(async () => {
    await checkpoints.close();
    writer.close();
    await drop();
  });

  const connect = () => new SqliteConnection(path, () => {}, { readOnly: false });

  /** A transaction of 1 MB, as a bulk load has one after the other. */
  async function writeMegabyte(): Promise<void> {
    await checkpoints.makeRoom();
    writer.send('BEGIN IMMEDIATE');
    writer.send('INSERT INTO t VALUES (randomblob(1000000))');
    writer.send('COMMIT');
    checkpoints.committed(writer);
  }

  async function pages() {
    const [[, pages, moved] = []] = await writer.arrays<number[]>('PRAGMA wal_checkpoint(NOOP)');
    return { pages, moved };
  }

  test('is moved into the database after a commit, by nobody who has to wait for it', async () => {
    const before = statSync(path).size;
    await writeMegabyte();
    expect(statSync(path).size).toBe(before);
    await vi.waitFor(async () => {
      const { pages: all, moved } = await pages();
      expect(moved).toBe(all);
    });
    expect(statSync(path).size).toBeGreaterThan(before + 1_000_000);
  });

  test('begins anew where it has become long, however fast one transaction follows the other', async () => {
    for (let i = 0; i < 30; i++) await writeMegabyte();
    expect(statSync(`${path}-wal`).size).toBeLessThan(5_000_000);
    expect(await writer.arrays('SELECT count(*) FROM t')).toEqual([[30]]);
  });

  test('grows while a reader holds on to it, and writing goes on', async () => {
    const reader = connect();
    reader.send('BEGIN');
    expect(await reader.arrays('SELECT count(*) FROM t')).toEqual([[0]]);
    for (let i = 0; i < 10; i++) await writeMegabyte();
    expect(statSync(`${path}-wal`).size).toBeGreaterThan(8_000_000);
    expect(await reader.arrays('SELECT count(*) FROM t')).toEqual([[0]]);
    reader.send('COMMIT');
    for (let i = 0; i < 10; i++) await writeMegabyte();
    expect((await pages()).pages).toBeLessThan(750);
    reader.close();
  });

  test('stays where it is while the thread cannot move it, and writing goes on', async () => {
    await checkpoints.close();
    checkpoints = new SqliteCheckpoints(`${path}/no/folder`, SIZES);
    for (let i = 0; i < 5; i++) await writeMegabyte();
    expect((await pages()).moved).toBe(0);
    expect(await writer.arrays('SELECT count(*) FROM t')).toEqual([[5]]);
  });
});
