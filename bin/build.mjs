/** Compiles the programs where they are not yet, and prints their folder: `npm ci` does, and each start after a change. */
import { compile } from './compile.mjs';
import { make } from './made.mjs';
import { ENTRIES, PROGRAMS } from './programs.mjs';

try {
  process.stdout.write(await make(PROGRAMS, (folder) => compile(ENTRIES, folder)));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 1;
}
