// Derives the PostgreSQL twin of the model and generates both Prisma clients and Pothos' types into src/generated/.
import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import './derive-schema.mjs';

const prisma = createRequire(import.meta.url).resolve('prisma/build/index.js');
const root = fileURLToPath(new URL('..', import.meta.url));
for (const provider of ['sqlite', 'postgresql']) {
  try {
    execFileSync(process.execPath, [prisma, 'generate'], {
      cwd: root,
      stdio: 'pipe',
      env: {
        ...process.env,
        PRISMA_PROVIDER: provider,
        DATABASE_URL: provider === 'sqlite' ? 'file:./unused.db' : 'postgresql://unused',
      },
    });
  } catch (error) {
    process.stderr.write(`${error.stdout ?? ''}${error.stderr ?? ''}`);
    throw error;
  }
}
