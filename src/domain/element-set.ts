import { InvalidInputError } from './errors.ts';
import type { Filter } from './filter.ts';
import { compileGlob } from './matcher.ts';
import { SAVED_NAME } from './saved-name.ts';
import { isStorable } from './storable-text.ts';

/** Which monitor elements a set holds: those whose path one of `include` matches and none of `exclude` does. */
export interface ElementGlobs {
  readonly include: readonly string[];
  readonly exclude: readonly string[];
}

/** What a condition names: `pixel-core` is the newest version of the set, `pixel-core@2` the second. */
export interface ElementSetName {
  readonly name: string;
  /** From 1; null for the newest. */
  readonly version: number | null;
}

/** Globs of one set, of both kinds together: every one is tried on every path there is. */
export const MOST_GLOBS = 200;
export const LONGEST_GLOB = 500;

const REFERENCE = /^(.{1,100}?)(?:@([1-9]\d{0,8}))?$/su;

/** @throws InvalidInputError for what no set can be called. */
export function parseSetName(text: string, field = 'set'): ElementSetName {
  const [, name, version] = REFERENCE.exec(text) ?? [];
  if (name === undefined || !SAVED_NAME.test(name)) {
    throw new InvalidInputError(
      `${field}: ${JSON.stringify(text.slice(0, 200))} is no name of a set: NAME, or NAME@VERSION`,
      { field },
    );
  }
  return { name, version: version === undefined ? null : Number(version) };
}

/** @throws InvalidInputError for no glob to include, too many or too long ones, and what is no glob. */
export function checkGlobs({ include, exclude }: ElementGlobs): void {
  if (include.length === 0) {
    throw new InvalidInputError('include: name at least one glob; `*` holds everything', { field: 'include' });
  }
  const count = include.length + exclude.length;
  if (count > MOST_GLOBS) {
    throw new InvalidInputError(`${count} globs are more than the ${MOST_GLOBS} of a set`, {
      field: 'include',
      limit: MOST_GLOBS,
      actual: count,
    });
  }
  for (const [field, globs] of [
    ['include', include],
    ['exclude', exclude],
  ] as const) {
    for (const [i, glob] of globs.entries()) {
      if (glob === '' || glob.length > LONGEST_GLOB || !isStorable(glob)) {
        throw new InvalidInputError(`${field}.${i}: a glob has 1 to ${LONGEST_GLOB} characters, none of them U+0000`, {
          field: `${field}.${i}`,
        });
      }
      compileGlob(glob);
    }
  }
}

/** The set as a filter on monitor elements. */
export function globsFilter({ include, exclude }: ElementGlobs): Filter {
  const anyOf = (globs: readonly string[]): Filter => ({
    kind: 'or',
    of: globs.map((value) => ({ kind: 'test', field: 'path', op: 'glob', value })),
  });
  if (exclude.length === 0) return anyOf(include);
  return { kind: 'and', of: [anyOf(include), { kind: 'not', of: anyOf(exclude) }] };
}

/** All sets that a filter names, related rows included. */
export function setsOf(filter: Filter | undefined): string[] {
  switch (filter?.kind) {
    case 'and':
    case 'or':
      return filter.of.flatMap(setsOf);
    case 'not':
    case 'related':
      return setsOf(filter.of);
    case 'set':
      return [filter.set];
    default:
      return [];
  }
}

/** The filter with other names for its sets; the same object where it has none. Related rows are not looked at. */
export function renameSets(filter: Filter, rename: (set: string) => string): Filter {
  switch (filter.kind) {
    case 'and':
    case 'or': {
      const of = filter.of.map((part) => renameSets(part, rename));
      return of.some((part, i) => part !== filter.of[i]) ? { kind: filter.kind, of } : filter;
    }
    case 'not': {
      const of = renameSets(filter.of, rename);
      return of === filter.of ? filter : { kind: 'not', of };
    }
    case 'set':
      return { kind: 'set', set: rename(filter.set) };
    default:
      return filter;
  }
}
