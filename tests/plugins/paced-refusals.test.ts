import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { AUTHORIZED, SESSION } from '../support/session.ts';
import { smallApp } from './small-app.ts';

test('a flood of refused requests waits for itself, not honest ones for it, and is let go when the server stops', async () => {
  const stopping = new AbortController();
  const app = smallApp(
    { LUMIGRAPH_REFUSED_PERCENT: '1', LUMIGRAPH_MAX_CLIENT_REQUESTS: '1000' },
    {},
    { stopping: stopping.signal },
  );
  const server = createServer((request, response) => app.handle(request, response)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const ask = (query: string, padding = 0) =>
    fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query }).padEnd(padding),
    });
  const heldBack = async () =>
    Number(/limit="LUMIGRAPH_REFUSED_PERCENT"} (\d+)/.exec(await (await fetch(`${url}/metrics`)).text())?.[1] ?? 0);
  try {
    let answered = 0;
    // bytes count as time, whatever the machine needs for them
    const asked = ['{ nope }', '{ notFound }', '{ graphqlError }'];
    const flood = Array.from({ length: 42 }, async (_, i) => {
      const response = await ask(asked[i % asked.length] as string, 300_000);
      answered++;
      return (await response.json()).errors.length;
    });
    await expect.poll(heldBack, { timeout: 20_000 }).toBeGreaterThan(28);
    // errors that come with data are not refusals
    expect(await (await ask('{ hello notFound }')).json()).toMatchObject({ data: { hello: 'Hello, world' } });
    expect(answered).toBeLessThan(42);
    stopping.abort();
    expect(new Set(await Promise.all(flood))).not.toContain(0);
  } finally {
    server.close();
    server.closeAllConnections();
  }
});

test('what others on the machine take of its time is not put down to who is refused', async () => {
  // the processor is busy with something else for as long as nobody here gets it
  const stalled = new Int32Array(new SharedArrayBuffer(4));
  const find = async () => {
    Atomics.wait(stalled, 0, 0, 25);
    return null;
  };
  const app = smallApp({ LUMIGRAPH_REFUSED_PERCENT: '1' }, { tokens: { find } as never });
  const server = createServer(app.handle).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const headers = { authorization: `Bearer ${SESSION}`, 'x-graphql-yoga-csrf': '1' };
  try {
    for (let i = 0; i < 10; i++) expect((await fetch(`${url}/graphql`, { headers })).status).toBe(401);
    expect(await (await fetch(`${url}/metrics`)).text()).not.toContain('LUMIGRAPH_REFUSED_PERCENT');
  } finally {
    server.close();
    server.closeAllConnections();
  }
});

test('long bodies of who had much refused are not looked at for now, unless a token came with them', async () => {
  const stopping = new AbortController();
  const app = smallApp({ LUMIGRAPH_REFUSED_PERCENT: '1' }, {}, { stopping: stopping.signal, session: SESSION });
  const server = createServer(app.handle).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const ask = async (query: string, padding: number, headers: object = {}) => {
    const body = JSON.stringify({ query }).padEnd(padding);
    const all = { 'content-type': 'application/json', ...headers };
    return fetch(`${url}/graphql`, { method: 'POST', headers: all, body });
  };
  try {
    const flood = Array.from({ length: 8 }, () => ask('{ nope }', 300_000));
    const heldBack = async () => (await fetch(`${url}/metrics`)).text();
    await expect.poll(heldBack, { timeout: 20_000 }).toContain('limit="LUMIGRAPH_REFUSED_PERCENT"}');
    const refused = ask('{ hello }', 60_000);
    // short ones of use are answered, and so are those of other clients
    expect((await ask('{ hello }', 0)).status).toBe(200);
    expect((await ask('{ hello }', 60_000, AUTHORIZED)).status).toBe(200);
    stopping.abort();
    expect((await refused).status).toBe(429);
    expect(Number((await refused).headers.get('retry-after'))).toBeGreaterThan(0);
    const { errors } = await (await refused).json();
    expect(errors).toMatchObject([{ extensions: { code: 'TOO_MANY_REQUESTS', setting: 'LUMIGRAPH_REFUSED_PERCENT' } }]);
    await Promise.all(flood);
  } finally {
    server.close();
    server.closeAllConnections();
  }
});

test('requests for exports that are refused wait for themselves as well', async () => {
  const stopping = new AbortController();
  const app = smallApp({ LUMIGRAPH_REFUSED_PERCENT: '1' }, {}, { stopping: stopping.signal });
  const server = createServer((request, response) => app.handle(request, response)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  // bytes count as time here as well
  const ask = () =>
    new Promise<number | undefined>((resolve, reject) => {
      const headers = { authorization: 'Bearer lg_none', 'content-length': 300_000 };
      const asked = request({ port, path: '/export/histograms.csv', headers, agent: false }, (response) =>
        resolve(response.resume().statusCode),
      );
      asked.on('error', reject).end(Buffer.alloc(300_000));
    });
  try {
    let answered = 0;
    const flood = Array.from({ length: 20 }, () => ask().finally(() => answered++));
    const metrics = async () => (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    await expect.poll(metrics, { timeout: 20_000 }).toMatch(/limit="LUMIGRAPH_REFUSED_PERCENT"} 1\d/);
    expect(answered).toBeLessThan(20);
    stopping.abort();
    expect(new Set(await Promise.all(flood))).toEqual(new Set([401]));
  } finally {
    server.close();
    server.closeAllConnections();
  }
});
