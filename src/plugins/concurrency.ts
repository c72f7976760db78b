import type { Config } from '../config.ts';
import { clientOf } from './client.ts';
import { ClientPlaces } from './client-places.ts';
import type { Plugin } from './request-facts.ts';

type Limits = Pick<Config, 'maxClientRequests' | 'maxRequests' | 'clientAddressHeader'>;

/**
 * Who leaves before the answer keeps its place so much longer: else a client that waits for no answer could have as much
 * done as it can send.
 */
export const LEFT_EARLY_MS = 3_000;

/**
 * Bounds how many requests are answered at the same time, of one client and of all. A request counts until its answer is
 * sent, a stream of events until it begins (subscriptions have limits of their own).
 */
export function useConcurrency({ maxClientRequests, maxRequests, clientAddressHeader }: Limits): Plugin {
  const places = new ClientPlaces({
    what: 'requests',
    ofOne: {
      setting: 'LUMIGRAPH_MAX_CLIENT_REQUESTS',
      limit: maxClientRequests,
      remedy: 'Wait for answers before asking for more.',
    },
    ofAll: {
      setting: 'LUMIGRAPH_MAX_REQUESTS',
      limit: maxRequests,
      remedy: 'The same request may work in a moment.',
    },
    // what is full now is rarely full for longer
    retryAfter: 1,
  });
  return {
    onRequestParse({ request, serverContext }) {
      const { facts, res } = serverContext;
      const leave = places.take(clientOf(facts.viewer, request.headers, serverContext, clientAddressHeader));
      facts.end = leave;
      res?.once('close', () => {
        if (res.headersSent) leave();
        else setTimeout(leave, LEFT_EARLY_MS).unref();
      });
    },
    onResponse({ response, serverContext: { facts, res } }) {
      if (!res || response.headers.get('content-type')?.startsWith('text/event-stream')) facts.end?.();
    },
  };
}
