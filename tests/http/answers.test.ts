import * as zlib from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { chooseEncoding } from '../../src/plugins/compression.ts';
import { post, smallApp, URL_OF_GRAPH } from '../plugins/small-app.ts';

const CSRF = { 'x-graphql-yoga-csrf': '1' };
const get = (query: string, headers: Record<string, string> = {}) =>
  new Request(`${URL_OF_GRAPH}?query=${encodeURIComponent(query)}`, { headers: { ...CSRF, ...headers } });
const bytes = async (response: Response) => Buffer.from(await response.arrayBuffer());
/** Node has zstd from 22.15 on. */
const { zstdDecompressSync } = zlib as { zstdDecompressSync?: typeof zlib.gunzipSync };
const UNPACK = Object.entries({
  zstd: zstdDecompressSync,
  br: zlib.brotliDecompressSync,
  gzip: zlib.gunzipSync,
}).flatMap(([encoding, unpack]) => (unpack ? [{ encoding, unpack }] : []));
const best = UNPACK[0]?.encoding;

describe('compression', () => {
  const app = smallApp();
  const bins = (size: number) => `{ thing { bins(size: ${size}) } }`;
  const ask = (query: string, accepted?: string) =>
    app.fetch(post({ query }, accepted === undefined ? {} : { 'accept-encoding': accepted }));

  test.each([
    ['a whole answer', 20_000],
    ['an answer that is sent while it is made', 1_000_000],
  ])('gives the same bytes, packed: %s', async (_, size) => {
    const plain = await bytes(await ask(bins(size)));
    for (const { encoding, unpack } of UNPACK) {
      const response = await ask(bins(size), encoding);
      expect(response.headers.get('content-encoding')).toBe(encoding);
      const packed = await bytes(response);
      expect(packed.length).toBeLessThan(plain.length * 0.7);
      expect(unpack(packed).equals(plain)).toBe(true);
    }
  });

  test.each([
    ['a short answer', bins(3), 'br, gzip'],
    ['one for a client that takes none', bins(20_000), undefined],
    ['one for a client that takes others', bins(20_000), 'compress, br;q=0'],
  ])('leaves as it is: %s', async (_, query, accepted) => {
    expect((await ask(query, accepted)).headers.get('content-encoding')).toBeNull();
  });

  test('leaves parts of a deferred answer as they are, so that each arrives in time', async () => {
    const query = '{ thing { id ... @defer { bins(size: 20000) } } }';
    const response = await app.fetch(post({ query }, { accept: 'multipart/mixed', 'accept-encoding': 'br' }));
    expect(response.headers.get('content-encoding')).toBeNull();
    expect(await response.text()).toContain('19999');
  });

  test('can be switched off', async () => {
    const response = await smallApp({ LUMIGRAPH_COMPRESS: 'off' }).fetch(
      post({ query: bins(20_000) }, { 'accept-encoding': 'br' }),
    );
    expect(response.headers.get('content-encoding')).toBeNull();
  });

  test('breaks off visibly where bins turn out damaged on the way', async () => {
    const query = `{ thing { a: bins(size: 1000000) damagedBins } }`;
    const response = await ask(query, 'gzip');
    await expect(bytes(response).then(zlib.gunzipSync)).rejects.toThrow();
  });

  test.each([
    [null, undefined],
    ['', undefined],
    ['gzip, deflate, br', 'br'],
    ['GZIP', 'gzip'],
    ['br;q=0.5, gzip;q=0.8', 'gzip'],
    ['gzip, deflate, br, zstd', best],
    ['*', best],
    ['br;q=0, zstd;q=0, *;q=0.1', 'gzip'],
    ['identity', undefined],
    ['gzip;q=nonsense', undefined],
  ])('of %s chooses %s', (header, encoding) => {
    expect(chooseEncoding(header)).toBe(encoding);
  });
});

describe('entity tags', () => {
  const app = smallApp();

  test('let a client keep what it got by GET and ask whether it still holds', async () => {
    const first = await app.fetch(get('{ hello }'));
    const etag = first.headers.get('etag') ?? '';
    expect(etag).toMatch(/^"[\w-]{22}"$/);
    expect(first.headers.get('cache-control')).toBe('private, no-cache');
    expect(await first.json()).toEqual({ data: { hello: 'Hello, world' } });
    for (const known of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
      const again = await app.fetch(get('{ hello }', { 'if-none-match': known }));
      expect([again.status, again.headers.get('etag'), await again.text()]).toEqual([304, etag, '']);
      expect(again.headers.get('vary')).toContain('accept');
    }
    expect((await app.fetch(get('{ hello(name: "b") }', { 'if-none-match': etag }))).status).toBe(200);
  });

  test('differ between the packed forms of an answer, and each is known again', async () => {
    const query = '{ thing { bins(size: 20000) } }';
    const tags = await Promise.all(
      ['identity', ...UNPACK.map(({ encoding }) => encoding)].map(async (accepted) => {
        const response = await app.fetch(get(query, { 'accept-encoding': accepted }));
        const etag = response.headers.get('etag') ?? '';
        const again = await app.fetch(get(query, { 'accept-encoding': accepted, 'if-none-match': etag }));
        expect(again.status).toBe(304);
        return etag;
      }),
    );
    expect(new Set(tags).size).toBe(1 + UNPACK.length);
  });

  test('are not given to answers with errors of the request, nor to POST', async () => {
    for (const request of [
      get('{ nope }', { accept: 'application/graphql-response+json' }),
      post({ query: '{ hello }' }),
    ]) {
      const { headers } = await app.fetch(request);
      expect([headers.get('etag'), headers.get('cache-control')]).toEqual([null, 'no-store']);
    }
  });
});

describe('pages of other sites', () => {
  const app = smallApp({ LUMIGRAPH_CORS_ORIGINS: 'https://dqm.example.org,http://localhost:5173' });
  const preflight = (origin: string, to = app) =>
    to.fetch(
      new Request(URL_OF_GRAPH, {
        method: 'OPTIONS',
        headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'content-type' },
      }),
    );
  const allowed = (response: Response) => response.headers.get('access-control-allow-origin');

  test('may ask where they are named', async () => {
    for (const origin of ['https://dqm.example.org', 'http://localhost:5173']) {
      const answer = await preflight(origin);
      expect([answer.status, allowed(answer)]).toEqual([204, origin]);
      expect(answer.headers.get('access-control-allow-headers')).toContain('content-type');
      const response = await app.fetch(post({ query: '{ hello }' }, { origin }));
      expect([allowed(response), response.headers.get('vary')]).toEqual([origin, 'origin']);
      expect(response.headers.get('access-control-allow-credentials')).toBeNull();
    }
  });

  test.each(['https://evil.example.org', 'https://dqm.example.org.evil.org', 'null'])(
    'may not else: %s',
    async (origin) => {
      const answer = await preflight(origin);
      expect([answer.ok, allowed(answer)]).toEqual([false, null]);
      expect(allowed(await app.fetch(post({ query: '{ hello }' }, { origin })))).toBeNull();
    },
  );

  test('may all ask where that is wanted, still without credentials', async () => {
    const open = smallApp({ LUMIGRAPH_CORS_ORIGINS: '*' });
    const { headers } = await preflight('https://any.org', open);
    expect(headers.get('access-control-allow-origin')).toBe('*');
    expect(headers.get('access-control-allow-credentials')).toBeNull();
  });
});
