import { createApp } from '../../src/app.ts';
import { type Environment, parseConfig } from '../../src/config.ts';
import type { Store } from '../../src/store/store.ts';
import { subscribe } from '../support/event-stream.ts';
import { SESSION } from '../support/session.ts';

export interface Answer {
  // biome-ignore lint/suspicious/noExplicitAny: answers are compared whole or by path
  readonly data: any;
  readonly errors?: readonly { message: string; path?: (string | number)[]; extensions: Record<string, unknown> }[];
  readonly extensions?: { readonly warnings?: readonly Record<string, unknown>[] };
}

/** All that a subscription gives until it is complete. */
export type AskAll = (query: string) => Promise<Answer[]>;

export type Ask = (query: string, variables?: Record<string, unknown>) => Promise<Answer>;

/** The same for subscriptions that end by themselves. */
export function allAsker(store: Store): AskAll {
  const app = createApp(store, parseConfig({ LUMIGRAPH_LOG: 'error', LUMIGRAPH_THREADS: '1' }), { session: SESSION });
  return async (query) => {
    const { next } = await subscribe(app, query);
    const answers: Answer[] = [];
    for (let answer = await next(); answer; answer = await next()) answers.push(answer);
    return answers;
  };
}

/** Asks the whole HTTP surface over a store, without a port; with a token for everything unless told (null: without one). */
export function asker(store: Store, environment: Environment = {}, token: string | null = SESSION): Ask {
  const app = createApp(store, parseConfig({ LUMIGRAPH_LOG: 'error', LUMIGRAPH_THREADS: '1', ...environment }), {
    session: SESSION,
  });
  const authorization: Record<string, string> = token === null ? {} : { authorization: `Bearer ${token}` };
  return async (query, variables) => {
    const response = await app.fetch('http://localhost/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...authorization },
      body: JSON.stringify({ query, variables }),
    });
    return (await response.json()) as Answer;
  };
}
