import type { App } from '../../src/app.ts';
import { resultsOfEventStream } from '../../src/plugins/event-stream.ts';
import { AUTHORIZED } from './session.ts';

export interface Subscription {
  readonly status: number;
  /** The next result; undefined when it is complete. */
  // biome-ignore lint/suspicious/noExplicitAny: answers are compared whole or by path
  next(): Promise<any>;
  /** Leaves, as a client that closes its connection does. */
  leave(): void;
}

/** Subscribes over an event stream, without a port. */
export async function subscribe(
  app: App,
  query: string,
  variables: Record<string, unknown> = {},
  headers: Record<string, string> = AUTHORIZED,
): Promise<Subscription> {
  const left = new AbortController();
  const response = await app.fetch('http://localhost/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream', ...headers },
    body: JSON.stringify({ query, variables }),
    signal: left.signal,
  });
  const results = resultsOfEventStream(response.body as unknown as AsyncIterable<Uint8Array>);
  return {
    status: response.status,
    async next() {
      const { value, done } = await results.next();
      return done ? undefined : JSON.parse(value);
    },
    leave: () => left.abort(),
  };
}
