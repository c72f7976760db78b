import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { databases } from '../support/databases.ts';

const root = resolve(import.meta.dirname, '../..');
const cli = createRequire(import.meta.url).resolve('prisma/build/index.js');
const run = promisify(execFile);
const changed = copyOfTheModel();
// the twin of PostgreSQL is derived from the model
beforeAll(() => run(process.execPath, ['prisma/derive-schema.mjs'], { cwd: changed }));
afterAll(() => rmSync(changed, { recursive: true, force: true }));

/** A copy of what Prisma needs, with a column more. */
function copyOfTheModel() {
  const folder = mkdtempSync(join(tmpdir(), 'lumigraph-prisma-'));
  cpSync(join(root, 'prisma'), join(folder, 'prisma'), { recursive: true });
  for (const file of ['prisma.config.ts', 'package.json']) cpSync(join(root, file), join(folder, file));
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  const path = join(folder, 'prisma/schema.prisma');
  const model = readFileSync(path, 'utf8');
  writeFileSync(path, model.replace('model Dataset {', 'model Dataset {\n  remark String? @map("remark_for_test")'));
  return folder;
}

describe.each(databases)('the migrations of $name', ({ name, create }) => {
  const schema = name === 'sqlite' ? 'prisma/schema.prisma' : 'prisma/.derived/postgresql/schema.prisma';

  test('lack of a changed model the change, and nothing else', async () => {
    const { url, drop } = await create({ migrated: true });
    const env = { ...process.env, DATABASE_URL: url, NO_COLOR: '1' };
    const args = ['migrate', 'diff', '--from-config-datasource', '--to-schema', schema, '--script'];
    const { stdout } = await run(process.execPath, [cli, ...args], { cwd: changed, env });
    const statements = stdout
      .replaceAll(/^--.*$/gm, '')
      .replaceAll(/\s+/g, ' ')
      .trim();
    expect(statements).toBe('ALTER TABLE "dataset" ADD COLUMN "remark_for_test" TEXT;');
    await drop();
  });
});
