/** Compiles the programs where they are not yet: `npm ci` does, and each start after a change of the sources. */
import { compile } from './compile.mjs';
import { make } from './made.mjs';
import { ENTRIES, PROGRAMS } from './programs.mjs';

try {
  await make(PROGRAMS, (folder) => compile(ENTRIES, folder));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 1;
}
