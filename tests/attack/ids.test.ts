import { describe, expect, test } from 'vitest';
import { databases } from '../support/databases.ts';
import { attacked } from './attacked.ts';
import type { Data } from './mutations-attacker.ts';

const encode = (text: string) => Buffer.from(text).toString('base64url');
const LISTS = [
  'runs',
  'lumisections',
  'lumisectionHistograms',
  'runHistograms',
  'scalarValues',
  'qualityTests',
  'datasets',
  'monitorElements',
  'certifications',
  'notes',
  'dataFiles',
  'jobs',
];

describe.each(databases)('ids and cursors under attack on $name', (database) => {
  const suite = attacked(database);
  const ask = (query: string, variables?: unknown) => suite.attacker.post(JSON.stringify({ query, variables }), {});
  const badInput = { extensions: { code: 'BAD_USER_INPUT' } };

  const FORGED = [
    '',
    'x',
    '\0',
    '\ud800',
    'Run:1',
    encode('Run'),
    encode('Run:'),
    encode(':1'),
    encode('run:1'),
    encode('Query:1'),
    encode('Viewer:1'),
    encode('__proto__:1'),
    encode('constructor:1'),
    encode('Run:-1'),
    encode('Run:01'),
    encode('Run:1.5'),
    encode('Run:1e3'),
    encode('Run:0x10'),
    encode('Run: 1'),
    encode('Run:1:1'),
    encode('Run:2147483648'),
    encode('Run:99999999999999999999'),
    encode("Run:1' OR '1'='1"),
    encode('Run:NaN'),
    `${encode('Run:315257')}=`,
    ` ${encode('Run:315257')}`,
    `${encode('Run:315257')}\n`,
    encode('Lumisection:315257'),
    encode('Dataset:x'),
    encode('LumisectionHistogram:315257:1:a'),
    encode('RunHistogram:315257:%00:%00'),
    encode('RunHistogram:315257:%:%'),
    encode('RunHistogram:315257:%ED%A0%80:x'),
    'A'.repeat(900_000),
    encode(`Run:${'1'.repeat(100_000)}`),
  ];

  test('a forged id is refused by node, nodes, filters and fields, and never repeated at length', async () => {
    const query = `query ($id: ID!) { node(id: $id) { id } }`;
    for (const id of FORGED) {
      expect([id.slice(0, 80), (await ask(query, { id })).errors]).toMatchObject([id.slice(0, 80), [badInput]]);
    }
    const all = `query ($id: ID!) {
      nodes(ids: [$id]) { id } dataFile(id: $id) { id } job(id: $id) { id }
      datasets(where: { id: { eq: $id } }) { totalCount } dataFiles(where: { id: { notIn: [$id] } }) { totalCount } }`;
    for (const id of FORGED.slice(0, 20)) expect((await ask(all, { id })).data).toBeNull();
  });

  test('an id of another type is nothing there, or refused; one that nobody has is null', async () => {
    const run = encode('Run:315257');
    expect((await ask('query ($id: ID!) { dataFile(id: $id) { id } }', { id: run })).errors).toMatchObject([badInput]);
    expect((await ask('query ($id: ID!) { job(id: $id) { id } }', { id: run })).errors).toMatchObject([badInput]);
    for (const id of ['Run:1', 'Lumisection:1:1', 'DataFile:2147483647', 'Job:1', 'Note:1', 'Dataset:999']) {
      expect((await ask('query ($id: ID!) { node(id: $id) { __typename } }', { id: encode(id) })).data).toEqual({
        node: null,
      });
    }
    // of tokens nothing is said to whoever may not see them, neither that they are there nor that they are not
    const token = await ask('query ($id: ID!) { node(id: $id) { __typename } }', { id: encode('Token:0123456789ab') });
    expect(token.data.node).toBeNull();
    expect(token.errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
  });

  test('more ids than objects may be asked for are refused, whatever they are', async () => {
    const query = 'query ($ids: [ID!]!) { nodes(ids: $ids) { id } }';
    // with a token: without one so many are no body to begin with
    const { errors } = await suite.attacker.post(
      JSON.stringify({ query, variables: { ids: Array(500_001).fill('x') } }),
    );
    expect(errors).toMatchObject([{ extensions: { setting: 'LUMIGRAPH_MAX_NODES' } }]);
  });

  test('a forged cursor is refused by every list, in every order', async () => {
    const query = (list: string) =>
      `query ($after: String) { ${list}(first: 3, after: $after) { totalCount nodes { id } pageInfo { endCursor } } }`;
    const cursors: Record<string, string> = {};
    for (const list of LISTS) {
      const { data } = await ask(query(list));
      if (data[list].pageInfo.endCursor) cursors[list] = data[list].pageInfo.endCursor;
    }
    expect(Object.keys(cursors).length).toBeGreaterThan(8);
    for (const list of LISTS) {
      const [order, ...values] = JSON.parse(Buffer.from(cursors[list] ?? '', 'base64url').toString() || '["x:y"]');
      const extreme = [null, -1, 2 ** 31, 2 ** 53, 1e300, 8.65e15, 1.5, '', '\0', '\ud800', "' OR 1=1", true, [], {}];
      const forged = [
        '',
        'x',
        '\0',
        'A'.repeat(100_000),
        encode('null'),
        encode('[]'),
        encode('{}'),
        encode(JSON.stringify([order])),
        encode(JSON.stringify([order, ...values, 1])),
        encode(JSON.stringify([order, values])),
        encode(JSON.stringify(['__proto__:x', ...values])),
        encode(JSON.stringify([`${order},`, ...values])),
        encode(`${'['.repeat(20_000)}${']'.repeat(20_000)}`),
        ...Object.entries(cursors).flatMap(([other, cursor]) => (other === list ? [] : [cursor])),
        ...extreme.map((value) => encode(JSON.stringify([order, ...values.map(() => value)]))),
      ];
      for (const after of forged) {
        const { data, errors } = await ask(query(list), { after });
        // of a value that might stand there nobody can tell
        if (errors.length === 0) expect(data[list].nodes).toEqual(expect.any(Array<Data>));
        else expect(errors).toMatchObject([badInput]);
      }
    }
  });
});
