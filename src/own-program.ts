import { createRequire } from 'node:module';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { compiledPrograms, ROOT } from '../bin/programs.mjs';

/** A file of this project by its path in it: modules do not find it beside themselves, as they may be compiled. */
export function ownFile(path: string): string {
  return join(ROOT, path);
}

/** A program of this project that runs as a process or thread of its own, by the path of its source without `.ts`. */
export function ownProgram(path: string): string {
  const folder = compiledPrograms();
  return folder === null ? ownFile(`${path}.ts`) : join(folder, `${basename(path)}.js`);
}

/** Options of Node.js without which a program cannot be read. */
export function execArgvOf(program: string): string[] {
  if (!program.endsWith('.ts')) return [];
  return ['--import', pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href];
}
