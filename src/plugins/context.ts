import type { Config } from '../config.ts';
import { createContext } from '../context.ts';
import type { Store } from '../store/store.ts';
import { factsOf, type Plugin } from './request-facts.ts';

/** Gives every operation a context of its own: loaders and warnings are never shared. */
export function useContext(store: Store, { maxPageSize }: Pick<Config, 'maxPageSize'>): Plugin {
  return {
    onContextBuilding({ context }) {
      Object.assign(context, createContext(store, { requestId: factsOf(context).id, maxPageSize }));
    },
  };
}
