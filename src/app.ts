import { createYoga } from 'graphql-yoga';
import type { Config } from './config.ts';
import { schema } from './schema/index.ts';
import type { Store } from './store/store.ts';

export interface App {
  /** Answers one request without a port; what tests call. */
  fetch(request: Request | string | URL, init?: RequestInit): Promise<Response>;
}

/** The whole HTTP surface over one store. */
export function createApp(_store: Store, _config: Config): App {
  return createYoga({ schema }) as App;
}
