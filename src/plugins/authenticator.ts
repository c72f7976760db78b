import type { Config } from '../config.ts';
import { hashToken, idOfToken, isTokenOf, looksLikeToken } from '../domain/api-token.ts';
import { UnauthenticatedError } from '../domain/errors.ts';
import { ANONYMOUS, NOBODY, SCOPES, type Viewer, withIncluded } from '../domain/viewer.ts';
import type { Store } from '../store/store.ts';
import type { TokenRow } from '../store/tokens.ts';

/**
 * Who sends this value of an `authorization` header (null: none). Answers at once where there is no token, so that
 * requests without one lose no time. Asks the database each time there is one, so that a revoked token is refused at once.
 * @throws UnauthenticatedError (or the promise rejects with it) for whatever is no good token.
 */
export type Authenticate = (authorization: string | null) => Viewer | Promise<Viewer>;

/** Has the token that `npm start` prints: everything, until the server stops. */
const SESSION: Viewer = { name: 'session', scopes: SCOPES, authenticated: true, expiresAt: null };

const BEARER = /^bearer +([\w.~+/-]+=*)$/i;

interface AuthenticatorOptions {
  /** A token that is good as long as this process runs. */
  readonly session?: string | null | undefined;
  /** Tells who has a token of another issuer. */
  readonly verifyJwt?: ((token: string) => Promise<Viewer>) | null;
}

export function createAuthenticator(
  store: Pick<Store, 'tokens'>,
  { read }: Pick<Config, 'read'>,
  { session, verifyJwt }: AuthenticatorOptions = {},
): Authenticate {
  const open = read === 'open';
  const nobody = open ? ANONYMOUS : NOBODY;
  const sessionHash = session == null ? null : hashToken(session);

  const viewerOf = async (token: string): Promise<Viewer> => {
    if (!looksLikeToken(token)) {
      if (verifyJwt) return verifyJwt(token);
      throw refusal('UNKNOWN', 'it is no token of this server');
    }
    if (idOfToken(token) === null) throw refusal('MALFORMED', 'it is not whole');
    if (sessionHash !== null && isTokenOf(sessionHash, token)) return SESSION;
    const row = await store.tokens.find(token);
    if (!row) throw refusal('UNKNOWN', 'this server does not know it (any more)');
    const viewer = viewerOfRow(row);
    store.tokens.used(row.id);
    return viewer;
  };

  return (authorization) => {
    if (authorization === null) return nobody;
    const token = BEARER.exec(authorization)?.[1];
    if (token === undefined) {
      throw new UnauthenticatedError('The authorization header is not of the form "Bearer TOKEN"', {
        reason: 'MALFORMED',
      });
    }
    const viewer = viewerOf(token);
    // what everybody may do, who has a token may do as well
    return open ? viewer.then((one) => (one.scopes.length > 0 ? one : { ...one, scopes: ['read'] })) : viewer;
  };
}

function viewerOfRow({ name, scopes, expiresAt, revokedAt }: TokenRow): Viewer {
  if (revokedAt !== null) throw refusal('REVOKED', `it was revoked at ${revokedAt.toISOString()}`);
  if (expiresAt.getTime() <= Date.now()) throw refusal('EXPIRED', `it expired at ${expiresAt.toISOString()}`);
  return { name, scopes: withIncluded(scopes), authenticated: true, expiresAt };
}

/** Why a token is no good; the token itself is never repeated. */
const refusal = (reason: 'MALFORMED' | 'UNKNOWN' | 'EXPIRED' | 'REVOKED', why: string) =>
  new UnauthenticatedError(`The token is not good: ${why}`, { reason });
