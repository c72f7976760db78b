import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { createHttpServer, type HttpServer, type RequestHandler } from '../src/http-server.ts';

const SETTINGS = {
  maxConnections: 100,
  maxHeaderBytes: 2_000,
  headersTimeoutMs: 100,
  requestTimeoutMs: 300,
  keepAliveTimeoutMs: 5_000,
  sendTimeoutMs: 200,
  maxUnsentBytes: 1_000_000_000,
  maxClientRequests: 10,
};

const ok: RequestHandler = (request, response) => {
  request.resume().on('end', () => response.end('ok'));
};

const begun: { http?: HttpServer; sockets: Socket[] } = { sockets: [] };
const refused: string[] = [];

async function start(handle: RequestHandler, settings: Partial<typeof SETTINGS> = {}): Promise<HttpServer> {
  const http = createHttpServer(handle, { ...SETTINGS, ...settings }, (setting) => refused.push(setting));
  begun.http = http;
  await http.listen(0, '127.0.0.1');
  return http;
}

/** A client that sends what it is told to, and keeps what it gets. */
function client({ port }: HttpServer, text = ''): { socket: Socket; text: () => string; closed: Promise<unknown> } {
  const socket = connect(port, '127.0.0.1');
  begun.sockets.push(socket);
  let got = '';
  socket.setEncoding('latin1').on('data', (piece: string) => {
    got += piece;
  });
  socket.on('error', () => {});
  if (text !== '') socket.write(text);
  return { socket, text: () => got, closed: new Promise((resolve) => socket.once('close', resolve)) };
}

afterEach(async () => {
  for (const socket of begun.sockets.splice(0)) socket.destroy();
  await begun.http?.stop(0);
  refused.length = 0;
});

describe('a slow client', () => {
  test('that says nothing, or never ends its headers or its body, is disconnected', async () => {
    const http = await start(ok);
    const silent = client(http);
    const headers = client(http, 'GET / HTTP/1.1\r\nhost: x\r\n');
    const drip = setInterval(() => headers.socket.write('x-a: b\r\n'), 20);
    const body = client(http, 'POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\n{');
    const bodyDrip = setInterval(() => body.socket.write(' '), 20);
    await Promise.all([silent.closed, headers.closed, body.closed]);
    clearInterval(drip);
    clearInterval(bodyDrip);
    expect(headers.text()).toMatch(/^HTTP\/1\.1 408 /);
    expect(headers.text()).toContain('LUMIGRAPH_HEADERS_TIMEOUT_MS');
    expect(body.text()).toMatch(/^HTTP\/1\.1 408 /);
    expect(new Set(refused)).toEqual(new Set(['LUMIGRAPH_REQUEST_TIMEOUT_MS']));
    await expect.poll(() => http.connections).toBe(0);
  });

  test('that takes nothing of its answer is disconnected, one that waits for it is not', async () => {
    const http = await start(
      (request, response) => {
        if (request.url === '/later') setTimeout(() => response.end('later'), 2 * SETTINGS.sendTimeoutMs);
        // more than the system keeps on its way
        else response.end(Buffer.alloc(50_000_000));
      },
      { headersTimeoutMs: 5_000, requestTimeoutMs: 10_000 },
    );
    const waiting = client(http, 'GET /later HTTP/1.1\r\nhost: x\r\n\r\n');
    const unread = connect(http.port, '127.0.0.1').pause();
    begun.sockets.push(unread);
    unread.on('error', () => {});
    unread.write('GET /large HTTP/1.1\r\nhost: x\r\n\r\n');
    while (!waiting.text().includes('later')) await once(waiting.socket, 'data');
    await expect.poll(() => refused).toEqual(['LUMIGRAPH_SEND_TIMEOUT_MS']);
    await expect.poll(() => http.connections).toBe(1);
  });
});

describe('a client that sends', () => {
  test('longer headers than allowed is told so', async () => {
    const http = await start(ok);
    const { text, closed } = client(http, `GET /?${'x'.repeat(3_000)} HTTP/1.1\r\nhost: x\r\n\r\n`);
    await closed;
    expect(text()).toMatch(/^HTTP\/1\.1 431 /);
    expect(refused).toEqual(['LUMIGRAPH_MAX_HEADER_BYTES']);
  });

  test('what is no HTTP is told so', async () => {
    const { text, closed } = client(await start(ok), 'SSH-2.0-OpenSSH_9\r\n\r\n');
    await closed;
    expect(text()).toMatch(/^HTTP\/1\.1 400 /);
    expect(refused).toEqual([]);
  });
});

test('more connections than allowed are closed at once', async () => {
  const http = await start(ok, { maxConnections: 2, headersTimeoutMs: 5_000, requestTimeoutMs: 10_000 });
  const first = [client(http), client(http)];
  await Promise.all(first.map(({ socket }) => once(socket, 'connect')));
  await expect.poll(() => http.connections).toBe(2);
  await client(http, 'GET / HTTP/1.1\r\nhost: x\r\n\r\n').closed;
  expect(refused).toEqual(['LUMIGRAPH_MAX_CONNECTIONS']);
  first[0]?.socket.write('GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n');
  await first[0]?.closed;
  expect(first[0]?.text()).toMatch(/ok$/);
});

test('more bytes waiting for slow clients than allowed cost the slowest their connection', async () => {
  const http = await start((_, response) => response.end(Buffer.alloc(30_000_000)), {
    maxUnsentBytes: 40_000_000,
    sendTimeoutMs: 60_000,
    headersTimeoutMs: 5_000,
    requestTimeoutMs: 60_000,
  });
  const stalled = () => {
    const socket = connect(http.port, '127.0.0.1').pause();
    begun.sockets.push(socket);
    socket.on('error', () => {});
    socket.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n');
  };
  stalled();
  stalled();
  await expect.poll(() => refused, { timeout: 5_000 }).toEqual(['LUMIGRAPH_MAX_UNSENT_BYTES']);
  await expect.poll(() => http.connections).toBe(1);
});

describe('a server that is stopped', () => {
  test('finishes what is under way, closes idle connections and takes no new ones', async () => {
    let begun = () => {};
    const hasBegun = new Promise<void>((resolve) => {
      begun = resolve;
    });
    let finish = () => {};
    const http = await start(
      (request, response) => {
        if (request.url !== '/slow') return response.end('quick');
        finish = () => response.end('finished');
        begun();
      },
      { headersTimeoutMs: 5_000, requestTimeoutMs: 10_000 },
    );
    const agent = new Agent({ keepAlive: true });
    const { port } = http;
    const ask = async (path: string) => {
      const [response] = await once(request({ port, path, agent, host: '127.0.0.1' }).end(), 'response');
      let text = '';
      for await (const piece of response) text += piece;
      return text;
    };
    expect(await ask('/quick')).toBe('quick');
    const slow = ask('/slow');
    await hasBegun;
    const stopped = http.stop(10_000);
    await expect(ask('/quick')).rejects.toThrow('ECONNREFUSED');
    finish();
    expect(await slow).toBe('finished');
    expect(await stopped).toBe(0);
    agent.destroy();
  });

  test('cuts off what takes too long, and says how much', async () => {
    const http = await start(() => {}, { headersTimeoutMs: 5_000, requestTimeoutMs: 10_000 });
    const { closed, socket } = client(http, 'GET / HTTP/1.1\r\nhost: x\r\n\r\n');
    await once(socket, 'connect');
    await expect.poll(() => http.connections).toBe(1);
    expect(await http.stop(50)).toBe(1);
    await closed;
  });
});

describe('a request for another protocol', () => {
  const echo: RequestHandler = (request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece) => pieces.push(piece));
    request.on('end', () => response.end(`${request.method} ${request.headers['x-a']} ${Buffer.concat(pieces)}`));
  };
  const WISH =
    'host: x\r\nconnection: Upgrade, HTTP2-Settings\r\nupgrade: h2c\r\nhttp2-settings: AAMAAABkAAQAAP__\r\nx-a: b\r\n';

  test('that this server does not speak is served in HTTP/1.1', async () => {
    const http = await start(echo);
    http.onWebSocket((_request, socket) => socket.end('a socket'));
    const get = client(http, `GET / HTTP/1.1\r\n${WISH}\r\n`);
    const post = client(http, `POST / HTTP/1.1\r\n${WISH}content-length: 10\r\n\r\nhello`);
    await expect.poll(() => http.connections).toBe(1);
    post.socket.write('there');
    await Promise.all([get.closed, post.closed]);
    expect(get.text()).toMatch(/^HTTP\/1.1 200 OK.*GET b $/s);
    expect(post.text()).toMatch(/^HTTP\/1.1 200 OK.*POST b hellothere$/s);
    expect(http.connections).toBe(0);
  });

  test('is given to whoever opens sockets where it is that of WebSocket', async () => {
    const http = await start(echo);
    http.onWebSocket((_request, socket) => socket.end('a socket'));
    const opened = client(http, 'GET / HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: WebSocket\r\n\r\n');
    await opened.closed;
    expect(opened.text()).toBe('a socket');
  });
});
