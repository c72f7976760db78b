// Derives the PostgreSQL twin of the model and generates both Prisma clients and Pothos' types into src/generated/.
import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import './derive-schema.mjs';

const prisma = createRequire(import.meta.url).resolve('prisma/build/index.js');
const root = fileURLToPath(new URL('..', import.meta.url));
// Prisma starts generators through a shell, by name
const PATH = [join(root, 'node_modules', '.bin'), process.env.PATH].join(delimiter);

for (const [provider, url] of [
  ['sqlite', 'file:./unused.db'],
  ['postgresql', 'postgresql://unused'],
]) {
  try {
    const env = { ...process.env, PATH, PRISMA_PROVIDER: provider, DATABASE_URL: url };
    execFileSync(process.execPath, [prisma, 'generate'], { cwd: root, stdio: 'pipe', env });
  } catch (error) {
    process.stderr.write(`${error.stdout ?? ''}${error.stderr ?? ''}`);
    process.exit(1);
  }
}
