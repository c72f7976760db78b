import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Store } from '../../src/store/store.ts';
import { openTraces, type Traces } from '../../src/telemetry/traces.ts';
import { type SmallApp, smallApp, URL_OF_GRAPH } from './small-app.ts';

interface SentSpan {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly kind: number;
  readonly attributes: readonly { key: string; value: Record<string, unknown> }[];
  readonly status: { code?: number };
}

interface Sent {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: SentSpan['attributes'] };
    readonly scopeSpans: readonly { readonly spans: readonly SentSpan[] }[];
  }[];
}

const CALLER = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' };

/** Takes what is sent to `/v1/traces`, as a collector does. */
const received: { path: string | undefined; sent: Sent }[] = [];
const failures: Error[] = [];
let collector: Server;
let traces: Traces;
let app: SmallApp;
let spans: readonly SentSpan[];

beforeAll(async () => {
  collector = createServer(async (request, response) => {
    let text = '';
    for await (const piece of request) text += piece;
    received.push({ path: request.url, sent: JSON.parse(text) });
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
  }).listen(0, '127.0.0.1');
  await once(collector, 'listening');
  traces = await openTraces({
    endpoint: `http://127.0.0.1:${(collector.address() as AddressInfo).port}/`,
    version: '1.2.3',
    database: 'sqlite',
    onFailure: (error) => failures.push(error),
  });
  // a store whose one list sends a statement, and a moment later another one
  const count = async () => {
    traces.observeStatement('read', 'SELECT count(*) FROM run WHERE number = $1')();
    await new Promise((resolve) => setImmediate(resolve));
    traces.observeStatement('read', 'WITH x AS (SELECT 1) SELECT 2')(new Error('gone'));
    return 0;
  };
  app = smallApp({}, { lists: { count } } as unknown as Partial<Store>, { traces });
  const ask = (query: string, headers = {}) =>
    app.fetch(URL_OF_GRAPH, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ query }),
    });
  const traceparent = `00-${CALLER.traceId}-${CALLER.spanId}-01`;
  await Promise.all([
    ask('query Named { hello(name: "private") }', { traceparent, 'x-request-id': 'proxy-17' }),
    ask('{ broken }'),
    app.fetch('http://localhost/ready'),
    app.fetch('http://localhost/some/path?token=secret'),
    ask('query Unsampled { hello }', { traceparent: traceparent.replace(/01$/, '00') }),
  ]);
  await traces.close();
  spans = received.flatMap(({ sent }) =>
    sent.resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans)),
  );
});
afterAll(() => {
  collector.close();
});

const spanOf = (name: string) => spans.filter((span) => span.name === name);
const attributesOf = ({ attributes }: Pick<SentSpan, 'attributes'>) =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));

test('a request and its operation become spans of the trace of their caller', () => {
  expect(failures).toEqual([]);
  expect(received[0]?.path).toBe('/v1/traces');
  const [operation] = spanOf('query Named');
  expect(operation).toMatchObject({ traceId: CALLER.traceId });
  const request = spans.find(({ spanId }) => spanId === operation?.parentSpanId) as SentSpan;
  expect(request).toMatchObject({ name: 'POST /graphql', parentSpanId: CALLER.spanId, kind: 2 });
  expect(attributesOf(request)).toMatchObject({
    'http.request.method': 'POST',
    'http.response.status_code': 200,
    'lumigraph.request_id': 'proxy-17',
  });
});

test('lines of the log name the trace', () => {
  const line = app.logged().find(({ requestId }) => requestId === 'proxy-17');
  expect(line).toMatchObject({ event: 'request', traceId: CALLER.traceId });
  const failed = app.logged().filter(({ event }) => event === 'unexpected error');
  expect(failed).toMatchObject([{ requestId: expect.any(String), traceId: expect.stringMatching(/^[0-9a-f]{32}$/) }]);
});

test('statements are children of what sent them, without values', () => {
  const [request] = spanOf('GET /ready');
  const [first] = spanOf('SELECT');
  const [second] = spanOf('WITH');
  for (const span of [first, second]) {
    expect(span).toMatchObject({ kind: 3, traceId: request?.traceId, parentSpanId: request?.spanId });
  }
  expect(attributesOf(first as SentSpan)).toEqual({
    'db.system.name': 'sqlite',
    'db.operation.name': 'SELECT',
    'db.query.text': 'SELECT count(*) FROM run WHERE number = $1',
  });
  expect(second?.status).toMatchObject({ code: 2 });
});

test('errors are marked, what the caller does not sample is not sent, and nothing private is', () => {
  const [operation] = spanOf('query');
  expect(operation?.status).toMatchObject({ code: 2 });
  expect(spanOf('query Unsampled')).toEqual([]);
  expect(JSON.stringify(received)).not.toMatch(/private|secret|some\/path/);
  expect(attributesOf(received[0]?.sent.resourceSpans[0]?.resource as SentSpan)).toEqual({
    'service.name': 'lumigraph',
    'service.version': '1.2.3',
  });
});
