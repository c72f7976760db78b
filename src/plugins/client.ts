import type { ServerContext } from './request-facts.ts';

/**
 * Where a request comes from: the peer of the connection, or what the proxy in front says in a header (`header`, empty
 * where there is no proxy). Of a list the last entry counts: those before it were written by whoever came first.
 */
export function clientAddress(
  headers: Headers,
  { req, opening }: Pick<ServerContext, 'req' | 'opening'>,
  header: string,
): string {
  const told = header === '' ? undefined : headers.get(header)?.split(',').at(-1)?.trim();
  return told || ((req ?? opening)?.socket.remoteAddress ?? 'unknown');
}
