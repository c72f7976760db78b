import { copyFileSync, readdirSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '../..');
/** As deep below the root as the sources that look for files beside them (migrations). */
const folder = join(root, 'node_modules/.lumigraph-tests');
const faulty = 'tests/ingest/faulty-parsers';

/** Programs that tests start by the hundred, made JavaScript once: most of the life of a short process is loading it. */
export const bundledPrograms = {
  cli: join(folder, 'cli.js'),
  killedIngest: join(folder, 'killed-ingest.js'),
  jobWorker: join(folder, 'worker-process.js'),
  parser: join(folder, 'child.js'),
  server: join(folder, 'server.js'),
  tasks: join(folder, 'tasks.js'),
};

/** Parse processes that go wrong in the way they are named after. */
export const faultyParser = (name: string) => join(folder, `${name}.js`);

export async function bundlePrograms(): Promise<void> {
  const { build } = await import('esbuild');
  await build({
    entryPoints: [
      'tests/ingest/killed-ingest.ts',
      'ingest/cli.ts',
      'ingest/parse-process/child.ts',
      'src/jobs/worker-process.ts',
      'src/server.ts',
      'src/workers/tasks.ts',
      ...readdirSync(join(root, faulty)).map((name) => join(faulty, name)),
    ],
    absWorkingDir: root,
    outdir: folder,
    entryNames: '[name]',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    minify: true,
    keepNames: true,
    // native code, and what reads files beside itself
    external: ['@photostructure/sqlite', '@prisma/client', 'tsx', 'esbuild'],
    // for packages that are CommonJS
    banner: {
      js: "import { createRequire as requirer } from 'node:module'; const require = requirer(import.meta.url);",
    },
    logLevel: 'error',
  });
  for (const thread of ['ingest/parse-process/relay.mjs', 'ingest/source/hash-thread.mjs', 'src/workers/thread.mjs']) {
    copyFileSync(join(root, thread), join(folder, basename(thread)));
  }
}
