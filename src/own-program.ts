import { createRequire } from 'node:module';
import { extname } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** A program of this project that runs as a process of its own. */
export interface OwnProgram {
  readonly entry: string;
  /** Options of Node.js without which it cannot be read. */
  readonly execArgv: readonly string[];
}

const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;

/** Files that stand in for programs, by their names; tests put compiled ones here, which start in a third of the time. */
export const standIns = new Map<string, string>();

/** The program `name` beside `module` (a URL), in its own language: compiled where that one is. */
export function ownProgram(name: string, module: string): OwnProgram {
  return programAt(standIns.get(name) ?? fileURLToPath(new URL(`${name}${extname(fileURLToPath(module))}`, module)));
}

export function programAt(entry: string): OwnProgram {
  return { entry, execArgv: entry.endsWith('.ts') ? ['--import', tsx] : [] };
}
