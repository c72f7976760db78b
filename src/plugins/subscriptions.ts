import type { GraphQLError } from 'graphql';
import { isAsyncIterable } from 'graphql-yoga';
import type { Config } from '../config.ts';
import type { Context } from '../context.ts';
import { UnauthenticatedError, UnavailableError } from '../domain/errors.ts';
import type { Authenticate } from './authenticator.ts';
import { clientOf } from './client.ts';
import { ClientPlaces } from './client-places.ts';
import type { Plugin, ServerContext } from './request-facts.ts';
import { timed, timeLimit } from './timeout.ts';

type Limits = Pick<Config, 'maxSubscriptions' | 'maxClientSubscriptions' | 'clientAddressHeader' | 'timeoutMs'>;

/** What is known of an operation and the request it came with. */
type Operation = Context & ServerContext & { readonly request: Request };

/** A token may be revoked while its subscription runs. */
const LOOK_AT_TOKEN_MS = 30_000;

/**
 * Bounds how many subscriptions run, of one client and of all. An event may take as long as a query. Ends those whose
 * client has left or whose token has expired or was revoked.
 */
export function useSubscriptions(authenticate: Authenticate, limits: Limits): Plugin {
  const { maxSubscriptions, maxClientSubscriptions, clientAddressHeader, timeoutMs } = limits;
  const places = new ClientPlaces({
    what: 'subscriptions',
    ofOne: {
      setting: 'LUMIGRAPH_MAX_CLIENT_SUBSCRIPTIONS',
      limit: maxClientSubscriptions,
      remedy: 'End some of them first.',
    },
    ofAll: {
      setting: 'LUMIGRAPH_MAX_SUBSCRIPTIONS',
      limit: maxSubscriptions,
      remedy: 'Try again later, or ask for the state now and then.',
    },
  });
  const limitTime = timeLimit(timeoutMs);
  return {
    onSubscribe({ args, setResultAndStopExecution }) {
      const operation = args.contextValue as unknown as Operation;
      const { viewer, request } = operation;
      let leave: () => void;
      try {
        // counted before it is there, so that many at once do not pass together
        leave = places.take(clientOf(viewer, request.headers, operation, clientAddressHeader));
      } catch (refused) {
        return setResultAndStopExecution({ errors: [refused as GraphQLError] });
      }
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
          const endEvent = timed(operation, limitTime);
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
