import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Store } from '../../src/store/store.ts';
import { createTestStore, databases } from '../support/databases.ts';
import { type Ask, asker } from './ask.ts';
import { fillWorld, ingest } from './world.ts';

const PAGE = `pageInfo { hasNextPage hasPreviousPage startCursor endCursor } edges { cursor node { number } }`;
const RUNS = `query ($first: Int, $last: Int, $after: String, $before: String, $orderBy: [RunOrder!]) {
  list: runs(first: $first, last: $last, after: $after, before: $before, orderBy: $orderBy, where: { number: { lt: 1000 } }) { ${PAGE} }
}`;
const LUMISECTIONS = `query ($first: Int, $last: Int, $after: String, $before: String, $orderBy: [LumisectionOrder!]) {
  run(number: 315257) { list: lumisections(first: $first, last: $last, after: $after, before: $before, orderBy: $orderBy) { ${PAGE} } }
}`;
const LISTS = [
  { name: 'root list', query: RUNS, fields: ['NUMBER', 'FILL', 'ERA', 'STARTED_AT', 'RECORDED_LUMI'] },
  { name: 'nested list', query: LUMISECTIONS, fields: ['NUMBER', 'ZERO_BIAS_RATE', 'STARTED_AT', 'PILEUP'] },
];

interface Page {
  readonly numbers: number[];
  readonly cursors: string[];
  readonly pageInfo: {
    hasNextPage: boolean;
    hasPreviousPage: boolean;
    startCursor: string | null;
    endCursor: string | null;
  };
}

describe.each(databases)('paging on $name', (database) => {
  let opened: { store: Store; drop(): Promise<void> };
  let ask: Ask;

  beforeAll(async () => {
    opened = await createTestStore(database);
    await fillWorld(opened.store);
    // few values, many absent: orders have ties, and absent values stand somewhere
    const runs = Array.from({ length: 23 }, (_, i) => ({
      number: i + 1,
      fill: i % 3 === 0 ? null : 6000 + (i % 4),
      era: i % 5 === 0 ? null : ['2018A', '2018B', 'Ωmega', '2018a'][i % 4],
      startedAt: i % 2 === 0 ? null : new Date(Date.UTC(2018, 3, 1 + (i % 6), 0, 0, 0, i % 3)),
      recordedLumi: i % 4 === 0 ? null : (i % 7) / 3,
    }));
    await ingest(opened.store, { path: 'more-runs.csv', format: 'test' }, [{ kind: 'runs', runs }]);
    ask = asker(opened.store);
  });
  afterAll(() => opened.drop());

  async function page(query: string, variables: Record<string, unknown>): Promise<Page> {
    const { data, errors } = await ask(query, variables);
    expect(errors).toBeUndefined();
    const list = (data.run ?? data).list;
    return {
      numbers: list.edges.map(({ node }: { node: { number: number } }) => node.number),
      cursors: list.edges.map(({ cursor }: { cursor: string }) => cursor),
      pageInfo: list.pageInfo,
    };
  }

  describe.each(LISTS)('of a $name', ({ query, fields }) => {
    const orders = fc.uniqueArray(
      fc.record({ field: fc.constantFrom(...fields), direction: fc.constantFrom('ASC', 'DESC') }),
      { minLength: 0, maxLength: 3, selector: ({ field }) => field },
    );

    it('forwards and backwards visits every object once, in one order, whatever the size of the pages', async () => {
      await fc.assert(
        fc.asyncProperty(orders, fc.integer({ min: 1, max: 9 }), async (orderBy, size) => {
          const whole = (await page(query, { first: 1000, orderBy })).numbers;
          const forwards: number[] = [];
          for (let after: string | null = null, more = true; more; ) {
            const next: Page = await page(query, { first: size, after, orderBy });
            expect(next.pageInfo.hasPreviousPage).toBe(forwards.length > 0);
            forwards.push(...next.numbers);
            more = next.pageInfo.hasNextPage;
            after = next.pageInfo.endCursor;
            expect(after).toBe(next.cursors.at(-1));
          }
          expect(forwards).toEqual(whole);
          const backwards: number[] = [];
          for (let before: string | null = null, more = true; more; ) {
            const next: Page = await page(query, { last: size, before, orderBy });
            expect(next.pageInfo.hasNextPage).toBe(backwards.length > 0);
            backwards.unshift(...next.numbers);
            more = next.pageInfo.hasPreviousPage;
            before = next.pageInfo.startCursor;
            expect(before).toBe(next.cursors[0]);
          }
          expect(backwards).toEqual(whole);
        }),
        { numRuns: 12 },
      );
    });

    it('takes what lies between two cursors, exclusive at both ends', async () => {
      const { numbers, cursors } = await page(query, { first: 1000 });
      const between = { after: cursors[1], before: cursors[7] };
      expect((await page(query, between)).numbers).toEqual(numbers.slice(2, 7));
      expect((await page(query, { ...between, first: 2 })).numbers).toEqual(numbers.slice(2, 4));
      expect((await page(query, { ...between, last: 2 })).numbers).toEqual(numbers.slice(5, 7));
      expect((await page(query, { after: cursors[3], before: cursors[4] })).numbers).toEqual([]);
    });

    it('gives no object for a page of 0, and still says whether there are any', async () => {
      const { numbers, pageInfo } = await page(query, { first: 0 });
      expect(numbers).toEqual([]);
      expect(pageInfo).toMatchObject({ hasNextPage: true, startCursor: null, endCursor: null });
    });

    it.each([
      ['first below 0', { first: -1 }, 'first'],
      ['first above the limit', { first: 1001 }, 'first'],
      ['last above the limit', { last: 5000 }, 'last'],
      ['last below 0', { last: -5 }, 'last'],
      ['first and last together', { first: 1, last: 1 }, 'last'],
      ['a cursor that is none', { after: '12abc' }, 'after'],
      ['an empty cursor', { before: '' }, 'before'],
    ])('refuses %s with a code and the name of the argument', async (_, variables, field) => {
      const { errors } = await ask(query, variables);
      expect(errors).toMatchObject([{ extensions: { field } }]);
      expect(['BAD_USER_INPUT', 'LIMIT_EXCEEDED']).toContain(errors?.[0]?.extensions.code);
    });

    it('refuses a cursor of another order', async () => {
      const { cursors } = await page(query, { first: 1 });
      const other = await ask(query, { after: cursors[0], orderBy: [{ field: fields[0], direction: 'DESC' }] });
      expect(other.errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', field: 'after' } }]);
    });

    it('refuses a cursor with values of another kind', async () => {
      const { cursors } = await page(query, { first: 1 });
      const values = JSON.parse(Buffer.from(cursors[0] as string, 'base64url').toString());
      for (const value of ['x', 1.5, null]) {
        const forged = Buffer.from(JSON.stringify([...values.slice(0, -1), value])).toString('base64url');
        const { errors } = await ask(query, { after: forged });
        expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
      }
    });
  });

  it('has absent values last in ascending order and first in descending order, ties by the key in the direction of the last term', async () => {
    const ascending = (await page(RUNS, { first: 1000, orderBy: [{ field: 'FILL' }] })).numbers;
    const absent = [1, 4, 7, 10, 13, 16, 19, 22];
    expect(ascending.slice(-absent.length)).toEqual(absent);
    const descending = (await page(RUNS, { first: 1000, orderBy: [{ field: 'FILL', direction: 'DESC' }] })).numbers;
    expect(descending.slice(0, absent.length)).toEqual(absent.toReversed());
    const twice = [{ field: 'FILL' }, { field: 'FILL', direction: 'DESC' }];
    expect((await page(RUNS, { first: 1000, orderBy: twice })).numbers).toEqual(ascending);
    expect((await page(RUNS, { first: 1000, orderBy: { field: 'FILL' } })).numbers).toEqual(ascending);
  });

  it('goes on behind its cursor when runs are inserted between two pages', async () => {
    const first = await page(RUNS, { first: 10 });
    const numbers = [500, 600];
    await ingest(opened.store, { path: 'late.csv', format: 'test' }, [
      { kind: 'runs', runs: numbers.map((number) => ({ number, fill: 1 })) },
    ]);
    const rest = await page(RUNS, { first: 1000, after: first.pageInfo.endCursor });
    const expected = Array.from({ length: 13 }, (_, i) => i + 11);
    expect(rest.numbers).toEqual([...expected, ...numbers]);
    expect((await page(RUNS, { last: 1000, before: first.pageInfo.endCursor })).numbers).toEqual(
      first.numbers.slice(0, -1),
    );
  });
});
