import pg from 'pg';
import type { Cancellation } from '../domain/cancellation.ts';
import { LimitExceededError, type LumigraphError } from '../domain/errors.ts';
import type { Answer, BinaryQuery } from './postgres-query.ts';

/** A server that does not answer so long after it was asked to end a statement is left alone, with the connection. */
const PATIENCE = 5_000;

/** The parts of node-pg that its types do not show. */
interface Backend {
  readonly host: string;
  readonly port: number;
  readonly ssl: unknown;
  readonly processID: number;
  readonly secretKey: number;
  readonly connection: { readonly stream: { destroy(): void }; readonly sslNegotiation: 'postgres' | 'direct' };
}
interface Wire {
  readonly stream: NodeJS.EventEmitter & { destroy(): void };
  connect(port: number | string, host?: string): void;
  requestSsl(): void;
  cancel(processID: number, secretKey: number): void;
  on(event: string, listener: () => void): void;
}

/** A pool, to one operation: a statement of it ends, on the server too, when the operation is cancelled. */
export class CancellablePool {
  readonly #pool: pg.Pool;
  readonly #cancellation: Cancellation;

  constructor(pool: pg.Pool, cancellation: Cancellation) {
    this.#pool = pool;
    this.#cancellation = cancellation;
  }

  /** Why nothing may be sent any more. */
  get reason(): LumigraphError | undefined {
    return this.#cancellation.reason;
  }

  /** @throws the reason of the cancellation, as soon as there is one. */
  query(query: BinaryQuery): Promise<Answer> {
    const cancellation = this.#cancellation;
    return new Promise((resolve, reject) => {
      let running: pg.PoolClient | undefined;
      let cancelled: Promise<void> | undefined;
      const stop = () => {
        reject(cancellation.reason);
        if (running !== undefined) cancelled = cancelStatement(running);
      };
      cancellation.add(stop);
      this.#pool.connect((error, client, release) => {
        if (client === undefined) {
          cancellation.remove(stop);
          return reject(error);
        }
        if (cancellation.reason !== undefined) return release();
        running = client;
        query.send(client, (failure, answer) => {
          // a request to cancel that comes late would end the next statement of the connection
          if (cancelled !== undefined) return void cancelled.then(() => release(true));
          cancellation.remove(stop);
          release(failure ?? undefined);
          if (failure) reject(told(failure));
          else resolve(answer);
        });
      });
    });
  }
}

const QUERY_CANCELED = '57014';

/** Nobody here cancelled it: it was `statement_timeout`, or somebody with a client of their own. */
const told = (failure: Error): Error =>
  failure instanceof pg.DatabaseError && failure.code === QUERY_CANCELED
    ? new LimitExceededError('The database ended a statement of this operation: ask for less', {}, { cause: failure })
    : failure;

/**
 * Asks the server, over a connection of its own as the protocol wants it, to end what this one runs. Never rejects;
 * where the server does not listen, the connection of the statement is broken off.
 */
function cancelStatement(client: pg.PoolClient): Promise<void> {
  const { host, port, ssl, processID, secretKey, connection } = client as unknown as Backend;
  return new Promise((resolve) => {
    const { sslNegotiation } = connection;
    const wire = new pg.Connection({ ssl, sslNegotiation } as never) as unknown as Wire;
    const tooLate = setTimeout(() => {
      wire.stream.destroy();
      connection.stream.destroy();
    }, PATIENCE).unref();
    const done = () => {
      clearTimeout(tooLate);
      resolve();
    };
    const ask = () => wire.cancel(processID, secretKey);
    wire.on('connect', () => {
      if (!ssl) ask();
      else if (sslNegotiation !== 'direct') wire.requestSsl();
    });
    wire.on('sslconnect', ask);
    // the server says nothing: it closes the connection when it has passed the request on
    wire.on('end', done);
    wire.on('error', done);
    if (host.startsWith('/')) wire.connect(`${host}/.s.PGSQL.${port}`);
    else wire.connect(port, host);
  });
}
