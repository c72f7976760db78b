import type { IncomingMessage } from 'node:http';
import type { Config } from '../config.ts';
import { ANONYMOUS } from '../domain/viewer.ts';
import type { Authenticate } from './authenticator.ts';
import { clientOf } from './client.ts';
import { ClientPlaces } from './client-places.ts';
import { LEFT_EARLY_MS } from './concurrency.ts';

type Settings = Pick<Config, 'clientAddressHeader' | 'maxClientRequests' | 'maxClientSubscriptions' | 'maxConnections'>;

/** What the sockets of one client have in common. */
export class SocketClient {
  readonly #most: number;
  readonly #forget: () => void;
  #sockets = 0;
  #running = 0;

  constructor(most: number, forget: () => void) {
    this.#most = most;
    this.#forget = forget;
  }

  /** One more operation is answered; what is returned says that it is over, once. Null: those are as many as may be. */
  begin(): (() => void) | null {
    if (this.#running >= this.#most) return null;
    this.#running++;
    return () => {
      this.#running--;
      this.#forgetIdle();
    };
  }

  /** One more socket is open; what is returned says that it is closed. */
  enter(): () => void {
    this.#sockets++;
    return () => {
      this.#sockets--;
      this.#forgetIdle();
    };
  }

  #forgetIdle(): void {
    if (this.#sockets === 0 && this.#running === 0) this.#forget();
  }
}

/**
 * Counts sockets, and what runs over them, for each client: as many as it may have requests and subscriptions together. Of
 * more operations some are refused whatever they are.
 */
export class SocketClients {
  readonly #authenticate: Authenticate;
  readonly #addressHeader: string;
  readonly #most: number;
  readonly #places: ClientPlaces;
  readonly #clients = new Map<string, SocketClient>();

  constructor(authenticate: Authenticate, settings: Settings) {
    const { clientAddressHeader, maxClientRequests, maxClientSubscriptions, maxConnections } = settings;
    this.#authenticate = authenticate;
    this.#addressHeader = clientAddressHeader;
    this.#most = maxClientRequests + maxClientSubscriptions;
    this.#places = new ClientPlaces({
      what: 'sockets',
      ofOne: {
        setting: 'LUMIGRAPH_MAX_CLIENT_REQUESTS and LUMIGRAPH_MAX_CLIENT_SUBSCRIPTIONS together',
        limit: this.#most,
        remedy: 'One socket does for many operations.',
      },
      ofAll: { setting: 'LUMIGRAPH_MAX_CONNECTIONS', limit: maxConnections, remedy: 'Try again later.' },
    });
  }

  /**
   * Takes a place for a socket, by its address: nobody has said who it is. What is returned gives it back, after a while: one
   * that was closed for what it sent would be opened anew at once. @throws GraphQLError
   */
  takePlace(request: IncomingMessage): () => void {
    const told = this.#addressHeader === '' ? undefined : request.headers[this.#addressHeader.toLowerCase()];
    const headers = new Headers(told === undefined ? {} : { [this.#addressHeader]: String(told) });
    const leave = this.#places.take(clientOf(ANONYMOUS, headers, { req: request }, this.#addressHeader));
    return () => setTimeout(leave, LEFT_EARLY_MS).unref();
  }

  /**
   * Whose a socket is that has said hello, by its token where that is good, else by its address (an operation with one that
   * is not is told so); and what is to be called when it is closed.
   */
  async enter(request: IncomingMessage, headers: Headers): Promise<[client: SocketClient, leave: () => void]> {
    const viewer = await Promise.resolve(headers.get('authorization'))
      .then(this.#authenticate)
      .catch(() => ANONYMOUS);
    const name = clientOf(viewer, headers, { req: request }, this.#addressHeader);
    let client = this.#clients.get(name);
    if (client === undefined) {
      client = new SocketClient(this.#most, () => this.#clients.delete(name));
      this.#clients.set(name, client);
    }
    return [client, client.enter()];
  }
}
