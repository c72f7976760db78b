import { describe, expect, test } from 'vitest';
import { post, smallApp } from './small-app.ts';

/** Compiled from the second time on: the third answer is one of compiled code, if the query is compiled at all. */
async function both(query: string, variables?: Record<string, unknown>, accept = 'application/json') {
  const answer = async (LUMIGRAPH_JIT: string) => {
    const app = smallApp({ LUMIGRAPH_JIT });
    let text = '';
    for (let i = 0; i < 3; i++) text = await (await app.fetch(post({ query, variables }, { accept }))).text();
    return text.replace(/"requestId":"[^"]+"/g, '"requestId":"..."');
  };
  return { compiled: await answer('on'), interpreted: await answer('off') };
}

describe('a compiled query answers byte for byte as the interpreter does', () => {
  test.each<[string, string, Record<string, unknown>?]>([
    ['a field', '{ hello }'],
    ['an argument, its default and null', '{ a: hello(name: "x") hello c: hello(name: null) }'],
    ['variables and their defaults', 'query ($n: String = "d", $m: String) { a: hello(name: $n) b: hello(name: $m) }'],
    ['a given variable', 'query ($n: String) { hello(name: $n) }', { n: 'given' }],
    ['a null variable', 'query ($n: String = "d") { hello(name: $n) }', { n: null }],
    ['a wrong variable', 'query ($n: Int!) { required(number: $n) }', { n: 'seven' }],
    ['a missing variable', 'query ($n: Int!) { required(number: $n) }'],
    ['a connection', '{ things(first: 3) { totalCount edges { cursor node { id name } } nodes { id } } }'],
    ['nested connections', '{ things(first: 3) { nodes { things(last: 2) { nodes { name self { id } } } } } }'],
    ['a scalar of our own', '{ thing { bins slowBins other: bins(size: 0) self { bins(from: 0.5) } } }'],
    ['an interface', '{ node(id: "1") { id __typename ... on Thing { name } } }'],
    ['a list of interfaces', '{ nodes(ids: ["1", "2"]) { __typename id ... on Thing { self { name } } } }'],
    [
      'fragments',
      '{ ...A thing { ...B ...C } } fragment A on Query { hello } fragment B on Thing { id self { id } } fragment C on Thing { self { name } }',
    ],
    ['fields that stand twice', '{ hello thing { id } hello thing { self { name } id name } }'],
    [
      'inline fragments in the midst',
      '{ ... { a: hello } thing { ... on Node { id } name ... on Thing { self { id } } } b: hello }',
    ],
    ['fragments on some types in the midst', '{ node(id: "1") { ... on Thing { name } id } hello }'],
    ['an error of a nullable field', '{ hello notFound }'],
    ['an error of a required field', '{ hello limited }'],
    ['errors of a nullable parent', '{ hello thing { id broken } }'],
    ['errors that come later', '{ thing { id brokenLater } hello }'],
    ['errors deep inside', '{ hello thing { self { self { id broken } } } }'],
    ['an error in every element', '{ things(first: 2) { nodes { id brokenLater } } }'],
    ['masked errors', '{ broken thrownText }'],
    ['an error of a resolver', '{ graphqlError hello }'],
    ['warnings', '{ warn(times: 2) }'],
    ['warnings with their path', '{ other: things(first: 3) { nodes { t: self { w: warn } } } thing { warn } }'],
    ['@skip and @include', 'query ($no: Boolean = false) { hello @include(if: $no) thing @skip(if: $no) { id } }'],
    [
      'names that mean something to JavaScript',
      '{ __proto__: hello thing { __proto__: id constructor: name toString: id } }',
    ],
    ['introspection', '{ __typename __type(name: "Thing") { name fields { name } } }'],
  ])('%s', async (_, query, variables) => {
    const { compiled, interpreted } = await both(query, variables);
    expect(compiled).toBe(interpreted);
    expect(interpreted).toMatch(/^\{"(data|errors)":/);
  });

  test('a deferred part', async () => {
    const query = '{ hello thing { id ... @defer { bins brokenLater } } }';
    const { compiled, interpreted } = await both(query, {}, 'multipart/mixed');
    expect(compiled).toBe(interpreted);
    expect(interpreted).toContain('"hasNext":false');
  });
});

test('two operations of one document are not mixed up', async () => {
  const app = smallApp();
  const query = 'query A { hello(name: "A") } query B { hello(name: "B") }';
  const answers: string[] = [];
  for (const operationName of ['A', 'A', 'A', 'B', 'B', 'B', 'A']) {
    const { data } = await (await app.fetch(post({ query, operationName }))).json();
    answers.push(data.hello.slice(-1));
  }
  expect(answers.join('')).toBe('AAABBBA');
});

test('values of one request do not stay for the next', async () => {
  const app = smallApp();
  const query = 'query ($n: String, $size: Int) { hello(name: $n) thing { bins(size: $size) } }';
  for (const size of [1, 2, 3, 4]) {
    const { data } = await (await app.ask(query, { n: `${size}`, size })).json();
    expect(data).toEqual({ hello: `Hello, ${size}`, thing: { bins: Array.from({ length: size }, (_, i) => i) } });
  }
});
