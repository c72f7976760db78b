import type { Plugin } from './request-facts.ts';

const METHODS = 'GET, POST';
const REQUEST_HEADERS =
  'accept, authorization, content-type, traceparent, tracestate, x-graphql-yoga-csrf, x-lumigraph-cost, x-request-id, last-event-id';
const RESPONSE_HEADERS = 'etag, retry-after, x-request-id';
/** Browsers keep the answer to a preflight so long. */
const SECONDS = '7200';

/**
 * Lets pages of the named sites ask from a browser; nobody else's. Without credentials: a token has to be sent
 * in the `authorization` header, by a script that knows it. `*` names every site.
 */
export function useCors({ corsOrigins }: { corsOrigins: readonly string[] }): Plugin {
  if (corsOrigins.length === 0) return {};
  const all = corsOrigins.includes('*');
  const allowed = (origin: string | null) => (all ? '*' : origin !== null && corsOrigins.includes(origin) && origin);
  return {
    onRequest({ request, fetchAPI, endResponse }) {
      if (request.method !== 'OPTIONS' || !request.headers.has('access-control-request-method')) return;
      if (!allowed(request.headers.get('origin'))) return;
      const headers = {
        'access-control-allow-methods': METHODS,
        'access-control-allow-headers': REQUEST_HEADERS,
        'access-control-max-age': SECONDS,
      };
      endResponse(new fetchAPI.Response(null, { status: 204, headers }));
    },
    onResponse({ request, response: { headers } }) {
      if (!all) headers.append('vary', 'origin');
      const origin = allowed(request.headers.get('origin'));
      if (!origin) return;
      headers.set('access-control-allow-origin', origin);
      headers.set('access-control-expose-headers', RESPONSE_HEADERS);
    },
  };
}
