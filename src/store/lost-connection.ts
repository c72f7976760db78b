import { ConfigurationError, UnavailableError } from '../domain/errors.ts';
import { isPostgresUrl } from './migration-target.ts';
import { sqlitePath } from './sqlite-path.ts';

/** Of PostgreSQL: the classes 08 and 57P. */
const LOST = /^(08|57P)/;
/** Of PostgreSQL: no more memory or connections, read-only since another server took over, locked, or cut off. */
const NOT_NOW = /^(53[234]00|25006|55P03|57014)$/;
/** What sockets say. */
const UNREACHABLE = /^E(CONN|PIPE|HOST|NETUNREACH|NOTFOUND|AI_AGAIN|TIMEDOUT)/;
/** What drivers say without a code. */
const SAID = /connection (terminated|ended|closed|refused)|not queryable|unable to open database file/i;

/** Whether a database went away or is not there yet: nothing is wrong with what was asked. */
export function isLostConnection(error: unknown): boolean {
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown };
  if (typeof code === 'string' && (LOST.test(code) || UNREACHABLE.test(code))) return true;
  return typeof message === 'string' && SAID.test(message);
}

/** Whether a database is there and refuses for a while what it will take later. */
export function refusesForNow(error: unknown): boolean {
  const { code } = (error ?? {}) as { code?: unknown };
  return typeof code === 'string' && NOT_NOW.test(code);
}

/** Of PostgreSQL: a wrong password or user, a database that is not there. */
const WRONG_URL = /^(28|3D000)/;
/** Of SQLite, without a code: a folder, a path that nobody may write, something else that stands there. */
const WRONG_FILE = /unable to open database file|file is not a database|readonly database/i;

/**
 * What `open` gives of the database at `url`.
 * @throws ConfigurationError where the URL is wrong: waiting does not mend that. UnavailableError where the server is not there, not yet,
 * takes nobody now, or goes away meanwhile. Whatever else `open` throws.
 */
export async function reached<T>(url: string, open: () => Promise<T>): Promise<T> {
  try {
    return await open();
  } catch (error) {
    const reason = messageOf(error);
    if (!isPostgresUrl(url)) {
      if (!WRONG_FILE.test(reason)) throw error;
      const message = `DATABASE_URL: ${sqlitePath(url)} is no SQLite database that can be written: ${reason}`;
      throw new ConfigurationError(message, {}, { cause: error });
    }
    // without the password
    const where = URL.canParse(url) ? ` at ${new URL(url).host}` : '';
    const { code } = (error ?? {}) as { code?: unknown };
    if (typeof code === 'string' && WRONG_URL.test(code)) {
      throw new ConfigurationError(`DATABASE_URL: the server${where} says: ${reason}`, {}, { cause: error });
    }
    if (!isLostConnection(error) && !refusesForNow(error)) throw error;
    const message = `the database${where} (DATABASE_URL) cannot be reached: ${reason}`;
    throw new UnavailableError(message, {}, { cause: error });
  }
}

function messageOf(error: unknown): string {
  // one for each address of a host
  if (error instanceof AggregateError) return error.errors.map(messageOf).join('; ');
  return error instanceof Error ? error.message : String(error);
}
