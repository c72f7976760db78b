import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { startPostgres } from '../../tests/support/embedded-postgres.ts';
import { commandOf, descendants, familySeconds } from './machine.ts';

export type DatabaseKind = 'sqlite' | 'postgresql';

/** Makes empty databases of one kind, on disk and as durable as in production. */
export interface DatabaseServer {
  readonly kind: DatabaseKind;
  readonly settings: string;
  create(): Promise<string>;
  drop(url: string): Promise<void>;
  /** Seconds of processor time that the server has taken so far; 0 where there is none. */
  processorSeconds(): number;
  /** Keeps the server, and what it starts from now on, to these cores (`taskset -c`). */
  keepTo(cores: string): void;
  stop(): Promise<void>;
}

export async function startDatabases(kind: DatabaseKind): Promise<DatabaseServer> {
  return kind === 'sqlite' ? sqlite() : postgres();
}

/** Works on databases of each kind in turn, or of `only` one. */
export async function onDatabases(
  only: string | undefined,
  work: (databases: DatabaseServer) => Promise<void>,
): Promise<void> {
  for (const kind of ['sqlite', 'postgresql'] as const) {
    if (only !== undefined && only !== kind) continue;
    const databases = await startDatabases(kind);
    try {
      await work(databases);
    } finally {
      await databases.stop();
    }
  }
}

function sqlite(): DatabaseServer {
  const folder = mkdtempSync(join(tmpdir(), 'lumigraph-bench-sqlite-'));
  let count = 0;
  return {
    kind: 'sqlite',
    settings: 'WAL, synchronous = FULL',
    create: async () => `file:${join(folder, `${++count}.db`)}`,
    drop: async (url) => {
      for (const suffix of ['', '-wal', '-shm']) rmSync(url.slice('file:'.length) + suffix, { force: true });
    },
    processorSeconds: () => 0,
    keepTo: () => {},
    stop: async () => rmSync(folder, { recursive: true, force: true }),
  };
}

async function postgres(): Promise<DatabaseServer> {
  const before = new Set(descendants(process.pid));
  const server = await startPostgres({ durable: true });
  const started = descendants(process.pid).filter((pid) => !before.has(pid));
  const postmaster = started.find((pid) => commandOf(pid) === 'postgres');
  const administer = async <Row extends object>(sql: string): Promise<Row[]> => {
    const client = new pg.Client({ connectionString: server.url });
    await client.connect();
    try {
      return (await client.query<Row>(sql)).rows;
    } finally {
      await client.end();
    }
  };
  const names = "'server_version', 'fsync', 'synchronous_commit', 'full_page_writes', 'shared_buffers', 'max_wal_size'";
  const settings = await administer<{ text: string }>(
    `SELECT string_agg(name || ' = ' || current_setting(name), ', ') AS text FROM pg_settings WHERE name IN (${names})`,
  );
  let count = 0;
  return {
    kind: 'postgresql',
    settings: settings[0]?.text ?? '',
    create: async () => {
      const url = new URL(server.url);
      url.pathname = `/bench_${++count}`;
      await administer(`CREATE DATABASE bench_${count}`);
      return url.href;
    },
    drop: async (url) => {
      await administer(`DROP DATABASE ${new URL(url).pathname.slice(1)} WITH (FORCE)`);
    },
    processorSeconds: () => (postmaster === undefined ? 0 : familySeconds(postmaster)),
    keepTo: (cores) => {
      if (postmaster === undefined) return;
      for (const pid of [postmaster, ...descendants(postmaster)]) execFileSync('taskset', ['-acp', cores, String(pid)]);
    },
    stop: () => server.stop(),
  };
}

/** What autovacuum would do within minutes: statistics, visibility; and what was written goes to disk. */
export async function settle(url: string): Promise<void> {
  if (url.startsWith('file:')) return;
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query('VACUUM ANALYZE');
  await client.query('CHECKPOINT');
  await client.end();
}
