import { type ElementGlobs, parseSetName, setsOf } from '../domain/element-set.ts';
import type { Filter } from '../domain/filter.ts';
import type { ElementSet } from '../generated/sqlite/client.ts';
import type { CheckedQuery } from './checked-query.ts';
import type { Column, Transaction } from './database.ts';

/** What somebody saves under a name. */
export type ElementSetContent = Pick<ElementSet, 'name' | 'description' | 'author'> & ElementGlobs;

/** Sets of monitor elements, as globs say them, under names; versions are only added. */
export interface ElementSets {
  /** As the next version of the name, unless the newest one has the same globs (in the same order) and description. */
  save(content: ElementSetContent): Promise<{ set: ElementSet; created: boolean }>;
  /** The versions that the sets of a filter mean now, by name. @throws NotFoundError */
  meant(filter: Filter | undefined): Promise<{ name: string; version: number }[]>;
}

export const createElementSets = (query: CheckedQuery): ElementSets => ({
  // a look at what is there and the deed are one
  save: (content) => query.database.write((transaction) => save(transaction, content), { alone: true }),
  meant: (filter) => meant(query, filter),
});

const VERSION: readonly Column[] = [
  { name: 'name', type: 'text' },
  { name: 'version', type: 'integer' },
  { name: 'description', type: 'text' },
  { name: 'include_globs', type: 'text' },
  { name: 'exclude_globs', type: 'text' },
  { name: 'author', type: 'text' },
  { name: 'created_at', type: 'time' },
];

async function save(
  transaction: Transaction,
  { name, description, include, exclude, author }: ElementSetContent,
): Promise<{ set: ElementSet; created: boolean }> {
  const globs = { includeGlobs: JSON.stringify(include), excludeGlobs: JSON.stringify(exclude) };
  const [newest] = await transaction.all<ElementSet>(
    'SELECT * FROM element_set WHERE name = $1 ORDER BY version DESC LIMIT 1',
    [name],
  );
  const isKnown =
    newest?.includeGlobs === globs.includeGlobs &&
    newest.excludeGlobs === globs.excludeGlobs &&
    newest.description === description;
  if (isKnown) return { set: newest, created: false };
  const set: ElementSet = {
    ...{ name, version: (newest?.version ?? 0) + 1, description, ...globs, author },
    createdAt: new Date(),
  };
  const row = [name, set.version, description, globs.includeGlobs, globs.excludeGlobs, author, set.createdAt];
  await transaction.insert('element_set', VERSION, [row]);
  return { set, created: true };
}

async function meant({ references, names, database }: CheckedQuery, filter: Filter | undefined) {
  const sets = [...new Set(setsOf(filter))].sort();
  if (sets.length > 0) await references.refresh('elementSet', database);
  const statement = names.statement();
  const found = sets.map((set) => {
    const pinned = statement.pinned({ kind: 'set', set });
    const { name, version } = parseSetName(pinned.kind === 'set' ? pinned.set : set);
    if (version === null) throw references.unknownSet(set);
    return { name, version };
  });
  statement.keep();
  return found;
}
