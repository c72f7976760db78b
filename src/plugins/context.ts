import type { Config } from '../config.ts';
import { createContext } from '../context.ts';
import type { Intake } from '../jobs/intake.ts';
import type { Store } from '../store/store.ts';
import { factsOf, type Plugin } from './request-facts.ts';

type Settings = Pick<Config, 'maxPageSize' | 'maxInputRows' | 'mutations' | 'maxResponseBytes'>;

/** Gives every operation a context of its own: loaders and warnings are never shared. */
export function useContext(
  store: Store,
  { maxPageSize, maxInputRows, mutations, maxResponseBytes }: Settings,
  intake: Intake,
): Plugin {
  return {
    onContextBuilding({ context }) {
      const { id, viewer } = factsOf(context);
      Object.assign(
        context,
        createContext(store, {
          requestId: id,
          maxPageSize,
          maxInputRows,
          mayWrite: mutations,
          viewer,
          intake,
          maxResponseBytes,
        }),
      );
    },
  };
}
