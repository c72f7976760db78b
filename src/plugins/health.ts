import type { Log } from '../log.ts';
import type { Store } from '../store/store.ts';
import type { Plugin } from './request-facts.ts';

const DATABASE_MAY_TAKE_MS = 2000;

/** `/health`: the process answers. `/ready`: its database answers, too. */
export function useHealth(store: Store, log: Log): Plugin {
  return {
    async onRequest({ url, fetchAPI, endResponse, serverContext: { facts } }) {
      if (url.pathname !== '/health' && url.pathname !== '/ready') return;
      const answer = (status: number, body: object) => endResponse(fetchAPI.Response.json(body, { status }));
      if (url.pathname === '/health') return answer(200, { status: 'ok' });
      try {
        await inTime(store.lists.count('dataset'));
        answer(200, { status: 'ready' });
      } catch (error) {
        log.line('error', 'not ready', { requestId: facts.id, error });
        answer(503, { status: 'unavailable', reason: 'the database does not answer', requestId: facts.id });
      }
    },
  };
}

async function inTime<Value>(work: Promise<Value>): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${DATABASE_MAY_TAKE_MS} ms`)), DATABASE_MAY_TAKE_MS);
  });
  try {
    return await Promise.race([work, tooLate]);
  } finally {
    clearTimeout(timer);
  }
}
