import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Client, createClient, type SubscribePayload } from 'graphql-ws';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import { type App, createApp } from '../../src/app.ts';
import { parseConfig } from '../../src/config.ts';
import type { Store } from '../../src/store/store.ts';
import { beginFile, write } from '../store/writing/write.ts';
import { createTestStore, databases } from '../support/databases.ts';
import { SESSION } from '../support/session.ts';

const [sqlite] = databases;

/** The protocol does not depend on the database; events between processes are tested where the store is. */
describe('over a WebSocket', () => {
  let opened: { store: Store; url: string; drop(): Promise<void> };
  let app: App;
  let server: Server;
  let url: string;
  const clients: Client[] = [];

  beforeAll(async () => {
    opened = await createTestStore(sqlite as (typeof databases)[number]);
    const config = parseConfig({
      LUMIGRAPH_LOG: 'silent',
      LUMIGRAPH_WEB: 'off',
      LUMIGRAPH_MAX_CLIENT_SUBSCRIPTIONS: '3',
      LUMIGRAPH_MAX_BODY_BYTES: '20000',
      LUMIGRAPH_CORS_ORIGINS: 'https://dqm.example.org',
    });
    app = createApp(opened.store, config, { session: SESSION });
    server = createServer(app.handle).on('upgrade', app.upgrade);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`;
  });
  afterEach(async () => {
    for (const client of clients.splice(0)) await client.dispose();
  });
  afterAll(async () => {
    await app.closeSockets();
    server.closeAllConnections();
    await opened.drop();
  });

  const connect = (connectionParams?: Record<string, unknown>, more: object = {}) => {
    const client = createClient({ url, webSocketImpl: WebSocket, connectionParams, retryAttempts: 0, ...more });
    clients.push(client);
    return client;
  };
  const start = (client: Client, payload: SubscribePayload) => {
    const results: unknown[] = [];
    let leave = () => {};
    const ended = new Promise<'complete'>((resolve, reject) => {
      leave = client.subscribe(payload, {
        next: (result) => results.push(result),
        error: reject,
        complete: () => resolve('complete'),
      });
    });
    ended.catch(() => {});
    return { results, ended, leave: () => leave() };
  };
  const added = 'subscription { runAdded { number } }';
  const deep = (levels: number): Record<string, unknown> => (levels === 0 ? {} : { x: deep(levels - 1) });
  const add = async (number: number) => {
    const file = await beginFile(opened.store.ledger);
    await write(opened.store.ledger, file, { kind: 'runs', runs: [{ number, line: 1 }] } as never);
  };

  test('queries and subscriptions run side by side, and each is left by itself', async () => {
    const client = connect();
    const [one, two] = [start(client, { query: added }), start(client, { query: added })];
    const query = start(client, { query: 'query ($n: Int!) { run(number: $n) { number } }', variables: { n: 5 } });
    expect(await query.ended).toBe('complete');
    expect(query.results).toEqual([{ data: { run: null } }]);
    await vi.waitFor(async () => {
      await add(Math.ceil(Math.random() * 1e6));
      expect([one.results.length > 0, two.results.length > 0]).toEqual([true, true]);
    });
    one.leave();
    const before = one.results.length;
    await add(2_000_000);
    await vi.waitFor(() => expect(two.results.at(-1)).toEqual({ data: { runAdded: { number: 2_000_000 } } }));
    expect(one.results.length).toBe(before);
  });

  test('what a client leaves no longer counts against its limit', async () => {
    const client = connect();
    const some = [1, 2, 3].map(() => start(client, { query: added }));
    const probe = start(client, { query: '{ __typename }' });
    await probe.ended;
    await expect(start(client, { query: added }).ended).rejects.toMatchObject([
      { extensions: { code: 'TOO_MANY_REQUESTS', limit: 3 } },
    ]);
    for (const { leave } of some) leave();
    await vi.waitFor(async () => {
      const again = start(client, { query: added });
      await start(client, { query: '{ __typename }' }).ended;
      await Promise.race([again.ended, Promise.resolve()]);
      again.leave();
    });
    // a client that goes without a word leaves all
    await client.dispose();
    const other = connect();
    const three = [1, 2, 3].map(() => start(other, { query: added }));
    await start(other, { query: '{ __typename }' }).ended;
    const refused = await Promise.race([
      ...three.map(({ ended }) => ended.catch(() => 'refused')),
      Promise.resolve('none'),
    ]);
    expect(refused).toBe('none');
  });

  test('who closes the connection of an event stream leaves its subscription', async () => {
    const open = async () => {
      const asking = request(url.replace('ws:', 'http:'), {
        method: 'POST',
        agent: false,
        headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
      });
      asking.on('error', () => {});
      asking.end(JSON.stringify({ query: added }));
      const [response] = (await once(asking, 'response')) as [IncomingMessage];
      response.on('error', () => {}).resume();
      return { status: response.statusCode, asking };
    };
    /** Once what has just been left is noticed. */
    const openWhenFree = () =>
      vi.waitFor(async () => {
        const opened = await open();
        expect(opened.status).toBe(200);
        return opened;
      });
    const three = [await openWhenFree(), await openWhenFree(), await openWhenFree()];
    const refused = await open();
    expect(refused.status).toBe(429);
    for (const { asking } of three) asking.destroy();
    const { asking } = await openWhenFree();
    for (const one of [asking, refused.asking]) one.destroy();
  });

  test('errors are those of HTTP: of the document, of its limits, of the variables', async () => {
    const client = connect();
    const documents: [SubscribePayload, string][] = [
      [{ query: '{ nothing }' }, 'GRAPHQL_VALIDATION_FAILED'],
      [{ query: '{ run(' }, 'GRAPHQL_PARSE_FAILED'],
      [{ query: 'query ($n: Int!) { run(number: $n) { number } }', variables: { n: 'x' } }, 'BAD_USER_INPUT'],
      [{ query: `{ ${'a: __typename '.repeat(50)} }` }, 'LIMIT_EXCEEDED'],
      [{ query: '{ __typename }', variables: deep(1500) }, 'LIMIT_EXCEEDED'],
      [{ query: 'subscription { dataFileProgress(id: "x") { status } }' }, 'BAD_USER_INPUT'],
    ];
    for (const [payload, code] of documents) {
      await expect(start(client, payload).ended).rejects.toMatchObject([{ extensions: { code } }]);
    }
  });

  test('a token comes with the connection', async () => {
    const query = 'mutation { upsertRuns(input: { runs: [{ number: 77 }] }) { report { inserted } } }';
    const nobody = start(connect(), { query });
    await nobody.ended.catch(() => {});
    expect(JSON.stringify([nobody.results, await nobody.ended.catch((errors) => errors)])).toMatch(
      /UNAUTHENTICATED|FORBIDDEN/,
    );
    const known = start(connect({ authorization: `Bearer ${SESSION}` }), { query });
    await known.ended;
    expect(known.results).toEqual([{ data: { upsertRuns: { report: { inserted: 1 } } } }]);
    const short = start(connect({ token: SESSION }), { query });
    await short.ended;
    expect(short.results).toEqual([{ data: { upsertRuns: { report: { inserted: 0 } } } }]);
    await expect(start(connect({ token: 'wrong' }), { query: '{ __typename }' }).ended).rejects.toMatchObject([
      { extensions: { code: 'UNAUTHENTICATED' } },
    ]);
  });

  /** How a plain socket fares: the status of the refusal, or the code of its end. */
  const knock = (to: string, options: object, protocol: string | string[] = 'graphql-transport-ws', send?: string) =>
    new Promise<number>((resolve) => {
      const socket = new WebSocket(to, protocol, options);
      socket.on('open', () => (send === undefined ? socket.close(1000) : socket.send(send)));
      socket.on('unexpected-response', (_request, { statusCode }) => resolve(statusCode ?? 0));
      socket.on('close', (code) => resolve(code));
      socket.on('error', () => {});
    });

  test('pages of other sites cannot open one, and only the graph has them', async () => {
    const origin = (name: string) => ({ headers: { origin: name } });
    expect(await knock(url, origin('https://evil.example'))).toBe(403);
    expect(await knock(url, origin('null'))).toBe(403);
    expect(await knock(url, origin('https://dqm.example.org'))).toBe(1000);
    expect(await knock(url, origin(url.replace('ws:', 'http:').replace('/graphql', '')))).toBe(1000);
    expect(await knock(url.replace('/graphql', '/elsewhere'), {})).toBe(404);
  });

  test('one client has so many of them, and those that are closed make room after a while', async () => {
    const limits = { LUMIGRAPH_MAX_CLIENT_REQUESTS: '1', LUMIGRAPH_MAX_CLIENT_SUBSCRIPTIONS: '1' };
    const few = createApp(opened.store, parseConfig({ LUMIGRAPH_LOG: 'silent', ...limits }));
    const other = createServer(few.handle).on('upgrade', few.upgrade).listen(0, '127.0.0.1');
    await once(other, 'listening');
    const there = `ws://127.0.0.1:${(other.address() as AddressInfo).port}/graphql`;
    const open = [1, 2].map(() => new WebSocket(there, 'graphql-transport-ws'));
    await Promise.all(open.map((socket) => once(socket, 'open')));
    expect(await knock(there, {})).toBe(429);
    open[0]?.terminate();
    await vi.waitFor(async () => expect(await knock(there, {})).toBe(1000), { timeout: 20_000, interval: 500 });
    await few.closeSockets();
    other.close();
  });

  test('who does not keep to the protocol is closed with the code that says so', async () => {
    expect(await knock(url, {}, 'graphql-transport-ws', '{"type":"nothing"}')).toBe(4400);
    expect(
      await knock(url, {}, 'graphql-transport-ws', '{"id":"1","type":"subscribe","payload":{"query":"{a}"}}'),
    ).toBe(4401);
    expect(await knock(url, {}, [], '{}')).toBe(4406);
    expect(await knock(url, {}, 'graphql-transport-ws', 'x'.repeat(21_000))).toBe(1009);
    await expect(start(connect({ token: 'a\r\nx-evil: 1' }), { query: '{ __typename }' }).ended).rejects.toMatchObject({
      code: 4403,
    });
    await expect(start(connect({ authorization: 5 }), { query: '{ __typename }' }).ended).rejects.toMatchObject({
      code: 4403,
    });
  });

  test('a server that stops says goodbye', async () => {
    const client = connect();
    const { ended } = start(client, { query: added });
    await start(client, { query: '{ __typename }' }).ended;
    await app.closeSockets();
    await expect(ended).rejects.toMatchObject({ code: 1001 });
  });
});
