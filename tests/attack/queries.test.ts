import { getIntrospectionQuery } from 'graphql';
import { describe, expect, test } from 'vitest';
import { databases } from '../support/databases.ts';
import { attacked } from './attacked.ts';

const [sqlite] = databases;

/** Sends documents to a suite of its own, on SQLite, from a client without a token. */
function asking() {
  const suite = attacked(sqlite as (typeof databases)[number]);
  const ask = (query: unknown, variables?: unknown, more: object = {}) =>
    suite.attacker.post(JSON.stringify({ query, variables, ...more }), {});
  return { suite, ask };
}

/** Documents and variables that are made to cost; what they ask of the database is tested beside this on both. */
describe('the default limits', () => {
  const { suite, ask } = asking();
  const refusal = async (query: string) => {
    const { data, errors } = await ask(query);
    expect(data ?? null).toBeNull();
    return errors[0] as { message: string; extensions: { code: string; setting?: string } };
  };
  const times = (count: number, text: (i: number) => string) =>
    Array.from({ length: count }, (_, i) => text(i)).join(' ');

  test.each<[string, string, string | undefined]>([
    ['deep', `{ runs { nodes ${'{ lumisections { nodes { run '.repeat(20)}{ id }${' } } }'.repeat(20)} } }`, 'DEPTH'],
    ['deep in brackets', `{ runs(where: ${'{NOT: '.repeat(5000)}{}${'}'.repeat(5000)}) { totalCount } }`, 'DEPTH'],
    ['deep in lists', `{ nodes(ids: ${'['.repeat(9000)}${']'.repeat(900)}) { id } }`, 'DEPTH'],
    ['wide at the root', `{ ${times(31, (i) => `a${i}: __typename`)} }`, 'ROOT_FIELDS'],
    ['full of aliases', `{ run(number: 1) { ${times(101, (i) => `a${i}: id`)} } }`, 'ALIASES'],
    ['full of one field', `{ run(number: 1) { ${'id '.repeat(9000)} } }`, 'ALIASES'],
    ['full of directives', `{ run(number: 1) { ${'id @include(if: true) '.repeat(51)} } }`, 'DIRECTIVES'],
    ['full of unknown directives', `{ __typename ${'@a'.repeat(3000)} }`, 'DIRECTIVES'],
    ['full of @defer', `{ run(number: 1) { ${'... @defer { id } '.repeat(51)} } }`, 'DIRECTIVES'],
    ['long', `{ ${times(10_001, (i) => `a${i}`)} }`, 'TOKENS'],
    ['long in one token', `{ dataset(name: "${'x'.repeat(600_000)}") { id } }`, 'TOKENS'],
    [
      'pages in pages',
      '{ runs(first: 1000) { nodes { lumisections(first: 1000) { nodes { histograms(first: 1000) { nodes { bins } } } } } } }',
      'NODES',
    ],
    [
      'fragments that double',
      `{ run(number: 1) { ...F0 } } ${times(17, (i) => `fragment F${i} on Run { a: lumisection(number: 1) { run { ...F${i + 1} } } b: lumisection(number: 2) { run { ...F${i + 1} } } }`)} fragment F17 on Run { id }`,
      undefined,
    ],
    [
      'introspection in introspection',
      `{ __schema { types { ${times(90, (i) => `a${i}: fields { type { fields { name description args { description } } } args { type { ofType { name } } } }`)} } } }`,
      'NODES',
    ],
    [
      'a circle of fragments',
      '{ run(number: 1) { ...A } } fragment A on Run { ...B } fragment B on Run { ...A id }',
      undefined,
    ],
    [
      'a large circle',
      `{ run(number: 1) { ...F0 } } ${times(90, (i) => `fragment F${i} on Run { ...F${(i + 1) % 90} ...F${(i * 7) % 90} }`)}`,
      undefined,
    ],
  ])('refuse a document that is %s', async (_, query, setting) => {
    const { extensions } = await refusal(query);
    if (setting) expect(extensions).toMatchObject({ code: 'LIMIT_EXCEEDED', setting: `LUMIGRAPH_MAX_${setting}` });
  });

  test('admit what tools ask for the schema', async () => {
    const { data } = await ask(
      getIntrospectionQuery({ inputValueDeprecation: true, oneOf: true, specifiedByUrl: true }),
    );
    expect(data.__schema.types.length).toBeGreaterThan(100);
  });

  test('refuse an array of operations', async () => {
    const { errors } = await suite.attacker.post(JSON.stringify(Array(1000).fill({ query: '{ __typename }' })), {});
    expect(errors).toMatchObject([{ extensions: { setting: 'LUMIGRAPH_MAX_BATCH', actual: 1000 } }]);
  });

  test('refuse variables that are too many objects, or too deep, before anybody looks at them', async () => {
    const query = 'query ($w: RunWhere) { runs(where: $w) { totalCount } }';
    const post = (w: string) => suite.attacker.post(`{"query":${JSON.stringify(query)},"variables":{"w":${w}}}`, {});
    for (const w of [`${'{"NOT":'.repeat(100_000)}{}${'}'.repeat(100_000)}`, `{"OR":[${'{},'.repeat(100_000)}{}]}`]) {
      expect((await post(w)).errors).toMatchObject([{ extensions: { code: 'LIMIT_EXCEEDED' } }]);
    }
    const wide = await post(`{"OR":[${'{"number":{"eq":1}},'.repeat(501)}{}]}`);
    expect(wide.errors).toMatchObject([{ message: expect.stringContaining('500 conditions') }]);
    const deep = await post(`${'{"NOT":'.repeat(101)}{}${'}'.repeat(101)}`);
    expect(deep.errors).toMatchObject([{ message: expect.stringContaining('100 levels') }]);
  });

  test('give up a list that is wrong in every value after some of them', async () => {
    const query = 'query ($v: [Int!]) { runs(where: { number: { in: $v } }) { totalCount } }';
    const begun = performance.now();
    const { errors } = await ask(query, { v: Array(300_000).fill('a') });
    expect(errors.length).toBeLessThan(100);
    // each error took a tenth of a millisecond
    expect(performance.now() - begun).toBeLessThan(10_000);
  });

  test('take a list of a hundred thousand good values', async () => {
    const numbers = Array.from({ length: 100_000 }, (_, i) => i + 300_000);
    const query = 'query ($v: [Int!]) { runs(where: { number: { in: $v } }) { totalCount } }';
    expect((await ask(query, { v: numbers })).data).toEqual({ runs: { totalCount: 4 } });
  });
});

describe('names that JavaScript takes for something else', () => {
  const { suite, ask } = asking();

  test.each([
    '__proto__',
    'constructor',
    'toString',
    'valueOf',
    'toJSON',
    'hasOwnProperty',
    'length',
    'data',
    'errors',
  ])('are aliases, fragments, operations and variables: %s', async (name) => {
    const fragment = `fragment ${name} on RunConnection { ${name}: totalCount }`;
    const variable = name === '__proto__' ? 'v' : name;
    const query = `query ${name}($${variable}: Int = 2) { ${name}: runs(first: $${variable}) { ...${name} nodes { ${name}: number } } } ${fragment}`;
    // compiled the second time
    for (let i = 0; i < 3; i++) {
      const { data } = await ask(query, {}, { operationName: name });
      expect(JSON.stringify(data)).toBe(`{"${name}":{"${name}":4,"nodes":[{"${name}":315257},{"${name}":315258}]}}`);
    }
  });

  test('are neither fields, nor types, nor directives, nor fields of inputs', async () => {
    for (const name of ['__proto__', 'constructor', 'toString']) {
      for (const query of [
        `{ ${name} }`,
        `{ runs { ... on ${name} { id } } }`,
        `{ runs @${name} { totalCount } }`,
        `query ($a: ${name}) { __typename }`,
        `{ runs(where: { ${name}: { eq: 1 } }) { totalCount } }`,
        `{ runs(orderBy: { field: ${name} }) { totalCount } }`,
      ]) {
        const { errors } = await ask(query);
        expect(errors[0]).toMatchObject({ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } });
      }
      const where = JSON.parse(`{"${name}": {"eq": 1}}`);
      const { errors } = await ask('query ($w: RunWhere) { runs(where: $w) { totalCount } }', { w: where });
      expect(errors[0]).toMatchObject({ extensions: { code: 'BAD_USER_INPUT' } });
      expect((await ask(`{ __type(name: "${name}") { name } }`)).data).toEqual({ __type: null });
    }
  });

  test('are refused where they would not come back: `then` as an alias, `__proto__` as a variable', async () => {
    const refused = { extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } };
    for (const query of ['{ then: runs { totalCount } }', '{ runs { nodes { then: id } } }']) {
      expect((await ask(query)).errors).toMatchObject([refused]);
    }
    const query =
      'query ($__proto__: RunWhere, $number: Int) { runs(first: $number, where: $__proto__) { totalCount } }';
    const variables = JSON.parse('{"__proto__": {"number": {"eq": 1}}}');
    for (let i = 0; i < 3; i++) expect((await ask(query, variables)).errors).toMatchObject([refused]);
  });

  test('streams of less than nothing and subscriptions to nothing are refused', async () => {
    const refused = [{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }];
    for (const query of [
      '{ runs { nodes @stream(initialCount: -1) { id } } }',
      '{ runs { nodes @stream(initialCount: null) { id } } }',
      'query ($n: Int) { runs { nodes @stream(initialCount: $n) { id } } }',
      'subscription { runAdded @skip(if: true) { number } }',
      'subscription ($no: Boolean = false) { ... @include(if: $no) { runAdded { number } } }',
      'subscription { ...A } fragment A on Subscription { runAdded @include(if: false) { number } }',
      'subscription { __typename }',
    ]) {
      expect((await ask(query)).errors).toMatchObject(refused);
    }
  });

  test('each part of a page can be asked for alone', async () => {
    const parts = [
      'totalCount',
      'nodes { id }',
      'edges { cursor }',
      'pageInfo { hasNextPage }',
      'pageInfo { endCursor }',
    ];
    for (const list of ['runs', 'lumisections', 'lumisectionHistograms']) {
      for (const one of parts) {
        for (const other of parts) expect((await ask(`{ ${list}(last: 2) { ${one} ${other} } }`)).errors).toEqual([]);
      }
    }
  });

  test('a parameter of the wrong type is refused, whatever it is', async () => {
    const wrong = [5, true, ['{ __typename }'], { a: 1 }, null];
    for (const value of wrong) expect((await ask(value)).errors).toHaveLength(1);
    const one = 'query a { __typename } query b { __typename }';
    for (const operationName of [...wrong, '', 'c', '__proto__']) {
      const { errors } = await ask(one, {}, { operationName });
      expect(errors).toMatchObject([{ extensions: { code: 'OPERATION_RESOLUTION_FAILURE' } }]);
    }
    for (const variables of [5, 'x', [1], true]) expect((await ask(one, variables)).errors).toHaveLength(1);
    for (const extensions of [5, 'x', [1]]) expect((await ask(one, {}, { extensions })).errors).toHaveLength(1);
    for (const body of ['', 'null', '5', '"x"', '{', '[]', '{"query"', '{"query":"{ __typename }","more":1}']) {
      expect((await suite.attacker.post(body, {})).status).toBe(400);
    }
  });
});
