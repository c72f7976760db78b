import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, test } from 'vitest';
import { post, smallApp } from './small-app.ts';

/** An app whose field `waits` answers when `go` is called. */
function waitingApp(environment: Record<string, string>) {
  let go = () => {};
  const released = new Promise<string>((resolve) => {
    go = () => resolve('done');
  });
  const app = smallApp(environment, { wait: () => released });
  const ask = (address: string) =>
    app.fetch(post({ query: '{ waits }' }, { 'x-real-ip': address, accept: 'application/graphql-response+json' }));
  return { ask, go };
}

describe('requests at the same time', () => {
  test('of one client are so many; it is told how many, and when to come again', async () => {
    const { ask, go } = waitingApp({
      LUMIGRAPH_MAX_CLIENT_REQUESTS: '2',
      LUMIGRAPH_CLIENT_ADDRESS_HEADER: 'x-real-ip',
    });
    const running = [ask('10.0.0.1'), ask('10.0.0.1'), ask('10.0.0.2')];
    const refused = await ask('6.6.6.6, 10.0.0.1');
    expect(refused.status).toBe(429);
    expect(refused.headers.get('retry-after')).toBe('1');
    expect((await refused.json()).errors[0].extensions).toMatchObject({
      code: 'TOO_MANY_REQUESTS',
      setting: 'LUMIGRAPH_MAX_CLIENT_REQUESTS',
      limit: 2,
      actual: 3,
      remedy: expect.any(String),
    });
    go();
    for (const response of await Promise.all(running))
      expect(await response.json()).toEqual({ data: { waits: 'done' } });
    expect((await ask('10.0.0.1')).status).toBe(200);
  });

  test('of all clients are so many', async () => {
    const { ask, go } = waitingApp({
      LUMIGRAPH_MAX_REQUESTS: '2',
      LUMIGRAPH_CLIENT_ADDRESS_HEADER: 'x-real-ip',
    });
    const running = [ask('10.0.0.1'), ask('10.0.0.2')];
    const refused = await ask('10.0.0.3');
    expect(refused.status).toBe(503);
    expect(refused.headers.get('retry-after')).toBe('1');
    expect((await refused.json()).errors[0].extensions).toMatchObject({
      code: 'UNAVAILABLE',
      setting: 'LUMIGRAPH_MAX_REQUESTS',
      limit: 2,
    });
    go();
    await Promise.all(running);
    expect((await ask('10.0.0.3')).status).toBe(200);
  });

  test('count a little longer where the client leaves before its answer', async () => {
    const asked = new Set<string>();
    const wait = () => {
      asked.add('waits');
      return new Promise<string>(() => {});
    };
    const app = smallApp({ LUMIGRAPH_MAX_CLIENT_REQUESTS: '1' }, { wait });
    const server = createServer(app.handle).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const ask = (query: string, signal?: AbortSignal) =>
      fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query }),
        signal: signal ?? null,
      });
    const client = new AbortController();
    const left = ask('{ waits }', client.signal).catch(() => 'left');
    await expect.poll(() => asked.size).toBe(1);
    client.abort();
    expect(await left).toBe('left');
    expect((await ask('{ hello }')).status).toBe(429);
    await expect.poll(async () => (await ask('{ hello }')).status, { timeout: 20_000, interval: 500 }).toBe(200);
    expect((await ask('{ hello }')).status).toBe(200);
    server.closeAllConnections();
    server.close();
  });

  test('are counted where they are refused for something else as well', async () => {
    const app = smallApp({ LUMIGRAPH_MAX_CLIENT_REQUESTS: '1' });
    for (let i = 0; i < 3; i++) expect((await app.fetch(post('no JSON'))).status).toBe(400);
    expect((await app.ask('{ hello }')).status).toBe(200);
  });
});
