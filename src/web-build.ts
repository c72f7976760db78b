import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Log } from './log.ts';

const WEB = join(import.meta.dirname, '../web');

/**
 * Builds the GraphiQL page where it is missing or older than its sources. Needs no network. A failure is told and
 * logged, and the server goes on without the page.
 */
export async function buildPage(log: Log, folder = WEB): Promise<void> {
  const stamp = join(folder, 'dist/.built-from');
  const sources = hashOfSources(folder);
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === sources) return;
  process.stdout.write('Building the GraphiQL page (once)\n');
  try {
    // from the workspace's own dependencies, wherever npm put them
    const vite = join(createRequire(join(folder, 'package.json')).resolve('vite/package.json'), '../bin/vite.js');
    // in a process of its own: what a build holds in memory does not stay with the server
    await promisify(execFile)(process.execPath, [vite, 'build', '--logLevel', 'error'], { cwd: folder });
    writeFileSync(stamp, sources);
  } catch (error) {
    process.stdout.write('The GraphiQL page could not be built (see the log); the API is served without it\n');
    log.line('error', 'page not built', { error });
  }
}

/** Of everything that goes into the page: its sources, and the versions of its dependencies. */
function hashOfSources(folder: string): string {
  const hash = createHash('sha256');
  const paths = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !/[\\/](node_modules|dist)[\\/]/.test(path))
    .sort();
  for (const path of paths) hash.update(path.slice(folder.length)).update('\0').update(readFileSync(path));
  return hash.digest('hex');
}
