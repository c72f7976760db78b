import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FACETS, type FacetNoun } from '../../../src/store/facets.ts';
import { databases } from '../../support/databases.ts';
import { rounds } from '../../support/rounds.ts';
import { arbitraryFilter } from './arbitrary-filters.ts';
import { relatedRows, rowsOf, satisfies } from './brute-force.ts';
import { openedWorld } from './opened-world.ts';
import { makeWorld } from './world.ts';

const world = makeWorld(6);
const facets = (Object.keys(FACETS) as FacetNoun[]).flatMap((noun) =>
  FACETS[noun].filter((facet) => facet !== 'flag').map((facet) => ({ noun, facet })),
);

const byCountAndValue = (a: [string | null, number], b: [string | null, number]) =>
  b[1] - a[1] || Number(a[0] === null) - Number(b[0] === null) || compare(a[0] ?? '', b[0] ?? '');
const compare = (a: string, b: string) =>
  /^\d+$/.test(a) && /^\d+$/.test(b) ? Number(a) - Number(b) : Buffer.compare(Buffer.from(a), Buffer.from(b));

describe.each(databases)('facets on $name', (database) => {
  const opened = openedWorld(database, world);

  test.each(facets)('$noun by $facet are the counts of the list under the same conditions', async ({ noun, facet }) => {
    await fc.assert(
      fc.asyncProperty(fc.option(arbitraryFilter(world, noun, 2), { nil: undefined }), async (where) => {
        const [relation, related] = facet.split('.') as [string, string | undefined];
        const counts = new Map<string | null, number>();
        for (const row of rowsOf(world, noun).filter((one) => !where || satisfies(world, noun, one, where))) {
          const values =
            related === undefined
              ? [row[relation]]
              : relatedRows(world, noun, row, relation).map(([, other]) => other[related]);
          for (const value of values) {
            const text = value === null ? null : String(value);
            counts.set(text, (counts.get(text) ?? 0) + 1);
          }
        }
        const found = await opened.store.facets.counts(noun, { facet, where }, 1_000);
        expect(found.map(({ value, count }) => [value, count])).toEqual([...counts].sort(byCountAndValue));
      }),
      { numRuns: rounds(4) },
    );
  });
});
