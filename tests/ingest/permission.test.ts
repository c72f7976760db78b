import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { csv, csvRow } from '../support/csv-files.ts';
import { execute } from '../support/database-dump.ts';
import { createPostgres } from '../support/databases.ts';
import { ingestJson, runHere } from '../support/run-cli.ts';

const FLAGS = ['--dataset', '/ZeroBias/Run2018A-12Nov2019_UL2018-v1/DQMIO'];

test('a role that may only read is told so by ingest, and sees by inspect what is in a file', async () => {
  const { url, drop } = await createPostgres({ migrated: true });
  const role = `reader_${randomBytes(6).toString('hex')}`;
  await execute(url, `CREATE ROLE ${role} LOGIN PASSWORD 'x'; GRANT SELECT ON ALL TABLES IN SCHEMA public TO ${role}`);
  const folder = mkdtempSync(join(tmpdir(), 'lumigraph-reader-'));
  const path = join(folder, 'good.csv');
  writeFileSync(path, csv(csvRow()));
  const asReader = Object.assign(new URL(url), { username: role, password: 'x' }).href;

  const { status, files } = await ingestJson([path, ...FLAGS], { url: asReader }, runHere);
  expect(status).toBe(1);
  expect(files[0]?.error).toMatchObject({
    code: 'DATABASE_PERMISSION',
    message: expect.stringContaining('DATABASE_URL'),
  });
  expect(files[0]?.error?.stack).toBeUndefined();

  const inspected = await runHere(['inspect', path, ...FLAGS], { url: asReader });
  expect(inspected.stdout).toContain('what ingesting would do was not tried: the role of DATABASE_URL may not');
  expect(inspected.status).toBe(0);

  rmSync(folder, { recursive: true, force: true });
  await execute(url, `DROP OWNED BY ${role}; DROP ROLE ${role}`);
  await drop();
});
