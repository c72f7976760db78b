import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { InvalidInputError } from './errors.ts';
import type { Scope } from './viewer.ts';

/**
 * Tokens as clients hold them: `lg_ID_SECRET`. The prefix lets scanners of leaked secrets recognise one; the id (12
 * hexadecimal digits) names it in lists; the secret has 256 random bits, so that a plain hash of it is safe to keep.
 */
const PREFIX = 'lg_';
const TOKEN = /^lg_([0-9a-f]{12})_[\w-]{43}$/;

/** Whether it was meant as a token of this program. */
export const looksLikeToken = (text: string): boolean => text.startsWith(PREFIX);

/** The id in a token that is whole; null for anything else. */
export const idOfToken = (token: string): string | null => TOKEN.exec(token)?.[1] ?? null;

export interface MintedToken {
  readonly id: string;
  /** The token itself: for whoever asked for it, and never to be kept. */
  readonly secret: string;
  readonly hash: string;
}

export function mintToken(): MintedToken {
  const id = randomBytes(6).toString('hex');
  const secret = `${PREFIX}${id}_${randomBytes(32).toString('base64url')}`;
  return { id, secret, hash: hashToken(secret) };
}

/** SHA-256 in hexadecimal. */
export const hashToken = (token: string): string => createHash('sha256').update(token).digest('hex');

/** Whether the token has this hash, in a time that tells nothing of where they differ. */
export function isTokenOf(hash: string, token: string): boolean {
  return timingSafeEqual(Buffer.from(hash), Buffer.from(hashToken(token)));
}

/** What a token is made of. */
export interface TokenWish {
  /** Names the client: files that its calls bring are known by it, also with a later token of the same name. */
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly expiresAt: Date;
}

export const DAY_MS = 86_400_000;
export const DEFAULT_DAYS = 90;
export const MOST_DAYS = 3650;

const NAME = /^[\w.@-]{1,100}$/;
/** Viewers that no token names. */
const TAKEN = ['anonymous', 'session'];

/** @throws InvalidInputError that names the field. */
export function checkTokenWish({ name, scopes, expiresAt }: TokenWish, now: number): void {
  const refuse = (field: string, message: string) => {
    throw new InvalidInputError(`${field}: ${message}`, { field });
  };
  if (!NAME.test(name)) refuse('name', 'a token is named by 1 to 100 letters, digits and . _ - @');
  if (TAKEN.includes(name)) refuse('name', `"${name}" means another client: choose another name`);
  if (scopes.length === 0) refuse('scopes', 'a token has one scope or more');
  const days = (expiresAt.getTime() - now) / DAY_MS;
  if (!(days > 0)) refuse('expiresAt', 'a token expires later than now');
  if (days > MOST_DAYS + 1) refuse('expiresAt', `a token expires within ${MOST_DAYS} days`);
}
