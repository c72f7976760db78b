import type { Config } from '../config.ts';
import { createContext } from '../context.ts';
import type { Store } from '../store/store.ts';
import { factsOf, type Plugin } from './request-facts.ts';

const LOOPBACK = /^(127\.\d+\.\d+\.\d+|::1|\[::1\]|localhost)$/;

type Settings = Pick<Config, 'maxPageSize' | 'maxInputRows' | 'mutations' | 'host'>;

/** Gives every operation a context of its own: loaders and warnings are never shared. */
export function useContext(store: Store, { maxPageSize, maxInputRows, mutations, host }: Settings): Plugin {
  const mayWrite = mutations === 'on' || (mutations === 'local' && LOOPBACK.test(host));
  return {
    onContextBuilding({ context }) {
      Object.assign(
        context,
        createContext(store, { requestId: factsOf(context).id, maxPageSize, maxInputRows, mayWrite }),
      );
    },
  };
}
