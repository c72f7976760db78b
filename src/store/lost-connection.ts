import { UnavailableError } from '../domain/errors.ts';

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

/**
 * What `open` gives of the PostgreSQL server at `url`.
 * @throws UnavailableError where it is not there, not yet, takes nobody now, or goes away meanwhile; whatever else `open` throws.
 */
export async function reached<T>(url: string, open: () => Promise<T>): Promise<T> {
  try {
    return await open();
  } catch (error) {
    if (!isLostConnection(error) && !refusesForNow(error)) throw error;
    // without name and password
    const where = URL.canParse(url) ? ` at ${new URL(url).host}` : '';
    const reason = `the database${where} (DATABASE_URL) cannot be reached: ${messageOf(error)}`;
    throw new UnavailableError(reason, {}, { cause: error });
  }
}

function messageOf(error: unknown): string {
  // one for each address of a host
  if (error instanceof AggregateError) return error.errors.map(messageOf).join('; ');
  return error instanceof Error ? error.message : String(error);
}
