import { isAsyncIterable } from 'graphql-yoga';
import type { Config } from '../config.ts';
import type { Context } from '../context.ts';
import { UnauthenticatedError, UnavailableError } from '../domain/errors.ts';
import type { Authenticate } from './authenticator.ts';
import { clientAddress } from './client-address.ts';
import { limitError } from './limit-error.ts';
import type { Plugin, ServerContext } from './request-facts.ts';
import { tookTooLong } from './timeout.ts';

type Limits = Pick<Config, 'maxSubscriptions' | 'maxClientSubscriptions' | 'clientAddressHeader' | 'timeoutMs'>;

/** What is known of an operation and the request it came with. */
type Operation = Context & ServerContext & { readonly request: Request };

/** A token may be revoked while its subscription runs. */
const LOOK_AT_TOKEN_MS = 30_000;

/**
 * Counts the subscriptions that run, of one client and of all. An event may take as long as a query. Ends those whose client has left or whose token has
 * expired or was revoked. Clients are told apart by the names of their tokens, those without by their address.
 */
export function useSubscriptions(authenticate: Authenticate, limits: Limits): Plugin {
  const { maxSubscriptions, maxClientSubscriptions, clientAddressHeader, timeoutMs } = limits;
  const byClient = new Map<string, number>();
  let running = 0;
  const begin = (client: string) => {
    running++;
    byClient.set(client, (byClient.get(client) ?? 0) + 1);
  };
  const end = (client: string) => {
    running--;
    const left = (byClient.get(client) ?? 0) - 1;
    if (left > 0) byClient.set(client, left);
    else byClient.delete(client);
  };
  const refusal = (client: string) => {
    const ofClient = byClient.get(client) ?? 0;
    if (ofClient >= maxClientSubscriptions) {
      return limitError({
        code: 'TOO_MANY_REQUESTS',
        setting: 'LUMIGRAPH_MAX_CLIENT_SUBSCRIPTIONS',
        limit: maxClientSubscriptions,
        actual: ofClient + 1,
        what: `This client would have ${ofClient + 1} subscriptions at the same time`,
        remedy: 'End some of them first.',
        status: 429,
      });
    }
    if (running < maxSubscriptions) return undefined;
    return limitError({
      code: 'UNAVAILABLE',
      setting: 'LUMIGRAPH_MAX_SUBSCRIPTIONS',
      limit: maxSubscriptions,
      actual: running + 1,
      what: `The server would have ${running + 1} subscriptions at the same time`,
      remedy: 'Try again later, or ask for the state now and then.',
      status: 503,
    });
  };
  return {
    onSubscribe({ args, setResultAndStopExecution }) {
      const operation = args.contextValue as unknown as Operation;
      const client = clientOf(operation, clientAddressHeader);
      const refused = refusal(client);
      if (refused) return setResultAndStopExecution({ errors: [refused] });
      // counted before it is there, so that many at once do not pass together
      begin(client);
      let open = true;
      const leave = () => {
        if (open) end(client);
        open = false;
      };
      return {
        onSubscribeResult({ result }) {
          if (!isAsyncIterable(result)) return leave();
          const stream = result as AsyncIterable<unknown> & Partial<AsyncIterator<unknown>>;
          const stop = () => {
            leave();
            operation.cancellation.cancel(new UnavailableError('The subscription has ended'));
            Promise.resolve(stream.return?.()).catch(() => {});
          };
          const disarm = armed(operation, authenticate, stop);
          const endEvent = timed(operation, timeoutMs);
          return {
            onNext() {
              endEvent();
              // it was the event that took too long: nothing can be read any more
              if (operation.cancellation.reason !== undefined) stop();
            },
            onEnd() {
              endEvent();
              disarm();
              leave();
            },
          };
        },
        onSubscribeError: leave,
      };
    },
  };
}

function clientOf(operation: Operation, addressHeader: string): string {
  const { viewer, request } = operation;
  if (viewer.authenticated) return `token ${viewer.name}`;
  return `address ${clientAddress(request.headers, operation, addressHeader)}`;
}

/** Cancels the operation when an event takes longer than a query may; @returns what is called when it is answered. */
function timed(operation: Operation, timeoutMs: number): () => void {
  const { cancellation } = operation;
  let timer: NodeJS.Timeout | undefined;
  operation.beginEvent = () => {
    clearTimeout(timer);
    timer = setTimeout(() => cancellation.cancel(tookTooLong(timeoutMs)), timeoutMs);
    cancellation.endAt(performance.now() + timeoutMs, () => tookTooLong(timeoutMs));
  };
  return () => {
    clearTimeout(timer);
    cancellation.endAt(Number.POSITIVE_INFINITY, () => tookTooLong(timeoutMs));
  };
}

/** Calls `stop` when the client has left, or when its token is no good any more; @returns what takes that back. */
function armed({ request, viewer }: Operation, authenticate: Authenticate, stop: () => void): () => void {
  const { signal, headers } = request;
  let timer: NodeJS.Timeout | undefined;
  const wait = (expiresAt: Date | null) => {
    const left = expiresAt === null ? Number.POSITIVE_INFINITY : Number(expiresAt) - Date.now();
    timer = setTimeout(look, Math.max(0, Math.min(left, LOOK_AT_TOKEN_MS))).unref();
  };
  const look = async () => {
    try {
      const { expiresAt } = await authenticate(headers.get('authorization'));
      if (timer !== undefined) wait(expiresAt);
    } catch (error) {
      // the database may be away for a while: that says nothing about the token
      if (error instanceof UnauthenticatedError) stop();
      else wait(null);
    }
  };
  if (viewer.authenticated) wait(viewer.expiresAt);
  if (signal.aborted) stop();
  signal.addEventListener('abort', stop, { once: true });
  return () => {
    clearTimeout(timer);
    timer = undefined;
    signal.removeEventListener('abort', stop);
  };
}
