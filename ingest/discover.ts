import type { Dirent } from 'node:fs';
import { lstat, readdir, readFile, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { glob, isDynamicPattern } from 'tinyglobby';
import { InvalidInputError } from '../src/domain/errors.ts';
import type { FileErrorCode } from './file-error.ts';
import { isLiveName } from './source/live/live-name.ts';
import { realPath } from './source/real-path.ts';

/** A file to ingest, or the reason why a name leads to none. */
export interface Found {
  readonly path: string;
  /** Named by the user, by pattern or one by one. A file met inside a folder may turn out to be no data at all. */
  readonly named: boolean;
  readonly problem?: { readonly code: FileErrorCode; readonly message: string };
}

/**
 * Files behind names: files, folders (recursively, in order of name, hidden entries left out), patterns (`*`, `**`,
 * `?`, `[...]`, `{...}`; a file that is really called so wins) and `@list` (a file of names, one a line; `@-` reads
 * standard input), `oms:https://...` and `rr:https://...` (what their API answers). Each file comes once, however many names lead to it; circles of symbolic links end.
 * @throws InvalidInputError for a pattern that matches nothing, a folder without a file (a disk that is not mounted is
 * one: a night's work must not pass for done) and for a list that cannot be read.
 */
export async function discover(names: readonly string[]): Promise<Found[]> {
  const found: Found[] = [];
  for (const name of await readLists(names)) {
    const files = await lookUp(name);
    if (files.length === 0) throw new InvalidInputError(`no file in ${name}`, { value: name });
    found.push(...files);
  }
  return Promise.all((await withoutRepeats(found)).map(withNameChecked));
}

async function readLists(names: readonly string[]): Promise<string[]> {
  const lists = names.map(async (name) => {
    if (!name.startsWith('@') || (await exists(name))) return [name];
    const list = name.slice(1);
    try {
      const lines = list === '-' ? await text(process.stdin) : await readFile(list, 'utf8');
      return lines.split(/\r?\n/).filter((line) => line.trim() !== '' && !line.startsWith('#'));
    } catch (error) {
      throw new InvalidInputError(`the list ${list} cannot be read: ${messageOf(error)}`, { value: name });
    }
  });
  return (await Promise.all(lists)).flat();
}

async function lookUp(name: string): Promise<Found[]> {
  if (isLiveName(name)) return [{ path: name, named: true }];
  const facts = await stat(name).catch(() => null);
  if (facts?.isDirectory()) return walk(name, new Set());
  if (facts || !isDynamicPattern(name)) return [{ path: name, named: true }];
  const matches = await glob(name, { expandDirectories: false, onlyFiles: false, dot: false });
  const parts = matches.map((match) => match.replace(/\/$/, '')).sort();
  const files = (await Promise.all(parts.map(lookUp))).flat();
  if (files.length === 0) throw new InvalidInputError(`no file matches ${name}`, { value: name });
  return files;
}

/** @param above real paths of the folders that lead here. */
async function walk(folder: string, above: ReadonlySet<string>): Promise<Found[]> {
  let entries: Dirent[];
  let real: string;
  try {
    real = await realpath(folder);
    if (above.has(real)) return [];
    entries = await readdir(folder, { withFileTypes: true });
  } catch (error) {
    return [{ path: folder, named: true, problem: { code: codeOf(error), message: messageOf(error) } }];
  }
  const below = new Set(above).add(real);
  const found: Found[] = [];
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (entry.name.startsWith('.')) continue;
    const path = join(folder, entry.name);
    const isFolder = entry.isSymbolicLink()
      ? await stat(path).then(
          (facts) => facts.isDirectory(),
          () => false,
        )
      : entry.isDirectory();
    if (isFolder) found.push(...(await walk(path, below)));
    else found.push({ path, named: false });
  }
  return found;
}

async function withoutRepeats(found: readonly Found[]): Promise<Found[]> {
  const seen = new Map<string, Found>();
  for (const file of found) {
    const real = await realPath(file.path);
    const before = seen.get(real);
    if (!before) seen.set(real, file);
    else if (file.named && !before.named) seen.set(real, { ...before, named: true });
  }
  return [...seen.values()];
}

/** A name that is no UTF-8 leads nowhere: it was read with U+FFFD for what cannot be read, and is no name in the ledger. */
async function withNameChecked(file: Found): Promise<Found> {
  if (!file.path.includes('\ufffd') || (await lstat(file.path).catch(() => null))) return file;
  const message = 'its name, or that of a folder above it, is no UTF-8: rename it';
  return { ...file, named: true, problem: { code: 'NAME_NOT_UTF8', message } };
}

function codeOf(error: unknown): FileErrorCode {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'EACCES' || code === 'EPERM') return 'PERMISSION_DENIED';
  return code === 'ENOENT' || code === 'ENOTDIR' ? 'FILE_NOT_FOUND' : 'READ_FAILED';
}

const exists = (path: string) =>
  stat(path).then(
    () => true,
    () => false,
  );

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));
