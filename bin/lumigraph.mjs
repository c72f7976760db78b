#!/usr/bin/env node
/**
 * Starts a program of lumigraph: `node bin/lumigraph.mjs server`, or a command of the command line, such as
 * `node bin/lumigraph.mjs ingest FILE`. package.json says with which flags of Node.js.
 */
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { compiledPrograms, ROOT } from './programs.mjs';

const [node = '', , name = '--help', ...args] = process.argv;
const [program, given] = name === 'server' ? ['src/server', args] : ['ingest/cli', [name, ...args]];

const folder = compiledPrograms();
if (folder === null) (await import('tsx/esm/api')).register();
const entry = folder === null ? join(ROOT, `${program}.ts`) : join(folder, `${basename(program)}.js`);
process.argv = [node, entry, ...given];
await import(pathToFileURL(entry).href);
