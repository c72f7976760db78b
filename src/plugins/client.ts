import type { Viewer } from '../domain/viewer.ts';
import type { ServerContext } from './request-facts.ts';

type Connection = Pick<ServerContext, 'req' | 'opening'>;

/**
 * Whom limits take for one client: a token that was found good, else an address. That is the peer of the connection, or
 * what the proxy in front says in a header (`addressHeader`, empty where there is no proxy). Of a list the last entry
 * counts: those before it were written by whoever came first.
 */
export function clientOf(
  viewer: Viewer,
  headers: Headers,
  { req, opening }: Connection,
  addressHeader: string,
): string {
  if (viewer.authenticated) return `token ${viewer.name}`;
  const told = addressHeader === '' ? undefined : headers.get(addressHeader)?.split(',').at(-1)?.trim();
  return `address ${told || ((req ?? opening)?.socket.remoteAddress ?? 'unknown')}`;
}
