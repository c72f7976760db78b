#!/usr/bin/env node
/**
 * Starts a program of lumigraph: `node bin/lumigraph.mjs server`, or a command of the command line, such as
 * `node bin/lumigraph.mjs ingest FILE`. package.json says with which flags of Node.js.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { compiledPrograms, ROOT } from './programs.mjs';

const [node = '', , name = '--help', ...args] = process.argv;
const [program, given] = name === 'server' ? ['src/server', args] : ['ingest/cli', [name, ...args]];

function compile() {
  // in a process of its own: what a compiler holds in memory does not stay with the server
  const { stderr } = spawnSync(node, [join(ROOT, 'bin/build.mjs')], { encoding: 'utf8' });
  const folder = compiledPrograms();
  if (folder === null)
    process.stderr.write(
      `Started from the sources, which takes longer: they could not be compiled (${stderr.trim()})\n`,
    );
  return folder;
}

const folder = compiledPrograms() ?? compile();
if (folder === null) (await import('tsx/esm/api')).register();
const entry = join(folder ?? ROOT, folder ? `${program.split('/').at(-1)}.js` : `${program}.ts`);
process.argv = [node, entry, ...given];
await import(pathToFileURL(entry).href);
