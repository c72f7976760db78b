import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type ExecutionResult, GraphQLError, type GraphQLFormattedError, parse } from 'graphql';
import { handleProtocols, makeServer, type SubscribePayload } from 'graphql-ws';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Config } from '../config.ts';
import { ANONYMOUS } from '../domain/viewer.ts';
import type { Log } from '../log.ts';
import { hostCheck, hostRefusal } from './allowed-hosts.ts';
import type { Authenticate } from './authenticator.ts';
import { bodyLimitOf } from './body-limit.ts';
import { LEFT_EARLY_MS } from './concurrency.ts';
import type { ErrorCode } from './error-codes.ts';
import { resultsOfEventStream } from './event-stream.ts';
import { type SocketClient, SocketClients } from './socket-clients.ts';

/** Answers one HTTP request; `opening` is the one that opened the socket. */
export type Answer = (request: Request, context: { readonly opening: IncomingMessage }) => Promise<Response>;

type Settings = Pick<
  Config,
  | 'host'
  | 'allowedHosts'
  | 'maxBodyBytes'
  | 'maxAnonymousBodyBytes'
  | 'maxConnections'
  | 'corsOrigins'
  | 'clientAddressHeader'
  | 'maxClientRequests'
  | 'maxClientSubscriptions'
>;

/** What belongs to one socket. */
interface Opened {
  readonly request: IncomingMessage;
  readonly socket: WebSocket;
  /** Whose it is; null before it has said hello. */
  client: SocketClient | null;
}

/** A client that gives no sign of life until the next one is asked for has gone. */
const SIGN_OF_LIFE_MS = 12_000;
/** How long clients may take to say goodbye when the server stops. */
const GOODBYE_MS = 1_000;
const GOING_AWAY = 1001;
const TOO_MANY_OPERATIONS = 4429;
const TOO_MANY = 'Too many operations at the same time';
const INTERNAL_ERROR = 4500;

/** Of a message: it is read before it is known whose it is, and what reading takes cannot be held back any more. */
const MOST_MESSAGE_BYTES = 100_000;

/** What of the request that opened a socket goes along with each of its operations. */
const PASSED_ON: readonly string[] = ['authorization', 'user-agent', 'traceparent', 'tracestate'];

/** An operation that came to no result; the errors are as the client is to see them. */
class Refused extends Error {
  readonly errors: readonly GraphQLFormattedError[];
  constructor(errors: readonly GraphQLFormattedError[]) {
    super('refused');
    this.errors = errors;
  }
}

/**
 * GraphQL over WebSocket (`graphql-transport-ws`). Each operation is answered as if it had come in a request of its own
 * for an event stream: tokens, limits, logs and errors are those of HTTP, as there is no second way. A token is given as
 * `authorization` (or `token`) in the parameters of the connection, or in the header of the request that opens it.
 * The sockets of one client together have so many operations under way as it may have requests and subscriptions.
 */
export class WebSockets {
  readonly #server: WebSocketServer;
  readonly #protocol: ReturnType<typeof makeServer<Record<string, unknown>, Opened>>;
  readonly #origins: readonly string[];
  readonly #isAllowedHost: (hostname: string) => boolean;
  readonly #clients: SocketClients;
  readonly #log: Log;

  constructor(answer: Answer, authenticate: Authenticate, settings: Settings, log: Log) {
    const { corsOrigins, clientAddressHeader } = settings;
    const passedOn = clientAddressHeader === '' ? PASSED_ON : [...PASSED_ON, clientAddressHeader.toLowerCase()];
    this.#clients = new SocketClients(authenticate, settings);
    this.#origins = corsOrigins;
    this.#isAllowedHost = hostCheck(settings);
    this.#log = log;
    this.#server = new WebSocketServer({
      noServer: true,
      maxPayload: Math.min(MOST_MESSAGE_BYTES, bodyLimitOf(ANONYMOUS, settings).most),
      perMessageDeflate: false,
      handleProtocols,
    });
    this.#protocol = makeServer<Record<string, unknown>, Opened>({
      onConnect: async ({ connectionParams = {}, extra }) => {
        if (!TOKEN_PARAMS.every((name) => isTokenOrAbsent(connectionParams[name]))) return false;
        const headers = headersOf(extra.request, passedOn, connectionParams);
        const [client, leave] = await this.#clients.enter(extra.request, headers);
        extra.client = client;
        if (extra.socket.readyState === extra.socket.CLOSED) leave();
        else extra.socket.once('close', leave);
        return true;
      },
      onSubscribe: ({ connectionParams = {}, extra }, _id, payload) => {
        const over = extra.client?.begin() ?? null;
        if (over === null) {
          extra.socket.close(TOO_MANY_OPERATIONS, TOO_MANY);
          return [new GraphQLError(TOO_MANY, { originalError: new Refused([{ message: TOO_MANY }]) })];
        }
        const headers = headersOf(extra.request, passedOn, connectionParams);
        return { ...STUB, rootValue: operation(answer, extra.request, headers, payload, over) };
      },
      subscribe: ({ rootValue }) => rootValue as AsyncGenerator<ExecutionResult>,
      // as it was made: errors are no objects of graphql any more
      onNext: (_context, _id, _payload, _args, result) => result as never,
      onError: (_context, _id, _payload, [error]) => {
        const cause = error?.originalError;
        if (cause instanceof Refused) return cause.errors;
        log.line('error', 'operation on a socket failed', { error: cause ?? error });
        return [{ message: 'Internal error', extensions: { code: 'INTERNAL' satisfies ErrorCode } }];
      },
    });
  }

  /** Answers a request to open a socket. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', () => {});
    const { hostname } = new URL(`http://${request.headers.host ?? 'localhost'}`);
    if (!this.#isAllowedHost(hostname)) {
      refuse(socket, '421 Misdirected Request', hostRefusal(hostname));
    } else if (pathOf(request) !== '/graphql') {
      refuse(socket, '404 Not Found', 'Sockets are opened at /graphql');
    } else if (!this.#isWelcome(request)) {
      refuse(socket, '403 Forbidden', 'LUMIGRAPH_CORS_ORIGINS does not name the site of this page');
    } else if (this.#takePlace(request, socket)) {
      this.#server.handleUpgrade(request, socket, head, (opened) => this.#serve(opened, request));
    }
  }

  /** Whether there is a place for one more; where there is none, whoever asks is told. */
  #takePlace(request: IncomingMessage, socket: Duplex): boolean {
    try {
      socket.once('close', this.#clients.takePlace(request));
      return true;
    } catch (error) {
      refuse(socket, '429 Too Many Requests', (error as Error).message);
      return false;
    }
  }

  /** Ends all sockets: with a goodbye where the client still listens. */
  async close(): Promise<void> {
    for (const client of this.#server.clients) client.close(GOING_AWAY, 'the server stops');
    const slow = setTimeout(() => {
      for (const client of this.#server.clients) client.terminate();
    }, GOODBYE_MS);
    await Promise.all(
      [...this.#server.clients].map((client) => new Promise((resolve) => client.once('close', resolve))),
    );
    clearTimeout(slow);
    this.#server.close();
  }

  /** Browsers let any page open a socket: only the server can tell whose it is. */
  #isWelcome({ headers: { origin, host } }: IncomingMessage): boolean {
    if (origin === undefined || this.#origins.includes('*') || this.#origins.includes(origin)) return true;
    return URL.canParse(origin) && new URL(origin).host === host;
  }

  #serve(socket: WebSocket, request: IncomingMessage): void {
    const opened: Opened = { request, socket, client: null };
    const closed = this.#protocol.opened(
      {
        protocol: socket.protocol,
        // waits until the system took it: a slow client holds up its own operations alone
        send: (data) =>
          new Promise((resolve, reject) => {
            if (socket.readyState !== socket.OPEN) return resolve();
            socket.send(data, (error) => (error ? reject(error) : resolve()));
          }),
        close: (code, reason) => socket.close(code, reason),
        onMessage: (take) =>
          socket.on('message', (data) => {
            // what came along behind the message for which it is being closed
            if (socket.readyState !== socket.OPEN) return;
            take(String(data)).catch((error: unknown) => {
              if (socket.readyState !== socket.OPEN) return;
              this.#log.line('error', 'socket failed', { error });
              socket.close(INTERNAL_ERROR, 'Internal error');
            });
          }),
      },
      opened,
    );
    const stopAsking = askForLife(socket);
    // what the client did against the protocol, or its leaving: the socket is closed with the code that says so
    socket.on('error', () => {});
    socket.once('close', (code, reason) => {
      stopAsking();
      closed(code, String(reason)).catch(() => {});
    });
  }
}

/** The protocol's library asks for a document to run; what is run instead is the root value. */
const STUB = { schema: undefined as never, document: parse('subscription { operation }') };

const TOKEN_PARAMS = ['authorization', 'Authorization', 'token'] as const;
/** What a header can hold. */
const isTokenOrAbsent = (value: unknown) =>
  value == null || (typeof value === 'string' && /^[\x21-\x7e]+( [\x21-\x7e]+)?$/.test(value));

function askForLife(socket: WebSocket): () => void {
  let alive = true;
  socket.on('pong', () => {
    alive = true;
  });
  const timer = setInterval(() => {
    if (!alive) return socket.terminate();
    alive = false;
    socket.ping();
  }, SIGN_OF_LIFE_MS).unref();
  return () => clearInterval(timer);
}

/** Of a target that is no URL, the empty text. */
function pathOf({ url = '' }: IncomingMessage): string {
  return URL.canParse(url, 'http://localhost') ? new URL(url, 'http://localhost').pathname : '';
}

function refuse(socket: Duplex, status: string, reason: string): void {
  socket.end(
    `HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-type: text/plain; charset=utf-8\r\ncontent-length: ${Buffer.byteLength(reason) + 1}\r\n\r\n${reason}\n`,
  );
}

/** The results of one operation; leaving it ends it on the server. */
function operation(
  answer: Answer,
  opening: IncomingMessage,
  headers: Headers,
  payload: SubscribePayload,
  over: () => void,
): AsyncGenerator<ExecutionResult> {
  const left = new AbortController();
  let begun = false;
  const asking = () =>
    answer(
      new Request(`http://${opening.headers.host ?? 'localhost'}/graphql`, {
        method: 'POST',
        headers,
        body: textOf(payload),
        signal: left.signal,
      }),
      { opening },
    );
  const results = resultsOf(asking, left.signal, over);
  const leaving = {
    next: () => {
      begun = true;
      return results.next();
    },
    // a generator that waits returns only after its next value: what it waits for ends first
    return: () => {
      left.abort();
      if (!begun) over();
      begun = true;
      return results.return(undefined);
    },
    throw: (error: unknown) => {
      left.abort();
      return results.throw(error);
    },
    [Symbol.asyncIterator]: () => leaving,
  };
  return leaving as unknown as AsyncGenerator<ExecutionResult>;
}

async function* resultsOf(
  asking: () => Promise<Response>,
  left: AbortSignal,
  end: () => void,
): AsyncGenerator<ExecutionResult> {
  let isAnswered = false;
  try {
    const response = await asking();
    isAnswered = true;
    const { body } = response;
    if (!response.headers.get('content-type')?.startsWith('text/event-stream') || !body) {
      throw new Refused(errorsIn(await response.text(), response.status));
    }
    let first = true;
    for await (const text of resultsOfEventStream(body as unknown as AsyncIterable<Uint8Array>)) {
      const result = JSON.parse(text) as ExecutionResult;
      if (first && !('data' in result) && result.errors) throw new Refused(result.errors);
      first = false;
      yield result;
    }
  } catch (error) {
    // the client has left: nobody is to be told
    if (!left.aborted) throw error;
  } finally {
    if (isAnswered || !left.aborted) end();
    else setTimeout(end, LEFT_EARLY_MS).unref();
  }
}

function textOf(payload: SubscribePayload): string {
  try {
    return JSON.stringify(payload);
  } catch {
    // what was parsed can be written again, save where it nests too deeply for that
    throw new Refused([badRequest('The operation nests too deeply')]);
  }
}

const badRequest = (message: string) => ({ message, extensions: { code: 'BAD_REQUEST' satisfies ErrorCode } });

function errorsIn(text: string, status: number): readonly GraphQLFormattedError[] {
  try {
    const { errors } = JSON.parse(text) as ExecutionResult;
    if (errors?.length) return errors;
  } catch {
    // no answer of GraphQL
  }
  return [badRequest(`The operation was refused (HTTP ${status})`)];
}

function headersOf(
  opening: IncomingMessage,
  passedOn: readonly string[],
  parameters: Readonly<Record<string, unknown>>,
): Headers {
  const headers = new Headers({ 'content-type': 'application/json', accept: 'text/event-stream' });
  for (const name of passedOn) {
    const value = opening.headers[name];
    if (value !== undefined) headers.set(name, String(value));
  }
  const { token } = parameters;
  const authorization =
    parameters.authorization ?? parameters.Authorization ?? (token == null ? null : `Bearer ${token}`);
  if (typeof authorization === 'string') headers.set('authorization', authorization);
  return headers;
}
