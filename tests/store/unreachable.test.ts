import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { ConfigurationError, UnavailableError } from '../../src/domain/errors.ts';
import { openExistingStore, openStore } from '../../src/store/open-store.ts';
import { patiently } from '../../src/store/patience.ts';
import { postgresMigrationTarget } from '../../src/store/postgres-migrations.ts';
import { execute } from '../support/database-dump.ts';
import { createPostgres } from '../support/databases.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/** A port whose connections are cut off at once. */
async function cutOff(): Promise<number> {
  const server = createServer((socket) => socket.destroy());
  servers.push(server);
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  return (server.address() as { port: number }).port;
}

describe('a PostgreSQL server that is not there', () => {
  test.each([
    ['refuses', async () => 1],
    ['cuts connections off', cutOff],
  ])('and %s is told as such, without the password', async (_, portOf) => {
    const port = await portOf();
    const url = `postgresql://somebody:secret@127.0.0.1:${port}/db`;
    for (const open of [openStore, openExistingStore]) {
      const error = await open(url).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(UnavailableError);
      expect(String(error)).toContain(`the database at 127.0.0.1:${port} (DATABASE_URL) cannot be reached: `);
      expect(String(error)).not.toContain('secret');
    }
  });

  test('and goes away between two statements of a migration, fails the next one and not the process', async () => {
    const { url, drop } = await createPostgres({ migrated: true });
    const target = await postgresMigrationTarget(url);
    expect(await target.applied()).not.toEqual([]);
    await execute(
      url,
      'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
    );
    await expect(target.applied()).rejects.toThrow(/terminat|not queryable/);
    await expect(target.apply('SELECT 1', { id: 'x', checksum: 'x', name: 'x' })).rejects.toThrow(/not queryable/);
    await target.close();
    await drop();
  });
});

describe('a DATABASE_URL that is wrong is a mistake of settings, which no waiting mends:', () => {
  test('a folder, a file that is none', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'lumigraph-wrong-'));
    writeFileSync(join(folder, 'text'), 'this is no database, however long one looks at it');
    for (const path of [folder, join(folder, 'text')]) {
      const error = await openStore(`file:${path}`).catch((thrown: unknown) => thrown);
      expect(error, path).toBeInstanceOf(ConfigurationError);
      expect(String(error)).toContain(`DATABASE_URL: ${path} is no SQLite database`);
    }
    rmSync(folder, { recursive: true });
  });

  test('a database or a user that PostgreSQL does not know', async () => {
    const { url, drop } = await createPostgres();
    const [nowhere, nobody] = [new URL(url), new URL(url)];
    nowhere.pathname = '/nowhere';
    nobody.username = 'nobody';
    nobody.password = 'secret';
    for (const { href } of [nowhere, nobody]) {
      const error = await openStore(href).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(ConfigurationError);
      expect(String(error)).toMatch(/DATABASE_URL: the server at [\w.]+:\d+ says: .*(nowhere|nobody)/);
      expect(String(error)).not.toContain('secret');
    }
    await drop();
  });
});

describe('patience', () => {
  const gone = new UnavailableError('gone');
  const failing = (times: number, error: Error) => {
    let calls = 0;
    return async () => {
      if (calls++ < times) throw error;
      return calls;
    };
  };

  test('tries again, says so, and has an end', async () => {
    const waits: number[] = [];
    const onRetry = (_: UnavailableError, waitMs: number) => waits.push(waitMs);
    expect(await patiently(failing(2, gone), { onRetry }, [1, 2])).toBe(3);
    expect(waits).toEqual([1, 2]);
    await expect(patiently(failing(3, gone), {}, [1, 2])).rejects.toBe(gone);
  });

  test('is for what passes alone', async () => {
    await expect(patiently(failing(1, new Error('no such role')), {}, [1])).rejects.toThrow('no such role');
  });

  test('ends with a signal', async () => {
    const stop = new AbortController();
    const onRetry = () => stop.abort();
    await expect(patiently(failing(1, gone), { onRetry, signal: stop.signal }, [600_000])).rejects.toBe(gone);
  });
});
