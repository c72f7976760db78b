import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { NOUNS, nounInfo } from '../../../src/store/nouns.ts';
import type { Noun, Store } from '../../../src/store/store.ts';
import { createTestStore, databases } from '../../support/databases.ts';
import { arbitraryFilter } from './arbitrary-filters.ts';
import { rowsOf, satisfies } from './brute-force.ts';
import { makeWorld, writeWorld } from './world.ts';

const world = makeWorld(1);
const nouns = Object.keys(NOUNS) as Noun[];

describe.each(databases)('filters on $name', (database) => {
  let store: Store;
  let drop: () => Promise<void>;
  beforeAll(async () => {
    ({ store, drop } = await createTestStore(database));
    await writeWorld(store, world);
  });
  afterAll(() => drop());

  const keysOf = (noun: Noun, rows: readonly object[]) =>
    rows
      .map((row) =>
        nounInfo(noun)
          .key.map((field) => (row as Record<string, unknown>)[field])
          .join(' '),
      )
      .sort();

  test.each(nouns)('find of %s exactly the rows that satisfy them', async (noun) => {
    await fc.assert(
      fc.asyncProperty(arbitraryFilter(world, noun), async (where) => {
        const expected = rowsOf(world, noun).filter((row) => satisfies(world, noun, row, where));
        const page = await store.lists.page(noun, { first: 10_000, orderBy: [], where });
        expect(keysOf(noun, page.rows)).toEqual(keysOf(noun, expected));
        expect(await store.lists.count(noun, where)).toBe(expected.length);
      }),
      { numRuns: 150 },
    );
  });

  test.each(nouns)('leave whole rows of %s as they were written', async (noun) => {
    const { rows } = await store.lists.page(noun, { first: 10_000, orderBy: [] });
    const sorted = (list: readonly object[]) =>
      [...list].sort((a, b) => (keysOf(noun, [a])[0] as string).localeCompare(keysOf(noun, [b])[0] as string));
    expect(sorted(rows)).toEqual(sorted(rowsOf(world, noun)));
  });
});
