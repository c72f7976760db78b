import { isAsyncIterable } from 'graphql-yoga';
import type { Context } from '../context.ts';
import { UnauthenticatedError } from '../domain/errors.ts';
import type { Authenticate } from './authenticator.ts';
import type { Plugin } from './request-facts.ts';

/** So long a subscription may go on whose token was revoked. */
const LOOKED_AT_EVERY_MS = 60_000;

/** Ends subscriptions whose token was revoked after they had begun; requests that are short ask each time anyway. */
export function useTokenWatch(authenticate: Authenticate): Plugin {
  return {
    onSubscribe({ args }) {
      const { viewer, request } = args.contextValue as unknown as Context & { readonly request: Request };
      if (!viewer.authenticated) return;
      const authorization = request.headers.get('authorization');
      return {
        onSubscribeResult({ result }) {
          if (!isAsyncIterable(result)) return;
          const stream = result as AsyncIterable<unknown> & Partial<AsyncIterator<unknown>>;
          const look = async () => {
            if (request.signal.aborted) return clearInterval(timer);
            try {
              await authenticate(authorization);
            } catch (error) {
              // a database that does not answer now says nothing about the token
              if (!(error instanceof UnauthenticatedError)) return;
              clearInterval(timer);
              await stream.return?.();
            }
          };
          const timer = setInterval(() => look().catch(() => {}), LOOKED_AT_EVERY_MS).unref();
          return { onEnd: () => clearInterval(timer) };
        },
      };
    },
  };
}
