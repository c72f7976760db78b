import type { Config } from '../config.ts';
import { mintToken } from '../domain/api-token.ts';
import type { Store } from '../store/store.ts';
import { isLoopback } from './loopback.ts';

/**
 * On a laptop, until somebody makes tokens: one for everything, that nobody has to keep. It is in memory alone, and told
 * to whoever sees what this process prints. Null where the server can be reached from elsewhere, where a token that lasts
 * is there, and where nothing needs one.
 */
export async function mintSessionToken(
  store: Pick<Store, 'tokens'>,
  { host, mutations, read }: Pick<Config, 'host' | 'mutations' | 'read'>,
): Promise<string | null> {
  const isUseful = mutations || read === 'token';
  if (!isUseful || !isLoopback(host) || (await store.tokens.anyGood())) return null;
  return mintToken().secret;
}

/** What `npm start` prints of it. Behind `#` no browser sends it: it is in no log of a server or proxy. */
export function describeSession(session: string | null, page: string | null): string {
  const lines = [
    page !== null && `  in a browser:   ${page}${session === null ? '' : `#token=${session}`}`,
    session !== null && page === null && `  with the token: ${session}`,
    session !== null &&
      '                  (the token lets one write until this server stops; `npm run token` makes lasting ones)',
  ];
  return lines
    .filter((line) => line !== false)
    .map((line) => `${line}\n`)
    .join('');
}
