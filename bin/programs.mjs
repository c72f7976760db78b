/** Where the compiled programs are. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { made, ROOT } from './made.mjs';

export { ROOT };

export const ENTRIES = [
  'src/server.ts',
  'src/jobs/worker-process.ts',
  'src/workers/tasks.ts',
  'ingest/cli.ts',
  'ingest/parse-process/child.ts',
];

export const PROGRAMS = {
  name: 'programs',
  // package-lock.json: the versions of what is compiled with them
  sources: ['bin', 'src', 'loaders', 'ingest', 'package-lock.json'],
};

/** @type {string | null | undefined} */
let folder;

/**
 * The folder with all compiled programs at its top: the one that this very module was compiled to, or that of the sources
 * as they are now, which are compiled first where they are not. Null, and a line to people, where that cannot be done.
 */
export function compiledPrograms() {
  if (folder === undefined) folder = import.meta.filename.endsWith('.mjs') ? compiled() : import.meta.dirname;
  return folder;
}

function compiled() {
  const found = made(PROGRAMS);
  if (found !== null) return found;
  // in a process of its own: what a compiler holds in memory does not stay
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(ROOT, 'bin/build.mjs')], { encoding: 'utf8' });
  // not looked for again: somebody may be editing
  if (status === 0) return stdout;
  process.stderr.write(`Started from the sources, which takes longer: they could not be compiled (${stderr.trim()})\n`);
  return null;
}
