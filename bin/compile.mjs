import { build } from 'esbuild';
import { ROOT } from './made.mjs';

/**
 * Makes JavaScript of programs, with the packages they need: most of the life of a short process was loading those.
 * @param {readonly string[]} entries paths from the folder of the project
 * @param {string} folder
 */
export async function compile(entries, folder) {
  await build({
    entryPoints: [...entries],
    absWorkingDir: ROOT,
    outdir: folder,
    // flat: a program finds the others beside itself, see programs.mjs
    entryNames: '[name]',
    chunkNames: '[name]-[hash]',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    // without keepNames: names change only where two meet in one file, and to name each function as it is made took small
    // answers a quarter of their time
    sourcemap: 'linked',
    sourcesContent: false,
    // native code, and what reads files beside itself
    external: ['@photostructure/sqlite', '@prisma/client', 'tsx'],
    // for packages that are CommonJS
    banner: {
      js: "import { createRequire as requirer } from 'node:module'; const require = requirer(import.meta.url);",
    },
    logLevel: 'silent',
  });
}
