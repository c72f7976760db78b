import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CursorValues, Filter, ListQuery, OrderTerm } from '../../../src/domain/filter.ts';
import { NOUNS, nounInfo } from '../../../src/store/nouns.ts';
import type { Noun, ParentKey, Rows } from '../../../src/store/store.ts';
import { databases } from '../../support/databases.ts';
import { rounds } from '../../support/rounds.ts';
import { rowsOf, satisfies } from './brute-force.ts';
import { openedWorld } from './opened-world.ts';
import { makeWorld } from './world.ts';

const world = makeWorld(2);
const nouns = Object.keys(NOUNS) as Noun[];

const key = (noun: Noun, row: object) =>
  nounInfo(noun)
    .key.map((field) => String((row as Record<string, unknown>)[field]))
    .join(' ');
const keys = (noun: Noun, rows: readonly object[]) => rows.map((row) => key(noun, row));

/** The order asked for, by hand: absent values greatest, text by its UTF-8 bytes. 0 where only the key decides. */
function comparisonOf(noun: Noun, orderBy: readonly OrderTerm[]) {
  const orderedValue = (row: Record<string, unknown>, field: string) => {
    if (field === 'monitorElement.path')
      return world.monitorElement.find(({ id }) => id === row.monitorElementId)?.path;
    if (field === 'strategy.name') return world.strategy.find(({ id }) => id === row.strategyId)?.name;
    if (field === 'task.name') return world.task.find(({ id }) => id === row.taskId)?.name;
    if (field === 'dataset.name') return world.dataset.find(({ id }) => id === row.datasetId)?.name;
    return row[field];
  };
  const compare = (a: unknown, b: unknown): number => {
    if (a === null || b === null) return Number(a === null) - Number(b === null);
    if (typeof a === 'string') return Buffer.compare(Buffer.from(a), Buffer.from(b as string));
    return Number(a) - Number(b);
  };
  const terms =
    orderBy.length > 0 ? orderBy : nounInfo(noun).defaultOrder.map((field) => ({ field, descending: false }));
  return (a: Record<string, unknown>, b: Record<string, unknown>) => {
    for (const { field, descending } of terms) {
      const order = compare(orderedValue(a, field), orderedValue(b, field));
      if (order !== 0) return descending ? -order : order;
    }
    return 0;
  };
}

const orders = (noun: Noun) =>
  fc.uniqueArray(
    fc.record({ field: fc.constantFrom(...new Set(Object.values(nounInfo(noun).order))), descending: fc.boolean() }),
    { maxLength: 3, selector: ({ field }) => field },
  );

/** Filters that are composed from what memory holds of monitor elements and sources, and so checked by the statement. */
const filters = (noun: Noun): fc.Arbitrary<Filter | undefined> => {
  const { relations, mask } = nounInfo(noun);
  const named: Filter = { kind: 'test', field: 'path', op: 'ne', value: world.monitorElement[0]?.path };
  return fc.constantFrom<Filter | undefined>(
    undefined,
    ...(mask ? [{ kind: 'mask', mask: 'golden' } as const] : []),
    ...(relations.monitorElement ? [{ kind: 'related', field: 'monitorElement', of: named } as const] : []),
  );
};

describe.each(databases)('pages on $name', (database) => {
  const opened = openedWorld(database, world);

  async function walk<N extends Noun>(
    noun: N,
    query: Pick<ListQuery, 'where' | 'orderBy'>,
    size: number,
    forward: boolean,
  ) {
    const found: Rows[N][] = [];
    for (let cursor: CursorValues | undefined; ; ) {
      const page = await opened.store.lists.page(noun, {
        ...query,
        ...(forward ? { first: size, after: cursor } : { last: size, before: cursor }),
      });
      // a cursor passes through JSON on its way to the client and back
      const edge = page.rows.length > 0 ? page.cursor(forward ? page.rows.length - 1 : 0) : undefined;
      if (forward) found.push(...page.rows);
      else found.unshift(...page.rows);
      expect(forward ? page.hasPreviousPage : page.hasNextPage).toBe(cursor !== undefined);
      if (!(forward ? page.hasNextPage : page.hasPreviousPage)) return found;
      expect(page.rows).toHaveLength(size);
      cursor = JSON.parse(JSON.stringify(edge));
    }
  }

  test.each(nouns)('of %s, one after another in either direction, give every row once and in order', async (noun) => {
    const all = rowsOf(world, noun);
    await fc.assert(
      fc.asyncProperty(
        orders(noun),
        filters(noun),
        fc.constantFrom(3, 7, 50),
        fc.boolean(),
        async (orderBy, where, size, forward) => {
          const stretch = Math.max(size, Math.ceil(all.length / 12));
          const rows = await walk(noun, { orderBy, where }, stretch, forward);
          const wanted = all.filter((row) => where === undefined || satisfies(world, noun, row, where));
          expect(keys(noun, rows).sort()).toEqual(keys(noun, wanted).sort());
          const compareRows = comparisonOf(noun, orderBy);
          for (let i = 1; i < rows.length; i++) {
            const [a, b] = [rows[i - 1], rows[i]] as unknown as [Record<string, unknown>, Record<string, unknown>];
            expect(compareRows(a, b)).toBeLessThanOrEqual(0);
          }
          // ties are broken alike every time
          expect(keys(noun, await walk(noun, { orderBy, where }, stretch + 1, !forward))).toEqual(keys(noun, rows));
        },
      ),
      { numRuns: rounds(5) },
    );
  });

  test.each([
    [1, true],
    [7, true],
    [40, true],
    [7, false],
    [40, false],
  ])('of histograms in their default order, %i at a time (forward: %s), descending too', async (size, forward) => {
    const noun = 'lumisectionHistogram';
    const of: Filter = {
      kind: 'test',
      field: 'number',
      op: 'in',
      value: world.run.slice(0, 2).map(({ number }) => number),
    };
    const where: Filter = { kind: 'related', field: 'run', of };
    const wanted = rowsOf(world, noun).filter((row) => satisfies(world, noun, row, where));
    const defaultOrder = nounInfo(noun).defaultOrder.map((field) => ({ field, descending: false }));
    const rows = await walk(noun, { orderBy: [], where }, size, forward);
    expect(keys(noun, rows).sort()).toEqual(keys(noun, wanted).sort());
    const descending = defaultOrder.map(({ field }) => ({ field, descending: true }));
    expect(keys(noun, await walk(noun, { orderBy: descending, where }, size, forward)).reverse()).toEqual(
      keys(noun, rows),
    );
  });

  const parentsOf: [Noun, readonly ParentKey[]][] = [
    ['lumisection', world.run.map(({ number }) => ({ runNumber: number }))],
    [
      'lumisectionHistogram',
      world.lumisection.map(({ runNumber, number }) => ({ runNumber, lumisectionNumber: number })),
    ],
    [
      'lumisectionHistogram',
      world.lumisection
        .filter(({ runNumber }) => runNumber === world.run[0]?.number)
        .map(({ runNumber, number }) => ({ runNumber, lumisectionNumber: number })),
    ],
    ['lumisectionHistogram', world.monitorElement.map(({ id }) => ({ monitorElementId: id }))],
    ['runHistogram', world.run.map(({ number }) => ({ runNumber: number }))],
    ['certification', world.run.map(({ number }) => ({ runNumber: number }))],
    ['ingestIssue', world.dataFile.map(({ id }) => ({ fileId: id }))],
    ['run', world.monitorElement.map(({ id }) => ({ monitorElementId: id }))],
    ['run', world.dataset.map(({ id }) => ({ datasetId: id }))],
    ['dataset', world.run.map(({ number }) => ({ runNumber: number }))],
    ['monitorElement', world.dataset.map(({ id }) => ({ datasetId: id }))],
  ];

  test.each(parentsOf.map(([noun, parents]) => [noun, Object.keys(parents[0] ?? {}).join(), parents] as const))(
    'of %s for many parents (%s) at once are those of each parent alone',
    async (noun, _, parents) => {
      // a parent that has no rows, and one that is asked for twice
      const none = Object.fromEntries(Object.keys(parents[0] ?? {}).map((column) => [column, 999_999]));
      const asked = [...parents, none, parents[0] as ParentKey];
      await fc.assert(
        fc.asyncProperty(
          orders(noun),
          filters(noun),
          fc.constantFrom(0, 1, 2, 5, 1000),
          fc.boolean(),
          async (orderBy, where, size, forward) => {
            const query = { orderBy, where, ...(forward ? { first: size } : { last: size }) };
            const together = await opened.store.lists.pages(noun, asked, query);
            expect(together).toHaveLength(asked.length);
            for (const [i, parent] of asked.entries()) {
              const [alone] = await opened.store.lists.pages(noun, [parent], query);
              const page = together[i] as NonNullable<typeof alone>;
              expect(page.rows).toEqual(alone?.rows);
              expect([page.hasNextPage, page.hasPreviousPage]).toEqual([alone?.hasNextPage, alone?.hasPreviousPage]);
              expect(page.rows.map((_row, at) => page.cursor(at))).toEqual(
                alone?.rows.map((_row, at) => alone.cursor(at)),
              );
            }
          },
        ),
        { numRuns: rounds(3) },
      );
    },
  );

  test.each(parentsOf.map(([noun, parents]) => [noun, Object.keys(parents[0] ?? {}).join(), parents] as const))(
    'of %s are of their parents (%s) alone, and counts count them',
    async (noun, _, parents) => {
      const pages = await opened.store.lists.pages(noun, parents, { first: 1000, orderBy: [] });
      const counts = await opened.store.lists.counts(noun, parents);
      for (const [i, parent] of parents.entries()) {
        const links = world.runMonitorElement.filter((link) =>
          Object.entries(parent).every(([name, value]) => link[name as 'runNumber'] === value),
        );
        const own = Object.hasOwn(nounInfo(noun).fields, Object.keys(parent)[0] as string)
          ? rowsOf(world, noun).filter((row) => Object.entries(parent).every(([name, value]) => row[name] === value))
          : rowsOf(world, noun).filter((row) =>
              links.some((link) =>
                noun === 'run'
                  ? link.runNumber === row.number
                  : (noun === 'dataset' ? link.datasetId : link.monitorElementId) === row.id,
              ),
            );
        expect(keys(noun, pages[i]?.rows ?? []).sort()).toEqual(keys(noun, own).sort());
        expect(counts[i]).toBe(own.length);
      }
    },
  );

  test('keep their place when rows come and go between them', async () => {
    const orderBy = [{ field: 'year', descending: true }];
    const first = await opened.store.lists.page('run', { first: 3, orderBy });
    const before = await opened.store.lists.page('run', { first: 1000, orderBy, after: first.cursor(2) });
    // one row where the page has been, one where it comes, and the row of the cursor itself changes its place
    const numbers = [900_001, 900_002];
    await opened.store.prisma.run.createMany({
      data: [
        { number: 900_001, year: null },
        { number: 900_002, year: 1990 },
      ],
    });
    try {
      const after = await opened.store.lists.page('run', { first: 1000, orderBy, after: first.cursor(2) });
      expect(after.rows.map(({ number }) => number)).toEqual([...before.rows.map(({ number }) => number), 900_002]);
    } finally {
      await opened.store.prisma.run.deleteMany({ where: { number: { in: numbers } } });
    }
  });

  test('stand between two cursors', async () => {
    const all = await opened.store.lists.page('lumisection', { first: 1000, orderBy: [] });
    const between = await opened.store.lists.page('lumisection', {
      last: 2,
      orderBy: [],
      after: all.cursor(1),
      before: all.cursor(8),
    });
    expect(between.rows).toEqual(all.rows.slice(6, 8));
    expect(between).toMatchObject({ hasNextPage: true, hasPreviousPage: true });
  });

  test.each([
    ['of too few values', [1]],
    ['of another type', ['x', 1]],
    ['of values that no row has', [1.5, 1]],
    ['of an integer past 32 bits', [2 ** 40, 1]],
    ['of an absent value where there is always one', [null, 1]],
  ])('refuse a cursor %s', async (_, after) => {
    await expect(opened.store.lists.page('lumisection', { first: 1, orderBy: [], after })).rejects.toMatchObject({
      code: 'BAD_USER_INPUT',
    });
  });

  test('refuse to be ordered by what is no order of the noun', async () => {
    await expect(
      opened.store.lists.page('run', { first: 1, orderBy: [{ field: 'nonsense', descending: false }] }),
    ).rejects.toMatchObject({
      code: 'BAD_USER_INPUT',
      message: expect.stringContaining('nonsense'),
    });
  });
});
