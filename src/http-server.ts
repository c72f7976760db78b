import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Config } from './config.ts';
import { ignoreUpgrade } from './ignored-upgrade.ts';

export type HttpSettings = Pick<
  Config,
  | 'maxConnections'
  | 'maxHeaderBytes'
  | 'headersTimeoutMs'
  | 'requestTimeoutMs'
  | 'keepAliveTimeoutMs'
  | 'sendTimeoutMs'
  | 'maxUnsentBytes'
  | 'maxClientRequests'
>;

export interface HttpServer {
  readonly server: Server;
  readonly port: number;
  /** Connections that are open. */
  readonly connections: number;
  /** Gives requests for a WebSocket to `open`; those for any other protocol are served as if they had not asked for it. */
  onWebSocket(open: SocketOpener): void;
  listen(port: number, host: string): Promise<void>;
  /**
   * Takes no new connections and waits for requests under way; when it has taken too long, what is left is cut off.
   * @returns how many connections were.
   */
  stop(withinMs: number): Promise<number>;
}

export type RequestHandler = (request: IncomingMessage, response: ServerResponse) => unknown;

export type SocketOpener = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

/** How often it is looked whether clients take what they asked for, and whether connections fell idle while stopping. */
const LOOK_EVERY_MS = 500;
const LOOK_WHILE_STOPPING_MS = 50;

/**
 * node:http with a limit on all that a client can hold on to: connections, headers, requests that never end, and
 * answers that are never taken. `refused` is told the setting whose limit a connection passed.
 */
export function createHttpServer(
  handle: RequestHandler,
  settings: HttpSettings,
  refused: (setting: string) => void = () => {},
): HttpServer {
  const sockets = new Set<Socket>();
  const mayWait = countWaiting(settings.maxClientRequests);
  let stopping = false;
  const server = createServer(
    {
      maxHeaderSize: settings.maxHeaderBytes,
      headersTimeout: Math.min(settings.headersTimeoutMs, settings.requestTimeoutMs),
      requestTimeout: settings.requestTimeoutMs,
      keepAliveTimeout: settings.keepAliveTimeoutMs,
      // of two tokens, or two hosts, node:http takes the first, where a proxy may have looked at the last: two are none
      joinDuplicateHeaders: true,
      connectionsCheckingInterval: Math.ceil(Math.min(settings.headersTimeoutMs, 10_000) / 4),
    },
    (request, response) => {
      if (stopping) response.setHeader('connection', 'close');
      // without a socket of its own while an answer before it, on the same connection, is not sent yet
      if (response.socket === null && !mayWait(request.socket, response)) {
        refused('LUMIGRAPH_MAX_CLIENT_REQUESTS');
        return request.socket.destroy();
      }
      handle(request, response);
    },
  );
  server.maxConnections = settings.maxConnections;
  server.on('drop', () => refused('LUMIGRAPH_MAX_CONNECTIONS'));
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => refuse(error, socket as Socket, refused));
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  // A silent connection is no offence: its client may wait for an answer. Only what it leaves untaken is one.
  server.timeout = settings.sendTimeoutMs;
  server.on('timeout', (socket: Socket) => {
    if (socket.writableLength === 0) return;
    refused('LUMIGRAPH_SEND_TIMEOUT_MS');
    socket.destroy();
  });
  const look = watchUnsent(sockets, settings.maxUnsentBytes, () => refused('LUMIGRAPH_MAX_UNSENT_BYTES'));
  const timer = setInterval(look, LOOK_EVERY_MS).unref();

  return {
    server,
    get port() {
      return (server.address() as AddressInfo).port;
    },
    get connections() {
      return sockets.size;
    },
    onWebSocket(open) {
      server.on('upgrade', (request, socket, head) => {
        if (request.headers.upgrade?.toLowerCase() === 'websocket') open(request, socket, head);
        else ignoreUpgrade(server, request, socket, head);
      });
    },
    listen: (port, host) =>
      new Promise((resolve, reject) => {
        server.once('error', reject);
        server.listen(port, host, () => {
          server.off('error', reject);
          resolve();
        });
      }),
    stop: (withinMs) =>
      new Promise((resolve) => {
        stopping = true;
        let cut = 0;
        const idle = setInterval(() => server.closeIdleConnections(), LOOK_WHILE_STOPPING_MS);
        const late = setTimeout(() => {
          cut = sockets.size;
          // those included that speak another protocol by now (WebSocket), which the server does not count as its own
          for (const socket of sockets) socket.destroy();
        }, withinMs);
        server.close(() => {
          clearInterval(idle);
          clearInterval(timer);
          clearTimeout(late);
          resolve(cut);
        });
      }),
  };
}

const REFUSALS: Record<string, { status: string; setting?: string; text: string }> = {
  HPE_HEADER_OVERFLOW: {
    status: '431 Request Header Fields Too Large',
    setting: 'LUMIGRAPH_MAX_HEADER_BYTES',
    text: 'The headers and the path are longer than LUMIGRAPH_MAX_HEADER_BYTES allows: send the query by POST',
  },
  ERR_HTTP_REQUEST_TIMEOUT: {
    status: '408 Request Timeout',
    setting: 'LUMIGRAPH_REQUEST_TIMEOUT_MS',
    text: 'The request did not arrive within LUMIGRAPH_HEADERS_TIMEOUT_MS (headers) or LUMIGRAPH_REQUEST_TIMEOUT_MS (all of it)',
  },
};
const MALFORMED = { status: '400 Bad Request', setting: undefined, text: 'This is not HTTP/1.1' };

/** Answers what never became a request. */
function refuse({ code }: NodeJS.ErrnoException, socket: Socket, refused: (setting: string) => void): void {
  const { status, setting, text } = REFUSALS[code ?? ''] ?? MALFORMED;
  if (setting !== undefined) refused(setting);
  // after the beginning of an answer another one would be read as part of it; node:http keeps the one under way there
  const { _httpMessage: answer } = socket as { _httpMessage?: ServerResponse | null };
  if (code === 'ECONNRESET' || !socket.writable || answer?.headersSent) {
    socket.destroy();
    return;
  }
  const head = `HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-type: text/plain; charset=utf-8\r\n`;
  socket.end(`${head}content-length: ${text.length + 1}\r\n\r\n${text}\n`, () => socket.destroy());
}

/**
 * Whether a request may wait behind others of its connection. node:http reads them all, however many are sent along, and
 * tells those that wait nothing of the end of their connection: this does.
 */
function countWaiting(most: number): (socket: Socket, response: ServerResponse) => boolean {
  const bySocket = new WeakMap<Socket, Set<ServerResponse>>();
  return (socket, response) => {
    let waiting = bySocket.get(socket);
    if (waiting === undefined) {
      const begun = new Set<ServerResponse>();
      waiting = begun;
      bySocket.set(socket, begun);
      socket.once('close', () => {
        for (const left of begun) Object.assign(left, { destroyed: true, _closed: true }).emit('close');
      });
    }
    if (socket.destroyed || waiting.size >= most) return false;
    waiting.add(response);
    response.once('close', () => waiting.delete(response));
    return true;
  };
}

/**
 * Keeps what waits in memory for clients to take it below a limit: beyond it, those who have kept theirs waiting longest
 * are disconnected.
 */
function watchUnsent(sockets: ReadonlySet<Socket>, most: number, refused: () => void): () => void {
  let waiting = new Set<Socket>();
  return () => {
    let total = 0;
    const now = [...sockets].filter((socket) => socket.writableLength > 0);
    for (const socket of now) total += socket.writableLength;
    // in the order in which they were first seen waiting
    const before = [...waiting].filter((socket) => socket.writableLength > 0 && !socket.destroyed);
    waiting = new Set([...before, ...now]);
    for (const socket of waiting) {
      if (total <= most) break;
      total -= socket.writableLength;
      refused();
      socket.destroy();
    }
  };
}
