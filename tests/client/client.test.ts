import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'graphql';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { createClient } from '../../client/client.ts';
import { CertificationMaskDocument, RunsDocument } from '../../client/documents.ts';
import { RequestError } from '../../client/errors.ts';
import { cut, json, silence, startScripted, text } from './support.ts';

/** Retries as always, without the waits. */
const AT_ONCE = { firstDelay: 0 };
const runs = { runs: { nodes: [], pageInfo: { hasNextPage: false, endCursor: null } } };
const errorOf = (promise: Promise<unknown>) =>
  promise.then(
    () => expect.fail('no error was thrown'),
    (error: unknown) => {
      expect(error).toBeInstanceOf(RequestError);
      return error as RequestError;
    },
  );

describe('a request', () => {
  it('sends document, variables and token, and returns typed data', async () => {
    await using server = await startScripted(json({ data: runs }));
    const client = createClient({ url: server.url, token: 'secret', headers: { 'x-team': 'pixel' } });
    const data = await client.request(RunsDocument, { first: 3, where: { number: { gte: 398010 } } });
    expect(data).toEqual(runs);
    expectTypeOf(data.runs.nodes[0]?.number).toEqualTypeOf<number | undefined>();
    expectTypeOf(data.runs.nodes[0]?.era).toEqualTypeOf<string | null | undefined>();
    const [request] = server.requests;
    expect(request?.headers).toMatchObject({
      authorization: 'Bearer secret',
      'content-type': 'application/json',
      'x-team': 'pixel',
    });
    expect(request?.headers.accept).toContain('application/graphql-response+json');
    expect(request?.body.query).toContain('query Runs(');
    expect(request?.body.variables).toEqual({ first: 3, where: { number: { gte: 398010 } } });
  });

  it('asks for variables exactly where the document needs them', async () => {
    await using server = await startScripted(json({ data: runs }));
    const client = createClient({ url: server.url });
    await client.request(RunsDocument);
    // @ts-expect-error the source is required
    await client.request(CertificationMaskDocument);
    // @ts-expect-error a run is a number
    await client.request(RunsDocument, { where: { number: { eq: '398010' } } });
    await client.request(CertificationMaskDocument, { source: 'golden' });
  });

  it('takes a plain string and a parsed document as well', async () => {
    await using server = await startScripted(json({ data: { runs: 1 } }));
    const client = createClient({ url: server.url });
    expect(await client.request('{ runs { totalCount } }')).toEqual({ runs: 1 });
    await client.request(parse('query Parsed { runs { totalCount } }') as never);
    expect(server.requests.map((request) => request.body.query)).toEqual([
      '{ runs { totalCount } }',
      expect.stringContaining('query Parsed'),
    ]);
    expect(server.requests[0]?.headers.authorization).toBeUndefined();
  });

  it('asks for the token before every attempt', async () => {
    await using server = await startScripted(text('', 503), json({ data: runs }));
    let count = 0;
    const client = createClient({ url: server.url, token: async () => `token-${++count}`, retries: AT_ONCE });
    await client.request(RunsDocument);
    expect(server.requests.map((request) => request.headers.authorization)).toEqual([
      'Bearer token-1',
      'Bearer token-2',
    ]);
  });

  it('hands on warnings', async () => {
    await using server = await startScripted(json({ data: runs, extensions: { warnings: ['no flow bins'] } }));
    const warnings: unknown[] = [];
    await createClient({ url: server.url, onWarning: (warning) => warnings.push(warning) }).request(RunsDocument);
    expect(warnings).toEqual(['no flow bins']);
  });
});

describe('an error', () => {
  it('carries the code, the request id, all errors and the data that came beside them', async () => {
    const errors = [
      { message: 'no source "gold"', path: ['certificationMask'], extensions: { code: 'NOT_FOUND' } },
      { message: 'another', extensions: { code: 'BAD_USER_INPUT' } },
    ];
    const named = { 'x-request-id': 'r1' };
    await using server = await startScripted(json({ data: { certificationMask: null }, errors }, 200, named));
    const error = await errorOf(createClient({ url: server.url }).request(RunsDocument));
    expect(error).toMatchObject({ code: 'NOT_FOUND', status: 200, requestId: 'r1', errors, attempts: 1 });
    expect(error.data).toEqual({ certificationMask: null });
    expect(error.message).toBe('no source "gold" (at certificationMask), and 1 more');
    expect(server.requests).toHaveLength(1);
  });

  it.each([
    ['a page of a proxy', text('<h1>Forbidden</h1>', 403), { code: 'HTTP', status: 403 }],
    ['a body that is no JSON', text('hello', 200), { code: 'INVALID_RESPONSE', status: 200 }],
    ['JSON that is no GraphQL response', json([1, 2]), { code: 'INVALID_RESPONSE' }],
    ['a response without data and errors', json({}), { code: 'INVALID_RESPONSE' }],
    [
      'a refused document',
      json({ errors: [{ message: 'x', extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }] }, 400),
      { code: 'GRAPHQL_VALIDATION_FAILED', status: 400 },
    ],
    [
      'a status that never changes',
      text('', 501, { 'x-request-id': 'r2' }),
      { code: 'HTTP', status: 501, requestId: 'r2' },
    ],
  ])('is thrown at once for %s', async (_, answer, expected) => {
    await using server = await startScripted(answer);
    expect(await errorOf(createClient({ url: server.url }).request(RunsDocument))).toMatchObject(expected);
    expect(server.requests).toHaveLength(1);
  });
});

describe('retries', () => {
  const unavailable = { errors: [{ message: 'later', extensions: { code: 'UNAVAILABLE' } }] };

  it.each([
    ['429', text('slow down', 429)],
    ['500', text('', 500)],
    ['502', text('<html>', 502)],
    ['503 with errors', json(unavailable, 503)],
    ['UNAVAILABLE with status 200', json({ data: null, ...unavailable })],
    ['a connection that breaks', cut()],
    ['a body that breaks off', cut('{"data":')],
  ])('get over %s', async (_, answer) => {
    await using server = await startScripted(answer, answer, json({ data: runs }));
    expect(await createClient({ url: server.url, retries: AT_ONCE }).request(RunsDocument)).toEqual(runs);
    expect(server.requests).toHaveLength(3);
    expect(new Set(server.requests.map((request) => JSON.stringify(request.body))).size).toBe(1);
  });

  it('end after as many as were asked for, with the last error', async () => {
    await using server = await startScripted(text('', 503));
    const client = createClient({ url: server.url, retries: { ...AT_ONCE, retries: 2 } });
    expect(await errorOf(client.request(RunsDocument))).toMatchObject({ code: 'HTTP', status: 503, attempts: 3 });
    expect(server.requests).toHaveLength(3);
    await errorOf(createClient({ url: server.url, retries: 0 }).request(RunsDocument));
    expect(server.requests).toHaveLength(4);
  });

  it('obey Retry-After, in seconds and as a date', async () => {
    const past = 'Tue, 24 Nov 2020 08:00:00 GMT';
    await using server = await startScripted(
      text('', 429, { 'retry-after': '0' }),
      text('', 503, { 'retry-after': past }),
      json({ data: runs }),
    );
    // waits of our own choice would outlast the test
    const client = createClient({ url: server.url, retries: { firstDelay: 10_000_000, maxDelay: 10_000_000 } });
    expect(await client.request(RunsDocument)).toEqual(runs);
  });

  it('do not wait longer than they may, and say how long the server asked for', async () => {
    await using server = await startScripted(text('', 429, { 'retry-after': '3600' }));
    const error = await errorOf(createClient({ url: server.url }).request(RunsDocument));
    expect(error).toMatchObject({ status: 429, retryAfter: 3_600_000, attempts: 1 });
    expect(server.requests).toHaveLength(1);
  });

  it('tell of a server that is not there', async () => {
    const server = await startScripted(json({}));
    await server[Symbol.asyncDispose]();
    const client = createClient({ url: server.url, retries: { ...AT_ONCE, retries: 1 } });
    const error = await errorOf(client.request(RunsDocument));
    expect(error).toMatchObject({ code: 'NETWORK', attempts: 2 });
    expect(error.message).toContain(server.url);
    expect(error.message).toContain('ECONNREFUSED');
  });
});

describe('an abort signal', () => {
  it('ends a request under way with its reason', async () => {
    await using server = await startScripted(silence);
    const controller = new AbortController();
    const reason = new Error('enough');
    const promise = createClient({ url: server.url }).request(RunsDocument, {}, { signal: controller.signal });
    const until = setInterval(() => server.requests.length > 0 && controller.abort(reason), 1);
    await expect(promise).rejects.toBe(reason);
    clearInterval(until);
    expect(server.requests).toHaveLength(1);
  });

  it('ends a wait between attempts with its reason', async () => {
    await using server = await startScripted(text('', 429, { 'retry-after': '50' }));
    const controller = new AbortController();
    const reason = new Error('enough');
    const promise = createClient({ url: server.url }).request(RunsDocument, {}, { signal: controller.signal });
    const until = setInterval(() => server.requests.length > 0 && setTimeout(() => controller.abort(reason), 20), 1);
    await expect(promise).rejects.toBe(reason);
    clearInterval(until);
  });
});

describe('pages', () => {
  const page = (numbers: number[], endCursor: string | null, hasNextPage = endCursor !== null) =>
    json({ data: { runs: { nodes: numbers.map((number) => ({ number })), pageInfo: { hasNextPage, endCursor } } } });
  const numbersOf = async (url: string, after?: string) => {
    const numbers: number[] = [];
    const client = createClient({ url, retries: AT_ONCE });
    for await (const run of client.nodes(RunsDocument, { first: 2, after }, (result) => result.runs)) {
      expectTypeOf(run.number).toBeNumber();
      numbers.push(run.number);
    }
    return numbers;
  };

  it('follow the cursors to the end', async () => {
    await using server = await startScripted(page([1, 2], 'b'), text('', 503), page([3], 'c'), page([], 'd', false));
    expect(await numbersOf(server.url, 'a')).toEqual([1, 2, 3]);
    expect(server.requests.map((request) => request.body.variables)).toEqual([
      { first: 2, after: 'a' },
      { first: 2, after: 'b' },
      { first: 2, after: 'b' },
      { first: 2, after: 'c' },
    ]);
  });

  it('are asked for one at a time, only as they are used', async () => {
    await using server = await startScripted(page([1, 2], 'b'), page([3], null));
    const pages = createClient({ url: server.url }).pages(RunsDocument, {}, (result) => result.runs);
    const first = await pages.next();
    expect(first.value?.nodes).toHaveLength(2);
    expect(server.requests).toHaveLength(1);
    await pages.return();
    expect(server.requests).toHaveLength(1);
  });

  it('are none where the list is not there, and an error where it vanishes', async () => {
    const empty = json({ data: { runs: null } });
    {
      await using server = await startScripted(empty);
      expect(await numbersOf(server.url)).toEqual([]);
    }
    await using server = await startScripted(page([1], 'b'), empty);
    expect(await errorOf(numbersOf(server.url))).toMatchObject({ code: 'INVALID_RESPONSE' });
  });

  it('are an error where they do not advance, never an endless loop or a short list', async () => {
    {
      await using server = await startScripted(page([1], 'b'));
      expect((await errorOf(numbersOf(server.url))).message).toContain('page 2');
    }
    await using server = await startScripted(page([1], null, true));
    expect(await errorOf(numbersOf(server.url))).toMatchObject({ code: 'INVALID_RESPONSE' });
  });
});

it('the client imports nothing of Node.js, so that browsers can load it', () => {
  const folder = join(import.meta.dirname, '../../client');
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
  expect(files).toContain('client.ts');
  for (const file of files) {
    const source = readFileSync(join(folder, file), 'utf8');
    const imported = [...source.matchAll(/(?:from|import\() ?['"]([^'"]+)['"]/g)].map((match) => match[1] ?? '');
    const foreign = imported.filter((name) => !/^\.\.?\//.test(name) || name.includes('../..'));
    // types only, and what is loaded for parsed documents alone
    expect(foreign.filter((name) => !['@graphql-typed-document-node/core', 'graphql'].includes(name))).toEqual([]);
    expect(source).not.toMatch(/\b(process|Buffer|require)\b[.(]/);
  }
});
