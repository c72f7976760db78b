import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { spliceJson } from '../../src/domain/raw-json.ts';
import { NumbersValue, post, smallApp } from './small-app.ts';

const spliced = smallApp();
const plain = smallApp({ LUMIGRAPH_SPLICE: 'off' });

const text = (pieces: Iterable<Uint8Array>) => Buffer.concat([...pieces]).toString();

describe('spliced JSON', () => {
  const bins = fc
    .array(fc.oneof(fc.integer(), fc.double(), fc.constant(Number.NaN), fc.constant(Number.POSITIVE_INFINITY)))
    .map((numbers) => new NumbersValue(numbers));
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof(
      { depthSize: 'medium', withCrossShrink: true },
      fc.string({ unit: 'binary' }),
      fc.constantFrom(null, undefined, true, 'raw:', '"raw:0"', '\u2028'),
      fc.double(),
      bins,
      fc.array(tie('value')),
      fc.dictionary(fc.string({ unit: 'binary' }), tie('value')),
    ),
  }));

  test('is what JSON.stringify gives, whatever the answer', () => {
    fc.assert(
      fc.property(fc.record({ data: value, errors: value }), (answer) => {
        expect(text(spliceJson(answer))).toBe(JSON.stringify(answer));
      }),
      { numRuns: 500 },
    );
  });

  test('may meet another answer between two of its pieces', () => {
    const first = spliceJson({ a: new NumbersValue([1]), b: new NumbersValue([2]) });
    const begun = Buffer.from(first.next().value as Uint8Array).toString();
    expect(text(spliceJson([new NumbersValue([3])]))).toBe('[[3]]');
    expect(begun + text(first)).toBe('{"a":[1],"b":[2]}');
  });

  test('leaves bins to JSON.stringify everywhere else', () => {
    expect(JSON.stringify({ bins: new NumbersValue([1, Number.NaN]) })).toBe('{"bins":[1,null]}');
  });
});

describe('with and without splicing', () => {
  const queries = [
    '{ hello }',
    '{ thing { id bins slowBins } }',
    '{ thing { bins other: bins(size: 4, from: 0.25) none: bins(size: 0) self { bins } } }',
    '{ things(first: 20) { nodes { name bins(size: 100) slowBins } } }',
    '{ thing { bins } broken notFound }',
    '{ thing { bins } warn }',
    '{ nope }',
  ];
  test.each(queries)('%s gives the same bytes', async (query) => {
    const [one, other] = await Promise.all([spliced.ask(query), plain.ask(query)]);
    const withoutId = (body: string) => body.replace(/"requestId":"[^"]+"/g, '');
    expect(withoutId(await one.text())).toBe(withoutId(await other.text()));
    expect(one.status).toBe(other.status);
    expect(one.headers.get('content-type')).toBe(other.headers.get('content-type'));
  });

  test.each(['multipart/mixed', 'text/event-stream'])(
    'a deferred answer as %s gives the same bytes',
    async (accept) => {
      const query = '{ hello thing { id bins ... @defer { late: bins(size: 5) slowBins self { bins } } } }';
      const ask = async (app: typeof plain) => (await app.fetch(post({ query }, { accept }))).text();
      const body = await ask(spliced);
      expect(body).toBe(await ask(plain));
      expect(body).toContain('"late":[0,1,2,3,4]');
      expect(body).toContain('"slowBins":[0.5,null,3]');
    },
  );

  test('a plain answer as text/event-stream gives the same bytes', async () => {
    const ask = async (app: typeof plain) =>
      (await app.fetch(post({ query: '{ thing { bins } }' }, { accept: 'text/event-stream' }))).text();
    const body = await ask(spliced);
    expect(body).toBe(await ask(plain));
    expect(body).toContain('data: {"data":{"thing":{"bins":[0,1,2]}}}');
  });

  test('a batch gives the same bytes', async () => {
    const batch = [{ query: '{ thing { bins } }' }, { query: '{ thing { slowBins } }' }];
    const ask = async (LUMIGRAPH_SPLICE: string) =>
      (await smallApp({ LUMIGRAPH_SPLICE, LUMIGRAPH_MAX_BATCH: '2' }).fetch(post(batch))).text();
    expect(await ask('on')).toBe(await ask('off'));
  });
});

test.each([spliced, plain])('damaged bins are an error with a code, not half an answer', async (app) => {
  const response = await app.ask('{ hello thing { damagedBins } }');
  expect(response.status).toBe(500);
  expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'CORRUPT_BINS' } }] });
});

describe('an answer of many megabytes over a port', () => {
  const query = '{ things(first: 50) { nodes { bins(size: 20000, from: 100000) } } }';
  const server = createServer((request, response) => void spliced.handle(request, response));
  let url = '';
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => server.close());

  const send = (body: object, signal?: AbortSignal) =>
    fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      signal,
    });

  test('comes in one piece', async () => {
    const body = await (await send({ query })).text();
    expect(body.length).toBeGreaterThan(5_000_000);
    expect(body === (await (await plain.ask(query)).text())).toBe(true);
  });

  test('lets other clients in while it is sent', async () => {
    const finished: string[] = [];
    const large = send({ query }).then(async (response) => {
      await response.arrayBuffer();
      finished.push('large');
    });
    const headers = await send({ query: '{ hello }' });
    await headers.text();
    finished.push('small');
    await large;
    expect(finished).toEqual(['small', 'large']);
  });

  test('breaks off visibly when stored bins turn out to be damaged', async () => {
    const damaged = '{ things(first: 50) { nodes { bins(size: 20000, from: 100000) } } thing { damagedBins } }';
    const response = await send({ query: damaged });
    await expect(response.text()).rejects.toThrow();
    expect(spliced.logged()).toContainEqual(expect.objectContaining({ event: 'answer broke off', level: 'error' }));
  });

  test('does no harm when its reader goes away', async () => {
    const stop = new AbortController();
    const response = await send({ query }, stop.signal);
    await response.body?.getReader().read();
    stop.abort();
    expect(await (await send({ query: '{ hello }' })).json()).toEqual({ data: { hello: 'Hello, world' } });
  });
});
