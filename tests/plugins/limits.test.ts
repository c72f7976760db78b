import { getIntrospectionQuery } from 'graphql';
import { describe, expect, test } from 'vitest';
import { AUTHORIZED, SESSION } from '../support/session.ts';
import { post, smallApp, URL_OF_GRAPH } from './small-app.ts';

async function refusal(response: Response) {
  const { data, errors } = await response.json();
  expect(data).toBeUndefined();
  expect(errors).toHaveLength(1);
  expect(errors[0].extensions.code).toBe('LIMIT_EXCEEDED');
  return { message: errors[0].message as string, ...errors[0].extensions };
}

describe('the limit of', () => {
  test('depth counts fields from the root, through fragments', async () => {
    const app = smallApp({ LUMIGRAPH_MAX_DEPTH: '3' });
    const nested = 'fragment Deep on Thing { self { self { id } } }';
    expect((await app.ask('{ thing { self { id } } }')).status).toBe(200);
    const response = await app.ask(`{ thing { ...Deep } } ${nested}`);
    expect(response.status).toBe(400);
    expect(await refusal(response)).toMatchObject({
      limit: 3,
      actual: 4,
      setting: 'LUMIGRAPH_MAX_DEPTH',
      remedy: expect.stringContaining('id'),
      message: expect.stringContaining('nests 4 fields; the limit is 3'),
    });
  });

  test('depth is found quickly where fragments spread each other twice, and a cycle is not followed', async () => {
    const app = smallApp({ LUMIGRAPH_MAX_DEPTH: '10' });
    const fragments = Array.from(
      { length: 60 },
      (_, i) => `fragment F${i} on Thing { a: self { ...F${i + 1} } b: self { ...F${i + 1} } }`,
    );
    const doubling = `{ thing { ...F0 } } ${fragments.join(' ')} fragment F60 on Thing { id }`;
    const bounded = smallApp({ LUMIGRAPH_MAX_ALIASES: '1000' });
    expect(await refusal(await bounded.ask(doubling))).toMatchObject({ actual: 62 });
    const { errors } = await (await app.ask('{ thing { ...A } } fragment A on Thing { self { ...A } }')).json();
    expect(errors[0].message).toContain('Cannot spread fragment "A" within itself');
  });

  test('root fields counts aliases and fragments', async () => {
    const app = smallApp({ LUMIGRAPH_MAX_ROOT_FIELDS: '2' });
    const response = await app.ask('{ a: hello b: hello ...C } fragment C on Query { c: hello }');
    expect(await refusal(response)).toMatchObject({ limit: 2, actual: 3, setting: 'LUMIGRAPH_MAX_ROOT_FIELDS' });
  });

  test('aliases counts the whole document', async () => {
    const app = smallApp({ LUMIGRAPH_MAX_ALIASES: '2' });
    const response = await app.ask('{ a: hello thing { b: id ...C } } fragment C on Thing { c: id }');
    expect(await refusal(response)).toMatchObject({ limit: 2, actual: 3, setting: 'LUMIGRAPH_MAX_ALIASES' });
  });

  test('aliases counts fields that are asked for again, before anybody compares them with one another', async () => {
    const app = smallApp({ LUMIGRAPH_MAX_ALIASES: '2' });
    expect((await app.ask('{ hello hello thing { id id ...C } } fragment C on Thing { id }')).status).toBe(200);
    const response = await app.ask(`{ thing { id ${'id '.repeat(5000)} nowhere } }`);
    expect(await refusal(response)).toMatchObject({ limit: 2, actual: 3, setting: 'LUMIGRAPH_MAX_ALIASES' });
  });

  test('directives counts the whole document before it is parsed', async () => {
    const app = smallApp({ LUMIGRAPH_MAX_DIRECTIVES: '2' });
    expect((await app.ask('{ hello @include(if: true) thing { id @skip(if: false) } }')).status).toBe(200);
    const text = JSON.stringify('@ in a text, @ and @ and @');
    expect((await app.ask(`{ hello(name: ${text}) }`)).status).toBe(200);
    const flood = await app.ask(`{ hello ${'@nowhere'.repeat(3000)} }`);
    expect(await refusal(flood)).toMatchObject({
      limit: 2,
      actual: 3000,
      setting: 'LUMIGRAPH_MAX_DIRECTIVES',
      remedy: expect.stringContaining('fragment'),
    });
  });

  test('fragments counts the whole document, and what is left is never compared for ever', async () => {
    const app = smallApp({ LUMIGRAPH_MAX_FRAGMENTS: '3' });
    const three = '{ thing { ... on Thing { id } ...A } } fragment A on Thing { ... @include(if: true) { name } }';
    expect((await app.ask(three)).status).toBe(200);
    const four = await app.ask(three.replace('{ id }', '{ id ...A }'));
    expect(await refusal(four)).toMatchObject({ limit: 3, actual: 4, setting: 'LUMIGRAPH_MAX_FRAGMENTS' });
    const spreads = Array.from({ length: 400 }, (_, i) => `...F${i}`).join(' ');
    const fields = 'id name broken brokenLater warn self { id } things { totalCount }';
    const fragments = Array.from({ length: 400 }, (_, i) => `fragment F${i} on Thing { ${fields} }`).join(' ');
    const entangled = await smallApp().ask(`{ thing { ${spreads} } } ${fragments}`);
    expect(await refusal(entangled)).toMatchObject({ limit: 500_000 });
  });

  test('fragments that spread each other in circles are told of, however many circles there are', async () => {
    const around = (i: number) => [1, 7, 13].map((step) => `...F${(i + step) % 150}`).join(' ');
    const circles = Array.from({ length: 150 }, (_, i) => `fragment F${i} on Thing { ${around(i)} }`).join(' ');
    const response = await smallApp().ask(`{ thing { ...F0 } } ${circles}`);
    expect(response.status).toBe(400);
    const { errors } = await response.json();
    expect(errors).toMatchObject([
      { message: expect.stringMatching(/^Cannot spread fragment "F\d+" within itself via "F\d+", .*\.\.\.\.$/) },
    ]);
    const itself = await smallApp().ask('{ thing { ...A } } fragment A on Thing { ...A }');
    expect((await itself.json()).errors).toMatchObject([{ message: 'Cannot spread fragment "A" within itself.' }]);
  });

  test('tokens stops the parser, and long documents are not even read', async () => {
    const app = smallApp({ LUMIGRAPH_MAX_TOKENS: '5' });
    expect((await app.ask('{ thing { id } }')).status).toBe(400);
    expect(await refusal(await app.ask('{ thing { id } }'))).toMatchObject({
      limit: 5,
      setting: 'LUMIGRAPH_MAX_TOKENS',
    });
    const long = `{ hello } # ${'x'.repeat(300)}`;
    expect(await refusal(await app.ask(long))).toMatchObject({ limit: 250, actual: long.length });
  });

  test('depth stops brackets of any kind before the parser runs out of stack', async () => {
    const app = smallApp();
    const deep = (open: string, close: string) => open.repeat(4000) + close.repeat(4000);
    for (const query of [
      deep('{a', '}'),
      `{ hello(name: ${deep('[', ']')}) }`,
      `{ hello(name: ${deep('{a:', '}')}) }`,
    ]) {
      expect(await refusal(await app.ask(query))).toMatchObject({ setting: 'LUMIGRAPH_MAX_DEPTH', limit: 400 });
    }
    const text = JSON.stringify('{[('.repeat(1000));
    expect((await app.ask(`{ hello(name: ${text}) }`)).status).toBe(200);
  });

  test('objects in variables is held before they are coerced; lists of values are free', async () => {
    const app = smallApp();
    const query = 'query ($name: String) { hello(name: $name) }';
    const values = Array.from({ length: 100_000 }, (_, i) => i);
    expect((await app.ask('{ hello }', { unused: values })).status).toBe(200);
    for (const text of [`[${'{},'.repeat(5000)}{}]`, `${'{"a":'.repeat(4000)}1${'}'.repeat(4000)}`]) {
      const response = await app.fetch(post(`{"query":${JSON.stringify(query)},"variables":{"name":${text}}}`));
      expect(await refusal(response)).toMatchObject({ limit: 5000 });
    }
  });

  test('body bytes holds for a body that says its size and for one that does not', async () => {
    const app = smallApp({ LUMIGRAPH_MAX_BODY_BYTES: '100' });
    const body = { query: '{ hello }', variables: { pad: 'x'.repeat(100) } };
    const told = await app.fetch(post(body, { 'content-length': '137' }));
    expect(told.status).toBe(413);
    expect(await refusal(told)).toMatchObject({ limit: 100, actual: 137, setting: 'LUMIGRAPH_MAX_BODY_BYTES' });
    const untold = await app.fetch(post(body));
    expect(untold.status).toBe(413);
    expect(await refusal(untold)).toMatchObject({ limit: 100 });
  });

  test('body bytes is less for who sends no token, in every form of a body', async () => {
    const limits = { LUMIGRAPH_MAX_ANONYMOUS_BODY_BYTES: '100', LUMIGRAPH_MAX_BODY_BYTES: '1000' };
    const app = smallApp(limits, {}, { session: SESSION });
    const body = { query: '{ hello }', variables: { pad: 'x'.repeat(100) } };
    const form = new FormData();
    form.append('operations', JSON.stringify(body));
    const multipart = new Request(URL_OF_GRAPH, {
      method: 'POST',
      body: form,
      headers: { 'x-graphql-yoga-csrf': '1' },
    });
    for (const request of [post(body), post(body, { 'content-length': '137' }), multipart]) {
      const response = await app.fetch(request);
      expect(response.status).toBe(413);
      expect(await refusal(response)).toMatchObject({ limit: 100, setting: 'LUMIGRAPH_MAX_ANONYMOUS_BODY_BYTES' });
    }
    expect((await app.fetch(post(body, AUTHORIZED))).status).toBe(200);
    const long = { query: '{ hello }', variables: { pad: 'x'.repeat(1000) } };
    const refused = await refusal(await app.fetch(post(long, AUTHORIZED)));
    expect(refused).toMatchObject({ limit: 1000, setting: 'LUMIGRAPH_MAX_BODY_BYTES' });
  });

  test('batches refuses arrays unless they are allowed, and long ones then', async () => {
    const two = [{ query: '{ hello }' }, { query: '{ thing { id } }' }];
    expect(await refusal(await smallApp().fetch(post(two)))).toMatchObject({ limit: 0, actual: 2 });
    const app = smallApp({ LUMIGRAPH_MAX_BATCH: '2' });
    expect(await (await app.fetch(post(two))).json()).toEqual([
      { data: { hello: 'Hello, world' } },
      { data: { thing: { id: 'a' } } },
    ]);
    expect(await refusal(await app.fetch(post([...two, ...two])))).toMatchObject({ limit: 2, actual: 4 });
  });
});

describe('the budget of nodes', () => {
  const limit = 100;
  const app = smallApp({ LUMIGRAPH_MAX_NODES: `${limit}` });
  const asked = async (query: string, variables?: Record<string, unknown>) =>
    (await refusal(await app.ask(query, variables))).actual;

  test('multiplies pages along nested connections', async () => {
    expect(await asked('{ things(first: 10) { nodes { things(first: 20) { nodes { id } } } } }')).toBe(10 * (1 + 20));
    expect(await asked('{ things(last: 10) { edges { node { things(last: 10) { edges { node { id } } } } } } }')).toBe(
      110,
    );
  });

  test('sees through variables, their defaults and single objects in between', async () => {
    const query =
      'query ($n: Int = 30) { things(first: $n) { nodes { self { things(first: $n) { nodes { id } } } } } }';
    expect(await asked(query)).toBe(30 * (1 + 1 + 30));
    expect(await asked(query, { n: 40 })).toBe(40 * (1 + 1 + 40));
    expect((await app.ask(query, { n: 9 })).status).toBe(200);
  });

  test('counts single objects, so that fragments that double at each level do not pass', async () => {
    const levels = Array.from(
      { length: 8 },
      (_, i) => `fragment F${i} on Thing { a: self { ...F${i + 1} } b: self { ...F${i + 1} } }`,
    );
    const doubling = `{ thing { ...F0 } } ${levels.join(' ')} fragment F8 on Thing { id }`;
    expect(await asked(doubling)).toBe(2 ** 9 - 1);
  });

  test('takes a page without a size for one of 50', async () => {
    expect(await asked('{ things { nodes { things(first: 2) { nodes { id } } } } }')).toBe(50 * 3);
  });

  test('counts a list of ids by its length', async () => {
    const ids = Array.from({ length: 101 }, (_, i) => `${i}`);
    expect(await asked('query ($ids: [ID!]!) { nodes(ids: $ids) { id } }', { ids })).toBe(101);
    expect(await asked(`{ nodes(ids: ${JSON.stringify(ids)}) { id } }`)).toBe(101);
    expect((await app.ask('query ($ids: [ID!]!) { nodes(ids: $ids) { id } }', { ids: ids.slice(0, 3) })).status).toBe(
      200,
    );
  });

  test('counts what two fragments ask for once where they ask for the same, and adds the rest', async () => {
    const query = '{ ...A ...B } fragment A on Query { things(first: 60) { nodes { id } } } fragment B on Query';
    expect((await app.ask(`${query} { things(first: 60) { nodes { name } } }`)).status).toBe(200);
    expect(await asked(`${query} { other: things(first: 60) { nodes { name } } }`)).toBe(120);
  });

  test('lets a connection through that is only counted', async () => {
    expect((await app.ask('{ things(first: 1000) { totalCount } }')).status).toBe(200);
  });

  test('is measured quickly where fragments spread each other twice', async () => {
    const wide = smallApp({ LUMIGRAPH_MAX_DEPTH: '100', LUMIGRAPH_MAX_ALIASES: '1000' });
    const fragments = Array.from(
      { length: 30 },
      (_, i) => `fragment F${i} on Thing { a: things(first: 2) { nodes { ...F${i + 1} } } b: self { ...F${i + 1} } }`,
    );
    const doubling = `{ thing { ...F0 } } ${fragments.join(' ')} fragment F30 on Thing { id }`;
    expect((await refusal(await wide.ask(doubling))).actual).toBeGreaterThan(500_000);
  });
});

describe('the default limits', () => {
  test('admit the introspection query', async () => {
    const { data, errors } = await (await smallApp().ask(getIntrospectionQuery())).json();
    expect(errors).toBeUndefined();
    expect(data.__schema.types.length).toBeGreaterThan(5);
  });

  test('admit a thousand LS of a run with fifty histograms each', async () => {
    const query =
      '{ thing { things(first: 1000) { totalCount nodes { things { nodes { self { self { id } } } } } } } }';
    expect((await (await smallApp().ask(query)).json()).errors).toBeUndefined();
  });
});
