import { getNamedType, isCompositeType, isObjectType } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { schema } from '../../src/schema/index.ts';
import type { Store } from '../../src/store/store.ts';
import { createTestStore, databases } from '../support/databases.ts';
import { type Ask, asker } from './ask.ts';
import { fillWorld } from './world.ts';

/** Every field of a type that can be asked for without arguments, as a selection. */
function selections(type: string): string[] {
  const object = schema.getType(type);
  if (!isObjectType(object)) throw new Error(`${type} is no object type`);
  return Object.values(object.getFields())
    .filter(({ args }) =>
      args.every(({ type, defaultValue }) => !String(type).endsWith('!') || defaultValue !== undefined),
    )
    .map(({ name, type }) => {
      const of = getNamedType(type);
      if (!isCompositeType(of)) return name;
      if (of.name.endsWith('Connection')) return `${name}(first: 2) { totalCount nodes { id } }`;
      return `${name} { __typename }`;
    });
}

describe.each(databases)('what a list reads of its rows on $name', (database) => {
  let opened: { store: Store; drop(): Promise<void> };
  let ask: Ask;

  beforeAll(async () => {
    opened = await createTestStore(database);
    await fillWorld(opened.store);
    ask = asker(opened.store);
  });
  afterAll(() => opened.drop());

  it.each([
    ['lumisectionHistograms', 'LumisectionHistogram'],
    ['lumisections', 'Lumisection'],
  ])('is enough for each field of %s alone, whichever way it is asked for', async (list, type) => {
    const asked = selections(type);
    expect(asked.length).toBeGreaterThan(8);
    const whole = (await ask(`{ list: ${list}(first: 20) { edges { cursor } nodes { ${asked.join(' ')} } } }`)).data
      .list;
    expect(whole.nodes.length).toBeGreaterThan(2);
    for (const field of asked) {
      const name = /^\w+/.exec(field)?.[0] as string;
      const expected = whole.nodes.map((node: Record<string, unknown>) => ({ [name]: node[name] }));
      const ways = [
        `nodes { ${field} }`,
        `edges { node { ${field} } }`,
        `... { nodes { ...F } }`,
        `edges { node { ... on ${type} { ${field} } } }`,
      ];
      for (const way of ways) {
        const fragment = way.includes('...F') ? `fragment F on ${type} { ${field} }` : '';
        const { data, errors } = await ask(`{ list: ${list}(first: 20) { ${way} } } ${fragment}`);
        expect(errors, way).toBeUndefined();
        const nodes = data.list.nodes ?? data.list.edges.map(({ node }: { node: unknown }) => node);
        expect(nodes, way).toEqual(expected);
      }
    }
  });

  it('is enough for two selections of one list together, and for cursors', async () => {
    const merged = await ask(`{ list: lumisectionHistograms(first: 3) { nodes { entries } }
      list: lumisectionHistograms(first: 3) { nodes { meanX } edges { cursor } pageInfo { endCursor } } }`);
    const apart = await ask(`{ a: lumisectionHistograms(first: 3) { nodes { entries meanX } }
      b: lumisectionHistograms(first: 3) { edges { cursor } } c: lumisectionHistograms(first: 3) { pageInfo { endCursor } } }`);
    expect(merged.errors ?? apart.errors).toBeUndefined();
    expect(merged.data.list).toEqual({ ...apart.data.a, ...apart.data.b, ...apart.data.c });
    expect(merged.data.list.pageInfo.endCursor).toBe(merged.data.list.edges[2].cursor);
  });
});
