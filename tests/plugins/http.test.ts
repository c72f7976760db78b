import { createServer, request as httpRequest } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { post, smallApp, URL_OF_GRAPH } from './small-app.ts';

const RESPONSE_JSON = 'application/graphql-response+json';

describe('a request', () => {
  test('without an accept header is answered in plain JSON', async () => {
    const response = await smallApp().fetch(post({ query: '{ hello }' }));
    expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(await response.json()).toEqual({ data: { hello: 'Hello, world' } });
  });

  test('of an old client gets status 200 with its errors, of a new one 400', async () => {
    const app = smallApp();
    const status = async (accept: string) => (await app.fetch(post({ query: '{ nope }' }, { accept }))).status;
    expect(await status('application/json')).toBe(200);
    expect(await status(RESPONSE_JSON)).toBe(400);
  });

  test.each([
    ['broken JSON', post('{"query": "{ hello }"', { accept: RESPONSE_JSON }), 'The body is not JSON'],
    ['a number', post('7', { accept: RESPONSE_JSON }), 'neither an object nor an array'],
    ['no query', post({}, { accept: RESPONSE_JSON }), 'Must provide query string'],
    ['an odd length', post('{}', { 'content-length': 'many', accept: RESPONSE_JSON }), 'content-length'],
  ])('with %s is refused in words', async (_, request, words) => {
    const response = await smallApp().fetch(request);
    expect(response.status).toBe(400);
    expect((await response.json()).errors).toMatchObject([
      { message: expect.stringContaining(words), extensions: { code: 'BAD_REQUEST' } },
    ]);
  });

  test.each(['variables={', 'extensions=[', 'query={hello}&variables=x'])(
    'by GET with %s is refused in words',
    async (search) => {
      const headers = { 'x-graphql-yoga-csrf': '1', accept: 'application/json' };
      const response = await smallApp().fetch(`${URL_OF_GRAPH}?${search}`, { headers });
      expect(response.status).toBe(400);
      expect((await response.json()).errors).toMatchObject([
        { message: expect.stringContaining('is not JSON'), extensions: { code: 'BAD_REQUEST' } },
      ]);
    },
  );

  test('for anything unknown is not found', async () => {
    expect((await smallApp().fetch('http://localhost/nothing')).status).toBe(404);
  });

  test('carries an id of its own, or the one it was given', async () => {
    const app = smallApp();
    const given = await app.fetch(post({ query: '{ requestId }' }, { 'x-request-id': 'proxy-17' }));
    expect(given.headers.get('x-request-id')).toBe('proxy-17');
    expect(await given.json()).toEqual({ data: { requestId: 'proxy-17' } });
    const odd = await app.fetch(post({ query: '{ requestId }' }, { 'x-request-id': 'a b"c' }));
    expect(odd.headers.get('x-request-id')).toMatch(/^[0-9a-f]{12}-\w+$/);
    const ids = new Set([odd.headers.get('x-request-id')]);
    for (let i = 0; i < 20; i++) ids.add((await app.ask('{ hello }')).headers.get('x-request-id'));
    expect(ids.size).toBe(21);
  });

  test('leaves one line in the log, with the name of its operation but nothing of its content', async () => {
    const app = smallApp();
    await app.ask('query Named { hello(name: "private") }');
    const [line, ...others] = app.logged();
    expect(others).toEqual([]);
    expect(line).toEqual({
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
      level: 'info',
      event: 'request',
      requestId: expect.any(String),
      method: 'POST',
      path: '/graphql',
      status: 200,
      ms: expect.any(Number),
      operation: 'query Named',
    });
  });

  test('leaves none where the log is set to less', async () => {
    const app = smallApp({ LUMIGRAPH_LOG: 'error' });
    await app.ask('{ hello }');
    await app.ask('{ nope }');
    expect(app.logged()).toEqual([]);
  });
});

describe('against forged requests', () => {
  const refused = async (response: Response) => {
    expect(response.status).toBe(403);
    const { errors } = await response.json();
    expect(errors).toMatchObject([{ extensions: { code: 'CSRF_HEADER_MISSING' } }]);
    expect(errors[0].message).toContain('x-graphql-yoga-csrf');
  };

  test('GET needs a header, and then reads', async () => {
    const url = `${URL_OF_GRAPH}?query=${encodeURIComponent('{ hello }')}`;
    await refused(await smallApp().fetch(url));
    const response = await smallApp().fetch(url, { headers: { 'x-graphql-yoga-csrf': '1' } });
    expect(await response.json()).toEqual({ data: { hello: 'Hello, world' } });
  });

  test('GET never changes anything', async () => {
    const url = `${URL_OF_GRAPH}?query=${encodeURIComponent('mutation { count }')}`;
    const response = await smallApp().fetch(url, { headers: { 'x-graphql-yoga-csrf': '1' } });
    expect(response.status).toBe(405);
    expect((await response.json()).errors).toMatchObject([{ extensions: { code: 'BAD_REQUEST' } }]);
  });

  test.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x'])(
    'a POST of %s needs the header',
    async (type) => {
      await refused(
        await smallApp().fetch(post('{"query":"{ hello }"}', { 'content-type': type, 'content-length': '21' })),
      );
    },
  );

  test('no other site may read an answer', async () => {
    const response = await smallApp().fetch(post({ query: '{ hello }' }, { origin: 'https://example.org' }));
    expect(response.headers.get('access-control-allow-origin')).toBeNull();
    const preflight = await smallApp().fetch(
      new Request(URL_OF_GRAPH, {
        method: 'OPTIONS',
        headers: { origin: 'https://example.org', 'access-control-request-method': 'POST' },
      }),
    );
    expect(preflight.ok).toBe(false);
    expect(preflight.headers.get('access-control-allow-origin')).toBeNull();
  });

  test('every answer says what a browser may do with it', async () => {
    const { headers } = await smallApp().ask('{ hello }');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('content-security-policy')).toMatch(/^default-src 'self'; style-src 'self' 'unsafe-inline'; /);
    expect(headers.get('cache-control')).toBe('no-store');
  });
});

describe('warnings', () => {
  test('go to the extensions, each once, and only where there are some', async () => {
    const app = smallApp();
    expect(await (await app.ask('{ hello }')).json()).not.toHaveProperty('extensions');
    const { extensions } = await (
      await app.ask('{ a: warn(code: "A") b: warn(code: "A") warn(code: "B", times: 2) }')
    ).json();
    expect(extensions).toEqual({
      warnings: [
        { code: 'A', message: 'A 0', path: ['a'] },
        { code: 'B', message: 'B 0', path: ['warn'] },
        { code: 'B', message: 'B 1', path: ['warn'] },
      ],
    });
  });

  test('of a deferred part come with that part', async () => {
    const query = '{ a: warn(code: "A") ... @defer { b: warn(code: "B") } }';
    const text = await (await smallApp().fetch(post({ query }, { accept: 'multipart/mixed' }))).text();
    expect(text.match(/"code":"A"/g)).toHaveLength(1);
    expect(text.match(/"code":"B"/g)).toHaveLength(1);
  });
});

describe('health', () => {
  test('answers while the process does', async () => {
    const response = await smallApp().fetch('http://localhost/health');
    expect([response.status, await response.json()]).toEqual([200, { status: 'ok' }]);
  });

  test('is ready when the database answers', async () => {
    const app = smallApp({}, { lists: { count: async () => 0 } as never });
    const response = await app.fetch('http://localhost/ready');
    expect([response.status, await response.json()]).toEqual([200, { status: 'ready' }]);
  });

  test('is not ready when the database fails, and says why to the log alone', async () => {
    const app = smallApp({}, { lists: { count: () => Promise.reject(new Error('secret host')) } as never });
    const response = await app.fetch('http://localhost/ready');
    expect(response.status).toBe(503);
    expect(await response.text()).not.toContain('secret');
    expect(JSON.stringify(app.logged())).toContain('secret host');
  });
});

describe('over a port', () => {
  const app = smallApp({ LUMIGRAPH_MAX_BODY_BYTES: '1000' });
  const server = createServer((request, response) => void app.handle(request, response));
  let port = 0;
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    port = (server.address() as AddressInfo).port;
  });
  afterAll(() => server.close());

  test('a body in several chunks, cut inside a character, is read whole', async () => {
    const body = Buffer.from(JSON.stringify({ query: '{ hello(name: "Zürich – 東京") }' }));
    const text = await new Promise<string>((resolve) => {
      const request = httpRequest(
        { port, method: 'POST', path: '/graphql', headers: { 'content-type': 'application/json' } },
        async (response) => {
          let answer = '';
          for await (const chunk of response.setEncoding('utf8')) answer += chunk;
          resolve(answer);
        },
      );
      for (const byte of body) request.write(Buffer.of(byte));
      request.end();
    });
    expect(JSON.parse(text)).toEqual({ data: { hello: 'Hello, Zürich – 東京' } });
  });

  test('a body that is too long without saying so is refused, and the client gets to hear it', async () => {
    const body = new ReadableStream({
      start(controller) {
        for (let i = 0; i < 50; i++) controller.enqueue(new TextEncoder().encode(' '.repeat(1000)));
        controller.close();
      },
    });
    const response = await fetch(`http://127.0.0.1:${port}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
      duplex: 'half',
    } as RequestInit);
    expect(response.status).toBe(413);
    expect((await response.json()).errors).toMatchObject([{ extensions: { code: 'LIMIT_EXCEEDED', limit: 1000 } }]);
  });

  test('a client that goes away in the middle of its body is no error of ours', async () => {
    const socket = connect(port, '127.0.0.1');
    socket.write(
      'POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 50\r\n\r\n{"que',
    );
    await new Promise((resolve) => setTimeout(resolve, 30));
    socket.destroy();
    const response = await fetch(`http://127.0.0.1:${port}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: '{ hello }' }),
    });
    expect(await response.json()).toEqual({ data: { hello: 'Hello, world' } });
    expect(app.logged().filter(({ level }) => level === 'error')).toEqual([]);
  });
});
