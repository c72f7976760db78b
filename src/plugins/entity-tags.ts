import { createHash } from 'node:crypto';
import type { Plugin } from './request-facts.ts';

/** Longer bodies are not held in memory only to name them. */
const MOST_BYTES = 2_000_000;

/**
 * Names the bytes of what was got by GET, and answers 304 to a client that has them already. What a query gives may
 * change with the next file that is read, so it is asked again each time: `no-cache`, and kept by its client alone.
 */
export function useEntityTags(graph = '/graphql'): Plugin {
  return {
    onResponse(payload) {
      const { request, response } = payload;
      const { headers, status } = response;
      if (request.method !== 'GET' || status !== 200) return;
      if (new URL(request.url).pathname === graph) {
        headers.append('vary', 'accept, authorization');
        if (!isJson(headers)) return;
        headers.set('cache-control', 'private, no-cache');
      } else if (!headers.has('cache-control')) return;
      const length = Number(headers.get('content-length') ?? Number.POSITIVE_INFINITY);
      if (length <= MOST_BYTES) return nameBytes(payload);
    },
  };
}

type Payload = Parameters<NonNullable<Plugin['onResponse']>>[0];

async function nameBytes({ request, response, setResponse, fetchAPI }: Payload): Promise<void> {
  const { headers } = response;
  const hash = createHash('sha256').update(Buffer.from(await response.clone().arrayBuffer()));
  const tag = `"${hash.digest('base64url').slice(0, 22)}"`;
  headers.set('etag', tag);
  if (!isNamedBy(request.headers.get('if-none-match'), tag)) return;
  headers.delete('content-length');
  headers.delete('content-type');
  setResponse(new fetchAPI.Response(null, { status: 304, headers }));
}

const isJson = (headers: Headers) => /^application\/(graphql-response\+)?json/.test(headers.get('content-type') ?? '');

/**
 * Whether an `if-none-match` names what has this tag. Weak comparison, as RFC 9110 asks for; the tag of a compressed form
 * names the same content.
 */
export function isNamedBy(header: string | null, tag: string): boolean {
  if (header === null) return false;
  if (header.trim() === '*') return true;
  return header.split(',').some(
    (one) =>
      one
        .trim()
        .replace(/^W\//, '')
        .replace(/-(zstd|br|gzip)"$/, '"') === tag.replace(/^W\//, ''),
  );
}
