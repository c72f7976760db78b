import { copyFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';

const root = resolve(import.meta.dirname, '../..');
/** As deep below the root as the sources that look for files beside them (migrations). */
const folder = join(root, 'node_modules/.lumigraph-tests');

/** Programs that tests start by the hundred, made JavaScript once: most of the life of a short process is loading it. */
export const bundledPrograms = {
  cli: join(folder, 'cli.js'),
  killedIngest: join(folder, 'killed-ingest.js'),
  jobWorker: join(folder, 'worker-process.js'),
  server: join(folder, 'server.js'),
};

export async function bundlePrograms(): Promise<void> {
  await build({
    entryPoints: [
      'tests/ingest/killed-ingest.ts',
      'ingest/cli.ts',
      'ingest/parse-process/child.ts',
      'src/jobs/worker-process.ts',
      'src/server.ts',
    ],
    absWorkingDir: root,
    outdir: folder,
    entryNames: '[name]',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    packages: 'external',
    logLevel: 'error',
  });
  copyFileSync(join(root, 'ingest/parse-process/relay.mjs'), join(folder, 'relay.mjs'));
}
