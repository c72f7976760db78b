import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { made, make } from '../bin/made.mjs';
import type { Log } from './log.ts';
import { ownFile } from './own-program.ts';

const WEB = ownFile('web');

/**
 * Builds the GraphiQL page where there is none of its sources as they are. Needs no network. @returns the folder of the
 * page; null where it cannot be built, which is told and logged, and the server goes on without it.
 */
export async function buildPage(log: Log, web = WEB): Promise<string | null> {
  const page = { name: 'page', sources: [web] };
  const folder = made(page);
  if (folder !== null) return folder;
  process.stdout.write('Building the GraphiQL page (once)\n');
  try {
    return await make(page, (folder) => viteBuild(web, folder));
  } catch (error) {
    process.stdout.write('The GraphiQL page could not be built (see the log); the API is served without it\n');
    log.line('error', 'page not built', { error });
    return null;
  }
}

async function viteBuild(web: string, folder: string): Promise<void> {
  // from the workspace's own dependencies, wherever npm put them
  const vite = join(createRequire(join(web, 'package.json')).resolve('vite/package.json'), '../bin/vite.js');
  const args = [vite, 'build', '--logLevel', 'error', '--outDir', folder, '--emptyOutDir'];
  // in a process of its own: what a build holds in memory does not stay with the server
  await promisify(execFile)(process.execPath, args, { cwd: web });
}
