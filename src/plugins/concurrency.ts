import type { Config } from '../config.ts';
import { clientAddress } from './client-address.ts';
import { limitError } from './limit-error.ts';
import type { Plugin, ServerContext } from './request-facts.ts';

type Limits = Pick<Config, 'maxClientRequests' | 'maxRequests' | 'clientAddressHeader'>;

/** What is full now is rarely full for longer. */
const RETRY_AFTER_SECONDS = 1;

/**
 * Bounds how many requests are answered at the same time, of one client and of all. A client is a token that was found
 * good, else an address. A request counts until its answer is sent, a stream of events until it begins (subscriptions
 * have limits of their own).
 */
export function useConcurrency({ maxClientRequests, maxRequests, clientAddressHeader }: Limits): Plugin {
  const byClient = new Map<string, number>();
  const ends = new WeakMap<ServerContext, () => void>();
  let running = 0;

  const begin = (client: string, context: ServerContext) => {
    running++;
    byClient.set(client, (byClient.get(client) ?? 0) + 1);
    let open = true;
    const end = () => {
      if (!open) return;
      open = false;
      running--;
      const left = (byClient.get(client) ?? 0) - 1;
      if (left > 0) byClient.set(client, left);
      else byClient.delete(client);
    };
    ends.set(context, end);
    context.res?.once('close', end);
  };

  return {
    onRequestParse({ request, serverContext }) {
      const { viewer } = serverContext.facts;
      const client = viewer.authenticated
        ? `token ${viewer.name}`
        : `address ${clientAddress(request.headers, serverContext, clientAddressHeader)}`;
      const ofClient = byClient.get(client) ?? 0;
      if (ofClient >= maxClientRequests) {
        throw limitError({
          code: 'TOO_MANY_REQUESTS',
          setting: 'LUMIGRAPH_MAX_CLIENT_REQUESTS',
          limit: maxClientRequests,
          actual: ofClient + 1,
          what: `This client would have ${ofClient + 1} requests at the same time`,
          remedy: 'Wait for answers before asking for more.',
          status: 429,
          retryAfter: RETRY_AFTER_SECONDS,
        });
      }
      if (running >= maxRequests) {
        throw limitError({
          code: 'UNAVAILABLE',
          setting: 'LUMIGRAPH_MAX_REQUESTS',
          limit: maxRequests,
          actual: running + 1,
          what: `The server would have ${running + 1} requests at the same time`,
          remedy: 'The same request may work in a moment.',
          status: 503,
          retryAfter: RETRY_AFTER_SECONDS,
        });
      }
      begin(client, serverContext);
    },
    onResponse({ response, serverContext }) {
      const isWhole = serverContext.res === undefined;
      if (isWhole || response.headers.get('content-type')?.startsWith('text/event-stream')) ends.get(serverContext)?.();
    },
  };
}
