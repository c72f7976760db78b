import { connect, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { type App, createApp } from '../../src/app.ts';
import { parseConfig } from '../../src/config.ts';
import { createHttpServer, type HttpServer } from '../../src/http-server.ts';
import { createLog } from '../../src/log.ts';
import type { Store } from '../../src/store/store.ts';
import { fillWorld } from '../schema/world.ts';
import { createTestStore, databases } from '../support/databases.ts';

const [sqlite] = databases;
const MISTAKE = /INTERNAL|\bat .*\.[tj]s:\d|node_modules|TypeError|\.ts:\d/;
const BODY = '{"query":"{ __typename }"}';
const ANSWER = '{"data":{"__typename":"Query"}}';

/** Bytes on a real socket, to the default configuration; with shorter times, and answers at once. */
describe('the server under attack over HTTP', () => {
  let opened: { store: Store; drop(): Promise<void> };
  let app: App;
  let http: HttpServer;
  let logged = '';
  const sockets: Socket[] = [];

  beforeAll(async () => {
    opened = await createTestStore(sqlite as (typeof databases)[number]);
    await fillWorld(opened.store);
    const config = parseConfig({
      LUMIGRAPH_LOG: 'error',
      LUMIGRAPH_WEB: 'off',
      LUMIGRAPH_UPLOADS: './nowhere',
      LUMIGRAPH_REFUSED_PERCENT: '100',
    });
    const log = createLog('error', (text) => {
      logged += text;
    });
    app = createApp(opened.store, config, { log });
    http = createHttpServer(app.handle, config);
    http.onWebSocket(app.upgrade);
    await http.listen(0, '127.0.0.1');
  });
  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy();
    // whatever was sent: the server answers the next one, and nothing went wrong in it
    expect(await (await fetch(`http://127.0.0.1:${http.port}/health`)).json()).toEqual({ status: 'ok' });
    expect(logged).toBe('');
  });
  afterAll(async () => {
    await app.closeSockets();
    await http.stop(0);
    await opened.drop();
  });

  /** Sends bytes, and gives what came until the server closed, or until `enough` says so. */
  const send = (bytes: string, enough: (got: string) => boolean = () => false, { port } = http) =>
    new Promise<string>((resolve) => {
      const socket = connect(port, '127.0.0.1');
      sockets.push(socket);
      let got = '';
      socket.on('data', (data) => {
        got += data.toString('latin1');
        expect(got).not.toMatch(MISTAKE);
        if (enough(got)) resolve(got);
      });
      socket.on('error', () => {}).on('close', () => resolve(got));
      socket.write(Buffer.from(bytes, 'latin1'));
    });
  const statusOf = (got: string) => Number(/^HTTP\/1\.1 (\d+)/.exec(got)?.[1] ?? 0);
  const posted = (headers: string, body = BODY, line = 'POST /graphql HTTP/1.1') =>
    send(`${line}\r\nhost: localhost\r\nconnection: close\r\n${headers.replaceAll('\n', '\r\n')}\r\n\r\n${body}`);
  const json = `content-type: application/json\ncontent-length: ${BODY.length}`;
  const UPGRADE =
    'host: localhost\r\nconnection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\nsec-websocket-protocol: graphql-transport-ws\r\n\r\n';

  test.each(['//', '/\\', '//[', 'http://[/', 'http://a:b:c/', '*', '/%', '/graphql/../x', 'x://', '/graphiql'])(
    'a socket asked for at %j is refused, and the server goes on',
    async (target) => {
      expect(statusOf(await send(`GET ${target} HTTP/1.1\r\n${UPGRADE}`))).toBe(404);
    },
  );

  test.each([
    '//',
    '//[',
    'http://[/',
    '/%',
    '*',
    '/graphql/../../etc/passwd',
    '/graphiql/%2e%2e/%2e%2e/package.json',
    '/health/yoga',
    '/graphql?x=/health',
    '/graphql?query={__typename}&variables={',
    '/graphql?query={__typename}&variables=[]',
    '/graphql?query={__typename}&extensions=1',
    '/graphql?query=%00%ff',
    '/graphql?query=%7B__typename',
    '/graphql?query=mutation{deleteRun(input:{number:1}){__typename}}',
    '/metrics',
  ])('GET %s is answered in words', async (target) => {
    const got = await posted('x-graphql-yoga-csrf: 1', '', `GET ${target} HTTP/1.1`);
    expect(statusOf(got)).toBeLessThan(500);
    expect(got).not.toContain('"data":{');
  });

  test.each<[string, number, string, string?]>([
    ['compressed', 415, `${json}\ncontent-encoding: gzip`, BODY],
    ['a bomb', 415, 'content-type: application/json\ncontent-length: 10000\ncontent-encoding: gzip', bomb()],
    ['of a declared size beyond all bounds', 413, 'content-type: application/json\ncontent-length: 99999999999', ''],
    ['larger than allowed', 413, 'content-type: application/json\ncontent-length: 10000001', ''],
    ['of a negative size', 400, 'content-type: application/json\ncontent-length: -1'],
    ['of two sizes', 400, `${json}\ncontent-length: 5`],
    ['of a size and chunked', 400, `${json}\ntransfer-encoding: chunked`],
    ['in chunks that are none', 400, 'content-type: application/json\ntransfer-encoding: chunked', 'zz\r\n'],
    ['without a type', 415, `content-length: ${BODY.length}\nx-graphql-yoga-csrf: 1`],
    ['of a type that is none', 415, `content-type: ;;;\ncontent-length: ${BODY.length}\nx-graphql-yoga-csrf: 1`],
    ['a form of another site', 403, 'content-type: text/plain\ncontent-length: 26\norigin: http://evil.example'],
    [
      'a form with wrong JSON',
      400,
      'content-type: application/x-www-form-urlencoded\nx-graphql-yoga-csrf: 1\ncontent-length: 32',
      'query={__typename}&variables={{{',
    ],
    ['no JSON', 400, 'content-type: application/json\ncontent-length: 9', '{"query":'],
    ['with a token of thousands of characters', 401, `${json}\nauthorization: Bearer ${'x'.repeat(9000)}`],
    ['with a token that is no text', 401, `${json}\nauthorization: Bearer lg_\xff\xfe`],
    ['with headers that are too long', 431, `x: ${'x'.repeat(20_000)}`],
    ['for a host that is none', 400, `${json}\nx: y`, `${BODY}`],
  ])('a body %s has status %i', async (name, status, headers, body) => {
    const line = name === 'for a host that is none' ? 'POST /graphql HTTP/1.1\r\nhost: a b' : undefined;
    const got = await posted(headers, body, line);
    expect(statusOf(got)).toBe(status);
  });

  test.each([
    '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03',
    'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
    'hello\r\n\r\n',
    '\r\n\0',
  ])('what is not HTTP/1.1 is told so: %j', async (bytes) => expect(statusOf(await send(bytes))).toBe(400));

  test('headers and bodies that never end are given up, chunked ones too', async () => {
    const times = { LUMIGRAPH_HEADERS_TIMEOUT_MS: '100', LUMIGRAPH_REQUEST_TIMEOUT_MS: '200' };
    const hurried = createHttpServer(app.handle, parseConfig(times));
    await hurried.listen(0, '127.0.0.1');
    const head = 'POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n';
    const beginnings = ['', 'content-length: 1000\r\n\r\n{', 'transfer-encoding: chunked\r\n\r\n1\r\n{\r\n'];
    const answers = await Promise.all(beginnings.map((text) => send(head + text, () => false, hurried)));
    expect(answers.map(statusOf)).toEqual([408, 408, 408]);
    await hurried.stop(0);
  });

  test('a chunked body is cut off at the limit, however much is to follow', async () => {
    const chunk = `186a0\r\n${' '.repeat(100_000)}\r\n`;
    const head =
      'POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n';
    const got = await send(head + chunk.repeat(110), (text) => text.includes('"errors"'));
    expect(statusOf(got)).toBe(413);
  });

  test('requests sent along in one go are all answered up to the limit; beyond it the connection ends', async () => {
    const one = 'GET /graphql?query=%7B__typename%7D HTTP/1.1\r\nhost: localhost\r\nx-graphql-yoga-csrf: 1\r\n\r\n';
    const answers = (got: string) => got.split(ANSWER).length - 1;
    expect(answers(await send(one.repeat(20), (got) => answers(got) === 20))).toBe(20);
    // clients that leave before their answers
    await Promise.all(
      Array.from({ length: 4 }, async () => {
        const socket = connect(http.port, '127.0.0.1').on('error', () => {});
        socket.write(one.repeat(60));
        await new Promise((resolve) => setTimeout(resolve, 5));
        socket.destroy();
      }),
    );
    expect(answers(await send(one.repeat(2000)))).toBeLessThan(70);
    // after a while they count no longer
    await expect.poll(() => posted(json), { timeout: 20_000, interval: 500 }).toContain(ANSWER);
  });

  test('a socket that floods is closed: with operations, with words before its turn, and with what is none', async () => {
    const flood = async (messages: (i: number) => string, before: string[] = ['{"type":"connection_init"}']) => {
      const socket = new WebSocket(`ws://127.0.0.1:${http.port}/graphql`, 'graphql-transport-ws');
      const closed = new Promise<number>((resolve) => socket.once('close', resolve));
      await new Promise((resolve) => socket.once('open', resolve));
      for (const text of before) {
        socket.send(text);
        await new Promise((resolve) => socket.once('message', resolve));
      }
      for (let i = 0; i < 500; i++) socket.send(messages(i));
      return closed;
    };
    const subscribe = (query: string) => (i: number) =>
      JSON.stringify({ id: `${i}`, type: 'subscribe', payload: { query } });
    expect(await flood(subscribe('{ __typename }'))).toBe(4429);
    expect(await flood(subscribe('subscription { runAdded { number } }'))).toBe(4429);
    expect(await flood(subscribe('{ __typename }'), [])).toBe(4401);
    expect(
      await flood(() => '{"id":"1","type":"subscribe","payload":{"query":"subscription { runAdded { number } }"}}'),
    ).toBe(4409);
    expect(await flood(() => '{')).toBe(4400);
    expect(await flood(() => '{"type":"__proto__"}')).toBe(4400);
    expect(await flood(() => '{"type":"connection_init"}')).toBe(4429);
  });

  test('subscriptions over event streams are as many as a client may have, and end with their connections', async () => {
    const leaving: AbortController[] = [];
    const ask = () => {
      const left = new AbortController();
      leaving.push(left);
      return fetch(`http://127.0.0.1:${http.port}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
        body: '{"query":"subscription { runAdded { number } }"}',
        signal: left.signal,
      });
    };
    const setting = 'LUMIGRAPH_MAX_CLIENT_SUBSCRIPTIONS';
    // as many at a time as requests of one client are answered
    for (let i = 0; i < 4; i++) {
      for (const { status } of await Promise.all(Array.from({ length: 25 }, ask))) expect(status).toBe(200);
    }
    const refused = async () => {
      const answer = (await ask()).text().catch(() => '');
      // one that runs says nothing yet
      return Promise.race([answer, new Promise<string>((resolve) => setTimeout(resolve, 50, 'it runs'))]);
    };
    await expect.poll(refused, { timeout: 20_000 }).toContain(setting);
    for (const left of leaving) left.abort();
    await expect.poll(refused, { timeout: 20_000 }).toBe('it runs');
    for (const left of leaving) left.abort();
  });
});

/** A megabyte of blanks in the length that it declares. */
function bomb(): string {
  return gzipSync(Buffer.alloc(1_000_000, ' ')).toString('latin1').padEnd(10_000, ' ');
}
