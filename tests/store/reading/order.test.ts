import { describe, expect, test } from 'vitest';
import type { Filter } from '../../../src/domain/filter.ts';
import { databases } from '../../support/databases.ts';
import { openedWorld } from './opened-world.ts';
import { makeWorld } from './world.ts';

const world = makeWorld(5);

describe.each(databases)('the order of a list of many parents on $name', (database) => {
  const opened = openedWorld(database, world);

  // a filter by names is checked against the names that memory holds, inside a statement around the list
  const named: Filter = {
    kind: 'related',
    field: 'monitorElement',
    of: { kind: 'test', field: 'path', op: 'glob', value: '*' },
  };
  const pathOf = new Map(world.monitorElement.map(({ id, path }) => [id, path]));

  test.each([1, 1000])('is that of its paths, whatever the page size (%i)', async (first) => {
    const parents = world.lumisection.map(({ runNumber, number }) => ({ runNumber, lumisectionNumber: number }));
    const pages = await opened.store.lists.pages('lumisectionHistogram', parents, { first, orderBy: [], where: named });
    const longest = Math.max(...pages.map(({ rows }) => rows.length));
    expect(longest).toBeGreaterThan(first === 1 ? 0 : 2);
    pages.forEach(({ rows }, i) => {
      const { runNumber, lumisectionNumber } = parents[i] as (typeof parents)[number];
      const paths = world.lumisectionHistogram
        .filter((row) => row.runNumber === runNumber && row.lumisectionNumber === lumisectionNumber)
        .map(({ monitorElementId }) => pathOf.get(monitorElementId) as string)
        .sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
      expect(rows.map(({ monitorElementId }) => pathOf.get(monitorElementId))).toEqual(paths.slice(0, first));
    });
  });
});
