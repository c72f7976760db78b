import { describe, expect, test } from 'vitest';
import { byArguments, byKey } from '../../loaders/by-key.ts';
import { createLoaders } from '../../loaders/create-loaders.ts';
import type { ListQuery } from '../../src/domain/filter.ts';
import type { ParentKey, Store } from '../../src/store/store.ts';

describe('a loader', () => {
  test('asks once for all keys of a turn, each distinct key once, and gives everyone his own', async () => {
    const batches: unknown[] = [];
    const loader = byKey(
      async (keys: readonly { a: number }[]) => {
        batches.push(keys);
        return keys.map(({ a }) => a * 10);
      },
      ({ a }) => String(a),
    );
    const found = await Promise.all([loader.load({ a: 2 }), loader.load({ a: 1 }), loader.load({ a: 2 })]);
    expect(found).toEqual([20, 10, 20]);
    expect(batches).toEqual([[{ a: 2 }, { a: 1 }]]);
  });

  test('collects what one level asks for although some of it had to wait for promises', async () => {
    const batches: number[] = [];
    const loader = byKey(async (keys: readonly number[]) => {
      batches.push(keys.length);
      return keys;
    });
    const late = async (key: number, ticks: number) => {
      for (let i = 0; i < ticks; i++) await null;
      return loader.load(key);
    };
    await Promise.all(Array.from({ length: 50 }, (_, i) => late(i, i % 4)));
    expect(batches).toEqual([50]);
  });

  test('is the same one for equal arguments', () => {
    const make = byArguments((...given: readonly unknown[]) => ({ given }));
    expect(make('run', { first: 1n })).toBe(make('run', { first: 1n }));
    expect(make('run', { first: 1n })).not.toBe(make('run', { first: 2n }));
  });
});

test('child lists of equal queries are one read, of different ones two', async () => {
  const asked: [string, number, ListQuery][] = [];
  const lists = {
    pages: async (noun: string, parents: readonly ParentKey[], query: ListQuery) => {
      asked.push([noun, parents.length, query]);
      return parents.map((parent) => parent);
    },
  };
  const { pages } = createLoaders({ lists, reads: {} } as unknown as Store);
  const query = (first: number): ListQuery => ({ first, orderBy: [{ field: 'number', descending: true }] });
  const runs = [1, 2, 3];
  const found = await Promise.all([
    ...runs.map((runNumber) => pages('lumisection', query(5)).load({ runNumber })),
    ...runs.map((runNumber) => pages('lumisection', query(6)).load({ runNumber })),
  ]);
  expect(found).toEqual([...runs, ...runs].map((runNumber) => ({ runNumber })));
  expect(asked).toEqual([
    ['lumisection', 3, query(5)],
    ['lumisection', 3, query(6)],
  ]);
});
