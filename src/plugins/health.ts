import type { Log } from '../log.ts';
import type { Store } from '../store/store.ts';
import { inTime } from '../telemetry/in-time.ts';
import { idsOf, type Plugin, type RequestFacts } from './request-facts.ts';

const DATABASE_MAY_TAKE_MS = 2000;

/** `/health`: the process answers. `/ready`: it takes requests, and its database answers, too. */
export function useHealth(store: Store, log: Log, stopping: AbortSignal): Plugin {
  const readiness = async (facts: RequestFacts): Promise<[status: number, body: object]> => {
    if (stopping.aborted) return [503, { status: 'stopping', reason: 'the server is being stopped' }];
    try {
      await inTime(store.lists.count('dataset'), DATABASE_MAY_TAKE_MS);
      return [200, { status: 'ready' }];
    } catch (error) {
      log.line('error', 'not ready', { ...idsOf(facts), error });
      return [503, { status: 'unavailable', reason: 'the database does not answer', requestId: facts.id }];
    }
  };
  return {
    onRequest({ url: { pathname }, fetchAPI, endResponse, serverContext: { facts } }) {
      if (pathname === '/health') return endResponse(fetchAPI.Response.json({ status: 'ok' }));
      if (pathname !== '/ready') return;
      return readiness(facts).then(([status, body]) => endResponse(fetchAPI.Response.json(body, { status })));
    },
  };
}
