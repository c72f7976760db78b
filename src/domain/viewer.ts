import { ForbiddenError, UnauthenticatedError } from './errors.ts';

/** What a client may do, from the least on. */
export const SCOPES = ['read', 'ingest', 'challenge', 'admin'] as const;
export type Scope = (typeof SCOPES)[number];

/** Who asks. */
export interface Viewer {
  /** Of the token, or of whom its issuer names; `anonymous` without one. Files that calls bring, and jobs, are known by it. */
  readonly name: string;
  /** All that it may do, in the order of SCOPES: what one scope includes stands here as well. */
  readonly scopes: readonly Scope[];
  /** Whether a token said who it is. */
  readonly authenticated: boolean;
  /** Nothing that lasts (a subscription) may go on after this; null where the token does not expire. */
  readonly expiresAt: Date | null;
}

/** Who sends no token, where reading is open and where it is not. */
export const ANONYMOUS: Viewer = { name: 'anonymous', scopes: ['read'], authenticated: false, expiresAt: null };
export const NOBODY: Viewer = { ...ANONYMOUS, scopes: [] };

/** Whoever has the database itself: nothing in it is hidden from it. */
export const OPERATOR: Viewer = { name: 'operator', scopes: [...SCOPES], authenticated: true, expiresAt: null };

/** Whether it wrote what is by this author; what has no token has written nothing. */
export const isAuthor = ({ authenticated, name }: Pick<Viewer, 'authenticated' | 'name'>, author: string): boolean =>
  authenticated && name === author;

/** Whether what is by this author is its own to change: so it is for the author, and for the scope `admin`. */
export const owns = (viewer: Pick<Viewer, 'authenticated' | 'name' | 'scopes'>, author: string): boolean =>
  viewer.scopes.includes('admin') || isAuthor(viewer, author);

export const isScope = (text: string): text is Scope => (SCOPES as readonly string[]).includes(text);

/**
 * With all that these scopes include. What a mutation gives back reaches the whole graph, so every scope includes `read`;
 * who has `admin` may make a token of any scope, so it includes all.
 */
export function withIncluded(scopes: Iterable<Scope>): readonly Scope[] {
  const given = new Set(scopes);
  return SCOPES.filter((scope) => given.has(scope) || given.has('admin') || (scope === 'read' && given.size > 0));
}

/**
 * @throws UnauthenticatedError where no token came and one of that scope would do.
 * @throws ForbiddenError where the token has not the scope.
 */
export function requireScope({ authenticated, name, scopes }: Viewer, scope: Scope): void {
  if (scopes.includes(scope)) return;
  if (!authenticated) {
    throw new UnauthenticatedError(
      `this needs a token of the scope ${scope}: send it as the header "authorization: Bearer TOKEN"`,
      { scope },
    );
  }
  throw new ForbiddenError(`this needs the scope ${scope}; the token of ${name} has ${scopes.join(', ') || 'none'}`, {
    scope,
  });
}
