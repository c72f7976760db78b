import { chmodSync, cpSync, existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openExistingStore, openStore } from '../../src/store/open-store.ts';
import { sqlitePath } from '../../src/store/sqlite-path.ts';
import { createSqlite, createTestStore, databases } from '../support/databases.ts';

const wish = { name: 'ci', scopes: ['read'], expiresAt: new Date(Date.now() + 60_000) } as const;

describe.each(databases)('a store on $name that only reads', (database) => {
  test('reads what others write, and writes nothing itself', async () => {
    const { store: writer, url, drop } = await createTestStore(database);
    const reader = await openStore(url, { readOnly: true, prisma: true });
    const { token } = await writer.tokens.create(wish, 'me');
    expect(await reader.tokens.list()).toEqual([token]);
    expect(await reader.lists.count('run')).toBe(0);
    expect(await reader.prisma.run.findMany()).toEqual([]);
    await expect(reader.tokens.create(wish, 'me')).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(reader.ledger.deleteRun(1, { dryRun: true, isDead: () => false })).rejects.toMatchObject({
      code: 'FORBIDDEN',
    });
    await reader.close();
    await drop();
  });

  test('is refused by the database where it would write all the same', async () => {
    const { url, drop } = await createTestStore(database);
    const reader = await openStore(url, { readOnly: true, prisma: database.name === 'postgresql' });
    if (database.name === 'postgresql') {
      await expect(reader.prisma.dataset.create({ data: { name: '/A/B/C' } })).rejects.toThrow(/read-only transaction/);
    }
    await reader.close();
    await drop();
  });

  test('migrates nothing', async () => {
    const { url, drop } = await database.create();
    expect(await openExistingStore(url, { readOnly: true })).toBeNull();
    if (url.startsWith('file:')) expect(existsSync(sqlitePath(url))).toBe(false);
    await drop();
  });
});

test('a SQLite file that may not be written is read', async () => {
  const { url, drop } = await createSqlite({ migrated: true });
  const store = await openStore(url);
  await store.tokens.create(wish, 'me');
  await store.close();
  const folder = mkdtempSync(join(tmpdir(), 'lumigraph-read-only-'));
  const copy = join(folder, 'copy.db');
  cpSync(sqlitePath(url), copy);
  chmodSync(copy, 0o444);
  const before = statSync(copy).mtimeMs;
  const reader = await openStore(`file:${copy}`, { readOnly: true });
  expect(await reader.tokens.list()).toMatchObject([{ name: 'ci' }]);
  await reader.close();
  expect(statSync(copy).mtimeMs).toBe(before);
  rmSync(folder, { recursive: true });
  await drop();
});
