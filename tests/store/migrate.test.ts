import { execFile, spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { migrate } from '../../src/store/migrate.ts';
import { splitStatements } from '../../src/store/split-statements.ts';
import { compiledMigrate } from '../support/compiled-programs.ts';
import { databases, type TestDatabase } from '../support/databases.ts';
import { openDatabase } from './writing/write.ts';

const root = resolve(import.meta.dirname, '../..');
const NEXT = '20991231000000_next';

describe.each(databases)('migrating $name', ({ name, create }) => {
  const ALL = readdirSync(join(root, 'prisma/migrations', name))
    .filter((entry) => /^\d/.test(entry))
    .sort();
  let database: TestDatabase;
  /** A copy of the migrations to which a test may add. */
  let folder: string;
  beforeEach(async () => {
    database = await create();
    folder = mkdtempSync(join(tmpdir(), 'lumigraph-migrations-'));
    cpSync(join(root, 'prisma/migrations'), folder, { recursive: true });
  });
  afterEach(async () => {
    await database.drop();
    rmSync(folder, { recursive: true, force: true });
  });

  const add = (migration: string, sql: string) => {
    mkdirSync(join(folder, name, migration), { recursive: true });
    writeFileSync(join(folder, name, migration, 'migration.sql'), sql);
  };
  async function ask(sql: string) {
    const look = await openDatabase(database.url);
    return look.arrays(sql).finally(() => look.close());
  }

  test('creates what is missing, then has nothing to do', async () => {
    expect(ALL.length).toBeGreaterThan(0);
    expect(await migrate(database.url)).toEqual(ALL);
    expect(await migrate(database.url)).toEqual([]);
    expect(await ask('SELECT count(*) FROM lumisection_histogram')).toEqual([[0]]);
  });

  test('leaves a database that the official tool finds up to date', async () => {
    await migrate(database.url);
    const cli = createRequire(import.meta.url).resolve('prisma/build/index.js');
    const env = { ...process.env, DATABASE_URL: database.url, NO_COLOR: '1' };
    const { stdout } = await promisify(execFile)(process.execPath, [cli, 'migrate', 'status'], { cwd: root, env });
    expect(stdout).toContain('Database schema is up to date');
  });

  test('is done once when many start at once', async () => {
    const applied = await Promise.all(Array.from({ length: 6 }, () => migrate(database.url)));
    expect(applied.flat()).toEqual(ALL);
    expect(await ask('SELECT count(*) FROM _prisma_migrations')).toEqual([[ALL.length]]);
  });

  test('is done once when processes start at once', async () => {
    const runs = await Promise.all([1, 2, 3].map(() => inProcess(database.url)));
    expect(runs.flat()).toEqual(ALL);
    expect(await migrate(database.url)).toEqual([]);
  });

  test('applies what is new to a database with data', async () => {
    await migrate(database.url, folder);
    add(NEXT, 'ALTER TABLE "run" ADD COLUMN "remark" TEXT;\nCREATE TABLE "extra" ("x" INTEGER);');
    expect(await migrate(database.url, folder)).toEqual([NEXT]);
    expect(await ask('SELECT remark FROM run')).toEqual([]);
    expect(await ask('SELECT count(*) FROM extra')).toEqual([[0]]);
  });

  test('a migration that fails leaves nothing, and can be mended', async () => {
    await migrate(database.url, folder);
    add(NEXT, 'CREATE TABLE "extra" ("x" INTEGER);\nINSERT INTO "nowhere" VALUES (1);');
    await expect(migrate(database.url, folder)).rejects.toThrow('nowhere');
    add(NEXT, 'CREATE TABLE "extra" ("x" INTEGER);');
    expect(await migrate(database.url, folder)).toEqual([NEXT]);
  });

  test('killed in the middle, it can be done again', async () => {
    await migrate(database.url, folder);
    const slow =
      name === 'sqlite'
        ? 'WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < 1e12) INSERT INTO extra SELECT count(*) FROM c;'
        : 'SELECT pg_sleep(600);';
    add(NEXT, `CREATE TABLE extra (x INTEGER);\n${slow}`);
    const child = spawnMigration(database.url, folder);
    await child.begun;
    await new Promise((after) => setTimeout(after, 300));
    child.kill();
    await child.ended;
    if (name === 'postgresql') {
      // the server notices a lost client when it next talks to it: end its session as an administrator would
      await ask(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(600)%'
        AND pid <> pg_backend_pid() AND datname = current_database()`);
    }
    add(NEXT, 'CREATE TABLE extra (x INTEGER);');
    expect(await migrate(database.url, folder)).toEqual([NEXT]);
  });

  test('refuses a database that is newer than the program', async () => {
    add(NEXT, 'CREATE TABLE "extra" ("x" INTEGER);');
    await migrate(database.url, folder);
    await expect(migrate(database.url)).rejects.toThrow(NEXT);
    await expect(migrate(database.url)).rejects.toMatchObject({ code: 'CONFIGURATION' });
  });

  test('refuses what another tool left half done', async () => {
    await migrate(database.url);
    const look = await openDatabase(database.url);
    await look.write((transaction) => transaction.all('UPDATE _prisma_migrations SET finished_at = NULL'));
    await look.close();
    await expect(migrate(database.url)).rejects.toThrow('migrate resolve');
  });
});

test('creates the folder of an SQLite file', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'lumigraph-folder-'));
  const path = join(folder, 'a/b/new.db');
  await migrate(`file:${path}`);
  expect(existsSync(path)).toBe(true);
  rmSync(folder, { recursive: true });
});

test('a rebuilt SQLite table keeps the rows that refer to it, and a broken reference is refused', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'lumigraph-rebuild-'));
  const add = (name: string, sql: string) => {
    mkdirSync(join(folder, 'migrations/sqlite', name), { recursive: true });
    writeFileSync(join(folder, 'migrations/sqlite', name, 'migration.sql'), sql);
  };
  const url = `file:${join(folder, 'x.db')}`;
  const run = () => migrate(url, join(folder, 'migrations'));
  add(
    '1',
    `CREATE TABLE a (id INTEGER PRIMARY KEY); CREATE TABLE b (a INTEGER REFERENCES a (id) ON DELETE CASCADE);
     INSERT INTO a VALUES (1); INSERT INTO b VALUES (1);`,
  );
  await run();
  add(
    '2',
    'CREATE TABLE new_a (id INTEGER PRIMARY KEY, x TEXT); INSERT INTO new_a SELECT id, NULL FROM a; DROP TABLE a; ALTER TABLE new_a RENAME TO a;',
  );
  await run();
  const look = await openDatabase(url);
  expect(await look.arrays('SELECT a FROM b')).toEqual([[1]]);
  await look.close();
  add('3', 'DELETE FROM a;');
  await expect(run()).rejects.toThrow('breaks foreign keys of b');
  rmSync(folder, { recursive: true });
});

test('statements are split at semicolons that end them', () => {
  const script = `-- a comment; with a semicolon
CREATE TABLE "a;b" (x TEXT DEFAULT 'it''s; fine'); /* ; */ SELECT $$;$$, $tag$;$$;$tag$;
-- the end`;
  expect(splitStatements(script)).toEqual([
    `CREATE TABLE "a;b" (x TEXT DEFAULT 'it''s; fine')`,
    'SELECT $$;$$, $tag$;$$;$tag$',
  ]);
});

/** Runs migrate in a process of its own; `begun` when it has the module loaded and starts. */
function spawnMigration(url: string, folder?: string) {
  const script = `
    const { migrate } = await import(${JSON.stringify(compiledMigrate())});
    console.log('begin');
    console.log(JSON.stringify(await migrate(...${JSON.stringify(folder ? [url, folder] : [url])})));`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { cwd: root });
  let output = '';
  let errors = '';
  const begun = new Promise<void>((done) => {
    child.stdout.on('data', (text) => {
      output += text;
      if (output.includes('begin')) done();
    });
  });
  child.stderr.on('data', (text) => {
    errors += text;
  });
  const ended = new Promise<string>((done) => child.on('close', () => done(output + errors)));
  return { begun, ended, kill: () => child.kill('SIGKILL') };
}

async function inProcess(url: string): Promise<string[]> {
  const output = await spawnMigration(url).ended;
  return JSON.parse(output.replace('begin\n', ''));
}
