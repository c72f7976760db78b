import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { NOUNS, nounInfo } from '../../../src/store/nouns.ts';
import type { Noun } from '../../../src/store/store.ts';
import { databases } from '../../support/databases.ts';
import { rounds } from '../../support/rounds.ts';
import { arbitraryFilter } from './arbitrary-filters.ts';
import { rowsOf, satisfies } from './brute-force.ts';
import { openedWorld } from './opened-world.ts';
import { makeWorld } from './world.ts';

const world = makeWorld(1);
const nouns = Object.keys(NOUNS) as Noun[];

describe.each(databases)('filters on $name', (database) => {
  const opened = openedWorld(database, world);

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
        const page = await opened.store.lists.page(noun, { first: 10_000, orderBy: [], where });
        expect(keysOf(noun, page.rows)).toEqual(keysOf(noun, expected));
        expect(await opened.store.lists.count(noun, where)).toBe(expected.length);
      }),
      { numRuns: rounds(20) },
    );
  });

  test.each(nouns)('leave whole rows of %s as they were written', async (noun) => {
    const { rows } = await opened.store.lists.page(noun, { first: 10_000, orderBy: [] });
    const sorted = (list: readonly object[]) =>
      [...list].sort((a, b) => (keysOf(noun, [a])[0] as string).localeCompare(keysOf(noun, [b])[0] as string));
    expect(sorted(rows)).toEqual(sorted(rowsOf(world, noun)));
  });
});
