import { generateKeyPairSync } from 'node:crypto';
import { GraphQLError } from 'graphql';
import type { Config } from '../config.ts';
import { UnauthenticatedError, UnavailableError } from '../domain/errors.ts';
import { isStorable } from '../domain/storable-text.ts';
import { isScope, type Viewer, withIncluded } from '../domain/viewer.ts';
import type { Log } from '../log.ts';

type Settings = Pick<Config, 'jwtIssuer' | 'jwtAudience' | 'jwtJwksUrl' | 'jwtScopesClaim'>;

/** Signatures by a private key alone: one by a shared secret (HS256) could be made with the public key. */
const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512'] as const;
/** Clocks differ. */
const TOLERANCE_SECONDS = 5;
const LONGEST_NAME = 200;

type Claims = Readonly<Record<string, unknown>>;

/**
 * Verifies tokens of an OIDC issuer: signature (by the keys that it publishes), issuer, audience and times. Null where no
 * issuer is set. The viewer is named `jwt:SUBJECT`, which no token of this program can be.
 * @throws UnauthenticatedError; UnavailableError where the issuer's keys cannot be had.
 */
export function createJwtVerifier(
  { jwtIssuer, jwtAudience, jwtJwksUrl, jwtScopesClaim }: Settings,
  log: Log,
): ((token: string) => Promise<Viewer>) | null {
  if (jwtIssuer === '') return null;
  const verification = createVerification(jwtIssuer, jwtAudience, jwtJwksUrl, log);
  return async (token) => {
    const verify = await verification;
    const { sub, exp, ...claims } = await verify(token);
    if (typeof exp !== 'number') throw refusal('it has no time of expiry');
    if (typeof sub !== 'string' || sub === '' || sub.length > LONGEST_NAME || !isStorable(sub)) {
      throw refusal('it names no subject');
    }
    const scopes = withIncluded(scopesIn(claims, jwtScopesClaim));
    return { name: `jwt:${sub}`, scopes, authenticated: true, expiresAt: new Date(exp * 1000) };
  };
}

/** What the plugin does with a request, for a token that is at hand. It is loaded only where there is an issuer: 10 MB. */
async function createVerification(issuer: string, audience: string, jwksUri: string, log: Log) {
  const { createRemoteJwksSigningKeyProvider, useJWT } = await import('@graphql-yoga/plugin-jwt');
  const keyOf = createRemoteJwksSigningKeyProvider({
    jwksUri,
    timeout: 5000,
    cache: true,
    cacheMaxAge: 600_000,
    // tokens with made-up key ids do not make this server flood its issuer
    rateLimit: true,
    jwksRequestsPerMinute: 10,
  });
  const plugin = useJWT({
    signingKeyProviders: [
      async (kid) => {
        try {
          return await keyOf(kid);
        } catch (error) {
          if (error instanceof Error && error.name === 'SigningKeyNotFoundError') return foreignKey();
          throw error;
        }
      },
    ],
    tokenLookupLocations: [({ serverContext }) => ({ token: (serverContext as unknown as Carrier).bearer })],
    tokenVerification: { issuer, audience, algorithms: [...ALGORITHMS], clockTolerance: TOLERANCE_SECONDS },
    extendContext: 'jwt',
  });
  const logger = loggerOf(log);
  plugin.onYogaInit?.({ yoga: { logger } } as never);
  return async (token: string): Promise<Claims> => {
    const carrier: Carrier = { bearer: token };
    try {
      await plugin.onRequestParse?.({ serverContext: carrier } as never);
    } catch (error) {
      if (error instanceof GraphQLError)
        throw refusal('it is expired, of another issuer or audience, or not signed by its keys');
      throw new UnavailableError('The keys of the issuer of tokens cannot be had now', {}, { cause: error });
    }
    if (!carrier.jwt) throw refusal('it could not be read');
    return carrier.jwt.payload;
  };
}

/** In place of a request. */
interface Carrier {
  readonly bearer: string;
  jwt?: { readonly payload: Claims };
}

let foreign: string | undefined;
/** Where the issuer has no key of that id: one that has signed nothing, so that the token is refused as any forged one. */
function foreignKey(): string {
  foreign ??= generateKeyPairSync('ec', { namedCurve: 'P-256' })
    .publicKey.export({ type: 'spki', format: 'pem' })
    .toString();
  return foreign;
}

/** Why tokens were refused, for whoever runs the server; the library never gives the token itself. */
function loggerOf(log: Log) {
  const debug = (message: string, error?: unknown) => log.line('debug', 'jwt', { message, error });
  return {
    debug,
    info: debug,
    warn: debug,
    error: (message: string, error?: unknown) => log.line('warn', 'jwt', { message, error }),
  };
}

/** The scopes in a claim: a list, or a text with blanks; a dotted name goes into objects (`resource_access.lumigraph.roles`). */
function scopesIn(claims: Claims, name: string) {
  const own: unknown = claims[name];
  const value =
    own ??
    name
      .split('.')
      .reduce<unknown>(
        (inside, key) =>
          typeof inside === 'object' && inside !== null && Object.hasOwn(inside, key)
            ? (inside as Claims)[key]
            : undefined,
        claims,
      );
  const words = typeof value === 'string' ? value.split(' ') : Array.isArray(value) ? value : [];
  return words.filter((word) => typeof word === 'string').filter(isScope);
}

const refusal = (why: string) => new UnauthenticatedError(`The token is not good: ${why}`, { reason: 'INVALID' });
