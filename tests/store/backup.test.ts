import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { backupDatabase } from '../../src/store/backup.ts';
import { openStore } from '../../src/store/open-store.ts';
import type { Store } from '../../src/store/store.ts';
import { execute } from '../support/database-dump.ts';
import { runCli } from '../support/run-cli.ts';
import { lumisections } from './writing/batches.ts';
import { beginFile, openDatabase, write } from './writing/write.ts';

let folder: string;
let url: string;
let store: Store;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'lumigraph-backup-'));
  url = `file:${join(folder, 'source.db')}`;
  store = await openStore(url);
});
afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

test('a backup holds what was committed, while the database is in use', async () => {
  const file = await beginFile(store.ledger);
  await write(store.ledger, file, lumisections([{ ls: 1 }, { ls: 2 }]));
  const target = join(folder, 'new/folder/copy.db');
  expect(backupDatabase(url, target)).toBeGreaterThan(0);
  await write(store.ledger, file, lumisections([{ ls: 3 }]));
  const copy = await openStore(`file:${target}`);
  expect(await copy.verify()).toEqual([]);
  await copy.close();
  const look = await openDatabase(`file:${target}`);
  expect(await look.arrays('SELECT lumisection_number FROM lumisection_histogram ORDER BY 1')).toEqual([[1], [2]]);
  await look.close();
  expect(readdirSync(join(folder, 'new/folder')).filter((name) => name.endsWith('.tmp'))).toEqual([]);
});

test.skipIf(process.platform === 'win32')('a disk that is full leaves nothing behind', async () => {
  mkdirSync(join(folder, 'full'));
  // more than is held in memory before the copy is begun
  await execute(url, 'CREATE TABLE large AS SELECT randomblob(8000000) AS bytes');
  const { status, stderr } = await runCli(['backup', join(folder, 'full/copy.db')], {
    url,
    shell: 'ulimit -f 4000; "$@"',
  });
  expect(stderr).toMatch(/^backup: .*disk/);
  expect([status, readdirSync(join(folder, 'full'))]).toEqual([1, []]);
});

test('an existing file is not overwritten', () => {
  const target = join(folder, 'there.db');
  writeFileSync(target, 'precious');
  expect(() => backupDatabase(url, target)).toThrow('exists already');
});

test('a database that is not there is not created', () => {
  const missing = join(folder, 'missing.db');
  expect(() => backupDatabase(`file:${missing}`, join(folder, 'copy.db'))).toThrow('no database at');
  expect(existsSync(missing)).toBe(false);
  expect(existsSync(join(folder, 'copy.db'))).toBe(false);
});

test('for PostgreSQL it says which command to use', () => {
  expect(() => backupDatabase('postgresql://u:secret@h/db', join(folder, 'x'))).toThrow('pg_dump');
  expect(() => backupDatabase('postgresql://u:secret@h/db', join(folder, 'x'))).not.toThrow('secret');
});
