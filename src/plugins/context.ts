import type { Config } from '../config.ts';
import { createContext } from '../context.ts';
import { ANONYMOUS, SCOPES, type Viewer } from '../domain/viewer.ts';
import type { Store } from '../store/store.ts';
import { factsOf, type Plugin } from './request-facts.ts';

const NAMES = String.raw`127\.\d+\.\d+\.\d+|\[::1\]|localhost`;
const LOOPBACK = new RegExp(`^(${NAMES}|::1)$`);
/** A page of another site whose name was made to point at this machine sends that name. */
const TO_LOOPBACK = new RegExp(`^https?://(${NAMES})(:\\d+)?/`);

/** Who may write without a token. */
const WRITER: Viewer = { ...ANONYMOUS, scopes: SCOPES };

type Settings = Pick<Config, 'maxPageSize' | 'maxInputRows' | 'mutations' | 'host'>;

/** Gives every operation a context of its own: loaders and warnings are never shared. */
export function useContext(store: Store, { maxPageSize, maxInputRows, mutations, host }: Settings): Plugin {
  const local = mutations === 'local' && LOOPBACK.test(host);
  return {
    onContextBuilding({ context }) {
      const mayWrite = mutations === 'on' || (local && TO_LOOPBACK.test(context.request.url));
      Object.assign(
        context,
        createContext(store, {
          requestId: factsOf(context).id,
          maxPageSize,
          maxInputRows,
          mayWrite,
          viewer: mayWrite ? WRITER : ANONYMOUS,
        }),
      );
    },
  };
}
