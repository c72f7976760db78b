import { constants } from 'node:fs';
import { access, lstat, opendir, realpath, stat } from 'node:fs/promises';
import { isAbsolute, join, resolve, sep } from 'node:path';
import { MOST_PATH_BYTES } from '../../ingest/source/real-path.ts';
import { ForbiddenError, InvalidInputError, LimitExceededError } from '../domain/errors.ts';
import { compileGlob, type TextPredicate } from '../domain/matcher.ts';
import { passedLimit } from '../domain/passed-limit.ts';

/** A file that may be read: its real path, inside one of the roots. */
export interface FoundFile {
  readonly path: string;
  readonly size: number;
}

export interface Findings {
  /** Each file once, in the order of the patterns and of the names. */
  readonly files: readonly FoundFile[];
  /** What matched but is not read: links that lead out of the roots, pipes, devices, sockets. */
  readonly leftOut: readonly string[];
}

/** Names of folders that are looked at in one search. */
const MOST_ENTRIES = 200_000;
const MOST_LEVELS = 64;

/** Folders of the server that clients may have files read from, and nothing outside of them, whatever links say. */
export class IngestRoots {
  readonly #roots: readonly string[];

  constructor(roots: readonly string[]) {
    this.#roots = roots.map((root) => resolve(root));
  }

  /**
   * Files behind paths and patterns: relative to each root, or absolute inside one. `*`, `?` and `[...]` stand for parts
   * of one name, `**` for any number of folders; hidden names have to be named. The place of a pattern in `patterns`
   * stands in errors as `paths.N`.
   * @throws ForbiddenError for what lies outside of the roots, whether it exists or not, and where there are no roots.
   * @throws InvalidInputError for a pattern that is none or matches nothing, and for a folder or what is no regular file.
   * @throws LimitExceededError for more than `mostFiles` files, or too large a search.
   */
  async find(patterns: readonly string[], mostFiles: number): Promise<Findings> {
    if (this.#roots.length === 0) {
      throw new ForbiddenError(
        'this server reads no files by their paths: set LUMIGRAPH_INGEST_ROOTS to the folders that it may read from, or upload the files',
      );
    }
    const realRoots = await this.#realRoots();
    const search: Search = { realRoots, files: new Map(), leftOut: new Set(), entries: 0, mostFiles };
    for (const [index, pattern] of patterns.entries()) await this.#findOne(pattern, `paths.${index}`, search);
    return { files: [...search.files.values()], leftOut: [...search.leftOut] };
  }

  /**
   * Looks again at a file that was found before, or at one that was opened by its path: its number says whether what was
   * opened is what lies there, or what a link led to meanwhile.
   * @throws ForbiddenError where its path leads elsewhere now.
   */
  async recheck(path: string, openedIno?: string): Promise<void> {
    const real = await realpath(path).catch(() => path);
    const roots = await this.#realRoots();
    if (real !== path || !roots.some((root) => isBelow(real, root))) throw outside(path, 'path');
    if (openedIno === undefined) return;
    const facts = await lstat(path, { bigint: true }).catch(() => null);
    if (String(facts?.ino) !== openedIno) throw outside(path, 'path');
  }

  async #findOne(pattern: string, field: string, search: Search): Promise<void> {
    const segments = segmentsOf(pattern, field);
    let matched = false;
    let problem: Error | undefined;
    for (const { root, inner } of this.#startsOf(pattern, segments, field)) {
      const real = await realpath(root).catch(() => null);
      if (real === null) continue;
      try {
        if (await new Walk(real, field, search).follow(real, inner, 0)) matched = true;
      } catch (error) {
        // another root may have it
        if (!(error instanceof InvalidInputError)) throw error;
        problem ??= error;
      }
    }
    if (matched) return;
    throw (
      problem ?? new InvalidInputError(`${field}: no file matches ${short(pattern)}`, { field, value: short(pattern) })
    );
  }

  /** The roots that a pattern is about, and what it says inside of them. */
  #startsOf(pattern: string, segments: readonly string[], field: string) {
    if (!isAbsolute(pattern)) return this.#roots.map((root) => ({ root, inner: segments }));
    const starts = this.#roots.flatMap((root) => {
      const above = root.split(sep).filter(Boolean);
      const isInside = segments.length > above.length && above.every((name, i) => name === segments[i]);
      return isInside ? [{ root, inner: segments.slice(above.length) }] : [];
    });
    if (starts.length === 0) throw outside(pattern, field);
    return starts;
  }

  async #realRoots(): Promise<string[]> {
    const roots = await Promise.all(this.#roots.map((root) => realpath(root).catch(() => null)));
    return roots.filter((root) => root !== null);
  }
}

interface Search {
  readonly realRoots: readonly string[];
  /** By real path. */
  readonly files: Map<string, FoundFile>;
  readonly leftOut: Set<string>;
  entries: number;
  readonly mostFiles: number;
}

/** The same answer whether there is such a file or not. */
const outside = (path: string, field: string) =>
  new ForbiddenError(`${field}: ${short(path)} lies outside of the folders that this server reads from`, {
    field,
    value: short(path),
  });

/** A path as an error repeats it: clients may send megabytes. */
const short = (path: string) => path.slice(0, 1000);

const isBelow = (path: string, folder: string) => path.startsWith(folder.endsWith(sep) ? folder : folder + sep);

function segmentsOf(pattern: string, field: string): string[] {
  const refuse = (reason: string) =>
    new InvalidInputError(`${field}: ${reason}`, { field, value: pattern.slice(0, 200) });
  if (pattern.trim() === '') throw refuse('the path is empty');
  if (pattern.includes('\0')) throw refuse('a path has no character 0');
  const segments = pattern.split(sep === '\\' ? /[/\\]/ : '/').filter((name) => name !== '' && name !== '.');
  if (segments.includes('..')) throw refuse('a path must not have .. in it');
  if (segments.length === 0) throw refuse('a file or a pattern is wanted, not a folder');
  if (segments.length > MOST_LEVELS) throw refuse(`the path is more than ${MOST_LEVELS} folders deep`);
  for (const segment of segments) {
    try {
      if (isGlob(segment)) compileGlob(segment);
    } catch (error) {
      throw refuse((error as Error).message);
    }
  }
  return segments;
}

const isGlob = (segment: string) => /[*?[]/.test(segment);

/** One pattern inside one root. */
class Walk {
  readonly #root: string;
  readonly #field: string;
  readonly #search: Search;
  readonly #matchers = new Map<string, TextPredicate>();

  constructor(root: string, field: string, search: Search) {
    this.#root = root;
    this.#field = field;
    this.#search = search;
  }

  /** Takes what `segments` from the one at `at` on lead to from `folder`. @returns whether that is anything. */
  async follow(folder: string, segments: readonly string[], at: number): Promise<boolean> {
    const segment = segments[at] as string;
    const last = at === segments.length - 1;
    if (segment === '**') return this.#followAll(folder, segments, at);
    // a file that is really called so wins
    const named = join(folder, segment);
    const facts = await lstat(named).catch(() => null);
    if (facts !== null) {
      const real = await this.#realInside(named);
      if (real === null) throw outside(this.#shown(named), this.#field);
      return last ? this.#take(real, named, true) : this.follow(real, segments, at + 1);
    }
    if (!isGlob(segment)) return false;
    let matched = false;
    for (const name of await this.#names(folder, this.#matcher(segment), segment.startsWith('.'))) {
      const path = join(folder, name);
      const real = await this.#realInside(path);
      if (real === null) this.#leaveOut(path);
      else if (last) matched = (await this.#take(real, path, false)) || matched;
      else if (await isFolder(real)) matched = (await this.follow(real, segments, at + 1)) || matched;
    }
    return matched;
  }

  /** `**`: this folder and all below it, not following links, so that there is no circle. */
  async #followAll(folder: string, segments: readonly string[], at: number): Promise<boolean> {
    const rest = segments.slice(at).every((segment) => segment === '**') ? ['*'] : segments;
    const next = rest === segments ? at + 1 : 0;
    let matched = await this.follow(folder, rest, next).catch((error) => {
      // a name that is a folder here may be a file further down
      if (error instanceof InvalidInputError) return false;
      if (!(error instanceof ForbiddenError)) throw error;
      this.#search.leftOut.add(String(error.details.value));
      return false;
    });
    for (const name of await this.#names(folder, () => true, false)) {
      const path = join(folder, name);
      const facts = await lstat(path).catch(() => null);
      if (facts?.isDirectory()) matched = (await this.#followAll(path, segments, at)) || matched;
    }
    return matched;
  }

  async #take(real: string, path: string, named: boolean): Promise<boolean> {
    const facts = await stat(real).catch(() => null);
    if (facts?.isFile() && Buffer.byteLength(real) <= MOST_PATH_BYTES) {
      const { files, mostFiles } = this.#search;
      files.set(real, { path: real, size: facts.size });
      if (files.size <= mostFiles) return true;
      throw passedLimit({
        setting: 'LUMIGRAPH_MAX_INPUT_ROWS',
        limit: mostFiles,
        actual: files.size,
        what: `${this.#field}: ${files.size} files or more match`,
        remedy: 'Name fewer in one call, or have the limit raised.',
      });
    }
    if (!named) {
      if (facts !== null && !facts.isDirectory()) this.#leaveOut(path);
      return false;
    }
    const shown = this.#shown(path);
    const what = facts?.isDirectory()
      ? `a folder: for all files below it write ${short(shown)}/**`
      : facts?.isFile()
        ? `longer than ${MOST_PATH_BYTES} bytes`
        : 'no regular file';
    throw new InvalidInputError(`${this.#field}: ${short(shown)} is ${what}`, {
      field: this.#field,
      value: short(shown),
    });
  }

  /** Where a path really leads; null where that is outside, or nowhere. */
  async #realInside(path: string): Promise<string | null> {
    const real = await realpath(path).catch(() => null);
    return real !== null && this.#search.realRoots.some((root) => isBelow(real, root)) ? real : null;
  }

  async #names(folder: string, matches: TextPredicate, hidden: boolean): Promise<string[]> {
    const names: string[] = [];
    try {
      await access(folder, constants.R_OK | constants.X_OK);
      for await (const { name } of await opendir(folder)) {
        if (++this.#search.entries > MOST_ENTRIES) throw this.#tooLarge();
        if ((hidden || !name.startsWith('.')) && matches(name)) names.push(name);
      }
    } catch (error) {
      if (error instanceof LimitExceededError) throw error;
      // a folder that may not be read, or is none
      if ((error as NodeJS.ErrnoException).code !== 'ENOTDIR') this.#leaveOut(folder);
    }
    return names.sort();
  }

  #tooLarge(): LimitExceededError {
    return new LimitExceededError(
      `${this.#field}: more than ${MOST_ENTRIES} names would have to be looked at: begin the pattern with a folder`,
      { limit: MOST_ENTRIES, field: this.#field },
    );
  }

  #matcher(segment: string): TextPredicate {
    let matcher = this.#matchers.get(segment);
    if (matcher === undefined) {
      matcher = compileGlob(segment);
      this.#matchers.set(segment, matcher);
    }
    return matcher;
  }

  #leaveOut(path: string): void {
    this.#search.leftOut.add(this.#shown(path));
  }

  /** A path as a client may see it: relative to the root. */
  #shown(path: string): string {
    return isBelow(path, this.#root) ? path.slice(this.#root.length + 1) : path;
  }
}

const isFolder = async (path: string) => (await stat(path).catch(() => null))?.isDirectory() === true;
