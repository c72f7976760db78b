import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
const cli = createRequire(import.meta.url).resolve('prisma/build/index.js');
const run = promisify(execFile);

/** `prisma ARGS` in `folder`; the exit status is returned, not thrown. */
async function prisma(folder: string, url: string, ...args: string[]) {
  const env = { ...process.env, DATABASE_URL: url, NO_COLOR: '1' };
  return run(process.execPath, [cli, ...args], { cwd: folder, env }).then(
    ({ stdout, stderr }) => ({ status: 0, output: stdout + stderr }),
    (error) => ({ status: Number(error.code), output: `${error.stdout}${error.stderr}` }),
  );
}

/** A copy of what Prisma needs, so that a test may change the model. */
function copyOfTheModel() {
  const folder = mkdtempSync(join(tmpdir(), 'lumigraph-prisma-'));
  cpSync(join(root, 'prisma'), join(folder, 'prisma'), { recursive: true });
  for (const file of ['prisma.config.ts', 'package.json']) cpSync(join(root, file), join(folder, file));
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  return folder;
}

async function freshPostgres() {
  const name = `migrations_${Math.random().toString(36).slice(2)}`;
  const client = new pg.Client({ connectionString: inject('postgresUrl') });
  await client.connect();
  await client.query(`CREATE DATABASE ${name}`);
  await client.end();
  const url = new URL(inject('postgresUrl'));
  url.pathname = `/${name}`;
  return url.href;
}

describe.each(['sqlite', 'postgresql'] as const)('the %s migrations', (provider) => {
  const schema = provider === 'sqlite' ? 'prisma/schema.prisma' : 'prisma/.derived/postgresql/schema.prisma';
  let folder = '';
  let url = '';
  beforeAll(async () => {
    folder = copyOfTheModel();
    url = provider === 'sqlite' ? `file:${join(folder, 'test.db')}` : await freshPostgres();
    // the twin and the engine shim are called through these
    await run(process.execPath, ['prisma/derive-schema.mjs'], { cwd: folder });
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('are in step with the model', async () => {
    const args = ['--from-migrations', `prisma/migrations/${provider}`, '--to-schema', schema, '--exit-code'];
    const { status, output } = await prisma(folder, url, 'migrate', 'diff', ...args);
    expect(output).toContain('No difference detected');
    expect(status).toBe(0);
  });

  test('can be continued: a changed model makes a migration that holds the change', async () => {
    const model = readFileSync(join(folder, 'prisma/schema.prisma'), 'utf8');
    writeFileSync(
      join(folder, 'prisma/schema.prisma'),
      model.replace('model Dataset {', 'model Dataset {\n  remark String? @map("remark_for_test")'),
    );
    await run(process.execPath, ['prisma/derive-schema.mjs'], { cwd: folder });
    const deployed = await prisma(folder, url, 'migrate', 'deploy');
    expect(deployed.output).toContain('successfully applied');
    const args = ['--from-config-datasource', '--to-schema', schema, '--script'];
    const { status, output } = await prisma(folder, url, 'migrate', 'diff', ...args);
    expect(status).toBe(0);
    expect(output).toContain('remark_for_test');
  });
});
