import { createHash } from 'node:crypto';
import { compileGlob } from '../../src/domain/matcher.ts';

/** What the user says about monitor elements: what those of a file are called, and which of them to take. */
export interface ElementChoice {
  /** Path for a name as the file writes it. */
  readonly map?: Readonly<Record<string, string>>;
  /** Put before every name that `map` does not give a path: `PixelPhase1/Tracks` (with or without a / at its end). */
  readonly prefix?: string;
  /** Globs over paths (after map and prefix): what none of them matches is left out. Left out or empty: all are taken. */
  readonly include?: readonly string[];
  /** Globs over paths: what one of them matches is left out. */
  readonly exclude?: readonly string[];
}

/** Rows of one monitor element that were left out because it was not chosen. */
export interface SkippedElement {
  readonly path: string;
  readonly rows: number;
}

/** The path of a monitor element that a file names. */
export function pathOf(name: string, { map, prefix }: ElementChoice): string {
  if (map && Object.hasOwn(map, name)) return map[name] as string;
  return prefixOf(prefix) + name;
}

/** All names that `pathOf` gives this path. */
export function namesOf(path: string, { map = {}, prefix }: ElementChoice): string[] {
  const names = Object.keys(map).filter((name) => map[name] === path);
  const before = prefixOf(prefix);
  const bare = path.slice(before.length);
  if (path.startsWith(before) && bare !== '' && !Object.hasOwn(map, bare)) names.push(bare);
  return names;
}

const prefixOf = (prefix: string | undefined) => (prefix ? `${prefix.replace(/\/+$/, '')}/` : '');

/** Whether a path is to be taken. @throws InvalidInputError for a glob that is none. */
export function compileChoice({ include = [], exclude = [] }: ElementChoice): (path: string) => boolean {
  const wanted = include.map((glob) => compileGlob(glob));
  const unwanted = exclude.map((glob) => compileGlob(glob));
  return (path) =>
    (wanted.length === 0 || wanted.some((matches) => matches(path))) && !unwanted.some((matches) => matches(path));
}

/** Tells one choice from another, in the identity of a file; '' where there is none. */
export function choiceIdentity({ map = {}, prefix = '', include = [], exclude = [] }: ElementChoice = {}): string {
  const pairs = Object.entries(map).sort(([a], [b]) => (a < b ? -1 : 1));
  const parts = [pairs, prefixOf(prefix), [...new Set(include)].sort(), [...new Set(exclude)].sort()];
  if (parts.every(({ length }) => length === 0)) return '';
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}
