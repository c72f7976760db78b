import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { getIntrospectionQuery } from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type App, createApp } from '../src/app.ts';
import { parseConfig } from '../src/config.ts';
import type { Store } from '../src/store/store.ts';
import { fillWorld } from './schema/world.ts';
import { createTestStore, databases } from './support/databases.ts';
import { AUTHORIZED, SESSION } from './support/session.ts';

const folder = join(import.meta.dirname, 'queries');
const documents = readdirSync(folder)
  .filter((name) => name.endsWith('.graphql'))
  .map((name) => [name, readFileSync(join(folder, name), 'utf8')] as const);
const filling = documents.filter(([, text]) => /^mutation/m.test(text));
const watching = documents.filter(([, text]) => /^subscription/m.test(text));
const documented = documents.filter((document) => !filling.includes(document) && !watching.includes(document));

/** Beside the documented queries: what the compiler and the splicer could trip over. */
const tricky: readonly (readonly [string, string])[] = [
  [
    'edges and cursors',
    '{ runs(first: 2) { edges { cursor node { id number } } pageInfo { endCursor hasNextPage } } }',
  ],
  [
    'aliases and fragments',
    `{ runs { nodes { ...R other: number } } }
     fragment R on Run { lumisections(first: 3) { nodes { id ...L } totalCount } }
     fragment L on Lumisection { histograms { nodes { __typename id bins all: bins(flow: true) axes { labels edges } } } }`,
  ],
  ['fragments on interfaces', '{ lumisectionHistograms(first: 3) { nodes { ... on Histogram { entries bins } id } } }'],
  ['an error of one field', '{ runs(first: 1) { nodes { number lumisections(first: -1) { totalCount } } } }'],
  ['errors of all elements', '{ runs { nodes { number lumisections(first: 5000) { totalCount } } } }'],
  ['an unknown id', '{ node(id: "nonsense") { id } }'],
  ['nothing found', '{ run(number: 1) { number lumisections { nodes { number } } } }'],
  ['introspection', getIntrospectionQuery()],
];

const ask = (app: App, body: object, accept = 'application/json') =>
  app.fetch('http://localhost/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept, ...AUTHORIZED },
    body: JSON.stringify(body),
  });

describe.each(databases)('the server on $name', (database) => {
  let opened: { store: Store; drop(): Promise<void> };
  let app: App;
  /** JSON.stringify and the interpreter: what the fast ways have to give, byte for byte. */
  let plain: App;

  beforeAll(async () => {
    opened = await createTestStore(database);
    await fillWorld(opened.store);
    const settings = { LUMIGRAPH_LOG: 'silent', LUMIGRAPH_WEB: 'off' };
    app = createApp(opened.store, parseConfig(settings), { session: SESSION });
    plain = createApp(opened.store, parseConfig({ ...settings, LUMIGRAPH_SPLICE: 'off', LUMIGRAPH_JIT: 'off' }), {
      session: SESSION,
    });
  });
  afterAll(() => opened.drop());

  test.each(documented)('admits %s under the default limits', async (_, query) => {
    const { data, errors } = await (await ask(app, { query })).json();
    expect(errors).toBeUndefined();
    expect(data).not.toBeNull();
  });

  test.each(watching)('admits %s under the default limits', async (_, query) => {
    const response = await ask(app, { query }, 'text/event-stream');
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toContain('text/event-stream');
    // of a file that is done there is one event
    expect(await response.text()).not.toContain('"errors"');
  });

  test.each([...documented, ...tricky])('answers %s the same way, compiled and spliced or not', async (_, query) => {
    const expected = await (await ask(plain, { query })).text();
    // seen, compiled, compiled code used again
    for (let i = 0; i < 3; i++) expect(await (await ask(app, { query })).text()).toBe(expected);
  });

  test('answers a deferred document the same way, spliced or not', async () => {
    const query = `{ lumisectionHistograms(first: 2) { nodes {
      id ... on LumisectionHistogram @defer { bins all: bins(flow: true) monitorElement { path } } } } }`;
    const parts = async (one: App) => (await ask(one, { query }, 'multipart/mixed')).text();
    const expected = await parts(plain);
    expect(await parts(app)).toBe(expected);
    expect(expected).toMatch(/"bins":\[\d/);
  });

  test('is ready', async () => {
    expect((await app.fetch('http://localhost/ready')).status).toBe(200);
  });

  test('is not ready once its database is gone', async () => {
    const { store, drop } = await createTestStore(database);
    const gone = createApp(store, parseConfig({ LUMIGRAPH_LOG: 'silent', LUMIGRAPH_WEB: 'off' }));
    await drop();
    const response = await gone.fetch('http://localhost/ready');
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({ status: 'unavailable' });
  });

  // last, as they change what the others read
  test.each(filling)('admits %s under the default limits, again and again', async (_, query) => {
    for (let i = 0; i < 3; i++) {
      const { data, errors } = await (await ask(app, { query })).json();
      expect(errors).toBeUndefined();
      expect(data).not.toBeNull();
    }
  });
});
