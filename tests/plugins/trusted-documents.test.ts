import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createClient } from '../../client/client.ts';
import { RunsDocument } from '../../client/documents.ts';
import { ConfigurationError } from '../../src/domain/errors.ts';
import { ingestFolder } from '../support/ingest-files.ts';
import { post, smallApp, URL_OF_GRAPH } from './small-app.ts';

const { folder } = ingestFolder('trusted');
const path = join(folder, 'documents.json');
writeFileSync(
  path,
  JSON.stringify({ 'sha256:abc': 'query Hello($name: String) { hello(name: $name) }', def: '{ thing { id } }' }),
);
const app = smallApp({ LUMIGRAPH_TRUSTED_DOCUMENTS: path });
const hello = { data: { hello: 'Hello, you' } };
const variables = { name: 'you' };

describe('a server that has a list of trusted documents', () => {
  test.each([
    { documentId: 'sha256:abc', variables },
    { documentId: 'abc', variables },
    { extensions: { persistedQuery: { version: 1, sha256Hash: 'abc' } }, variables },
  ])('executes a listed one: %j', async (body) => {
    expect(await (await app.fetch(post(body))).json()).toEqual(hello);
  });

  test('takes the hash in an address', async () => {
    const url = `${URL_OF_GRAPH}?documentId=sha256:abc&variables=${encodeURIComponent(JSON.stringify(variables))}`;
    expect(await (await app.fetch(url, { headers: { 'x-graphql-yoga-csrf': '1' } })).json()).toEqual(hello);
  });

  test.each([
    ['any other document', { query: '{ hello }' }],
    ['a listed document that comes as a text', { query: '{ thing { id } }' }],
    ['a document beside a hash', { query: '{ hello }', documentId: 'abc' }],
    ['an unknown hash', { documentId: 'sha256:123' }],
    ['names that objects have', { documentId: '__proto__' }],
    ['a hash that is no text', { documentId: 1 }],
    ['nothing', {}],
  ])('refuses %s', async (_, body) => {
    const response = await app.fetch(post(body));
    expect(response.status).toBe(403);
    const { data, errors } = await response.json();
    expect(data).toBeUndefined();
    expect(errors[0].extensions.code).toBe('UNTRUSTED_DOCUMENT');
  });

  test('does not start on a list that is none', () => {
    const wrong = join(folder, 'wrong.json');
    for (const content of ['no JSON', '[1]', '{"a":1}']) {
      writeFileSync(wrong, content);
      expect(() => smallApp({ LUMIGRAPH_TRUSTED_DOCUMENTS: wrong })).toThrow(ConfigurationError);
    }
    expect(() => smallApp({ LUMIGRAPH_TRUSTED_DOCUMENTS: join(folder, 'none.json') })).toThrow('none.json');
  });
});

describe('the typed client', () => {
  test('sends hashes that stand in its list, and texts that have none', async () => {
    const sent: Record<string, unknown>[] = [];
    const client = createClient({
      url: URL_OF_GRAPH,
      trustedDocuments: true,
      fetch: async (_url, init) => {
        sent.push(JSON.parse(String(init?.body)));
        return Response.json({ data: { runs: null } });
      },
    });
    await client.request(RunsDocument);
    await client.request('{ hello }');
    const list = JSON.parse(readFileSync('client/gql/persisted-documents.json', 'utf8'));
    expect(Object.keys(sent[0] as object)).toEqual(['documentId']);
    expect(list[sent[0]?.documentId as string]).toContain('query Runs');
    expect(sent[1]).toEqual({ query: '{ hello }' });
  });
});
