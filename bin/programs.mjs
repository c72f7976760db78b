/** Where the compiled programs are: what has to be known to start one, without what compiles them. */
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
let folder = import.meta.filename.endsWith('.mjs') ? undefined : import.meta.dirname;

/** The folder of the compiled programs, all of them at its top; null where the sources are not compiled as they are now. */
export function compiledPrograms() {
  folder ??= made(PROGRAMS);
  return folder;
}
