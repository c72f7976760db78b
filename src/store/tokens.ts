import { checkTokenWish, idOfToken, isTokenOf, mintToken, type TokenWish } from '../domain/api-token.ts';
import { isScope, SCOPES, type Scope } from '../domain/viewer.ts';
import type { ApiToken } from '../generated/sqlite/client.ts';
import type { Database } from './database.ts';
import { LastUses } from './last-uses.ts';

/** A token without its hash, which nobody needs to see. */
export type TokenRow = Omit<ApiToken, 'hash' | 'scopes'> & { readonly scopes: readonly Scope[] };

/** Tokens of clients: what is kept of them, and who has one. */
export interface Tokens {
  /**
   * Makes a token; `secret` is told this once.
   * @throws InvalidInputError for a name, scopes or a time that cannot be.
   */
  create(wish: TokenWish, createdBy: string): Promise<{ token: TokenRow; secret: string }>;
  /** All that were ever made, oldest first. */
  list(): Promise<TokenRow[]>;
  byIds(ids: readonly string[]): Promise<(TokenRow | null)[]>;
  /** Revokes the token of this id, or all of this name; those that were revoked before stay as they are. @returns all of them. */
  revoke(which: { readonly id: string } | { readonly name: string }): Promise<TokenRow[]>;
  /** The row of a token that a client sent, expired and revoked ones too; null where there is none. One SQL statement. */
  find(secret: string): Promise<TokenRow | null>;
  /** Notes that a token was used: written a moment later, and at most once a minute. */
  used(id: string): void;
  /** Whether there is a token that is neither expired nor revoked. */
  anyGood(): Promise<boolean>;
  /** Writes what is noted. */
  close(): Promise<void>;
}

/** With what a token of no known id is compared. */
const NO_HASH = '0'.repeat(64);

const COLUMNS = 'id, name, scopes, created_at, created_by, expires_at, last_used_at, revoked_at';

export function createTokens(database: Pick<Database, 'all' | 'write'>): Tokens {
  const lastUses = new LastUses(database);
  const select = async (rest: string, values: readonly string[] = []) =>
    (await database.all<StoredToken>(`SELECT ${COLUMNS} FROM api_token ${rest}`, values)).map(rowOf);
  return {
    async create(wish, createdBy) {
      const createdAt = new Date();
      checkTokenWish(wish, createdAt.getTime());
      const { id, secret, hash } = mintToken();
      const scopes = SCOPES.filter((scope) => wish.scopes.includes(scope));
      const { name, expiresAt } = wish;
      await database.write((transaction) =>
        transaction.all(
          'INSERT INTO api_token (id, name, hash, scopes, created_at, created_by, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7)',
          [id, name, hash, scopes.join(' '), createdAt, createdBy, expiresAt],
        ),
      );
      return {
        secret,
        token: { id, name, scopes, createdAt, createdBy, expiresAt, lastUsedAt: null, revokedAt: null },
      };
    },
    list: () => select('ORDER BY created_at, id'),
    async byIds(ids) {
      if (ids.length === 0) return [];
      const places = ids.map((_, i) => `$${i + 1}`).join(', ');
      const rows = new Map((await select(`WHERE id IN (${places})`, ids)).map((row) => [row.id, row]));
      return ids.map((id) => rows.get(id) ?? null);
    },
    async revoke(which) {
      const [column, value] = 'id' in which ? ['id', which.id] : ['name', which.name];
      await database.write((transaction) =>
        transaction.all(`UPDATE api_token SET revoked_at = $1 WHERE ${column} = $2 AND revoked_at IS NULL`, [
          new Date(),
          value,
        ]),
      );
      return select(`WHERE ${column} = $1 ORDER BY created_at, id`, [value]);
    },
    async find(secret) {
      const id = idOfToken(secret);
      if (id === null) return null;
      const [row] = await database.all<StoredToken & { hash: string }>(
        `SELECT ${COLUMNS}, hash FROM api_token WHERE id = $1`,
        [id],
      );
      if (!isTokenOf(row?.hash ?? NO_HASH, secret) || !row) return null;
      const { hash: _hash, ...shown } = row;
      return rowOf(shown);
    },
    used: (id) => lastUses.note(id),
    async anyGood() {
      const rows = await database.all('SELECT 1 FROM api_token WHERE revoked_at IS NULL AND expires_at > $1 LIMIT 1', [
        new Date(),
      ]);
      return rows.length > 0;
    },
    close: () => lastUses.write(),
  };
}

type StoredToken = Omit<ApiToken, 'hash'>;

const rowOf = ({ scopes, ...rest }: StoredToken): TokenRow => ({ ...rest, scopes: scopes.split(' ').filter(isScope) });
