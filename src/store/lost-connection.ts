import { UnavailableError } from '../domain/errors.ts';

/** Of PostgreSQL: the classes 08 and 57P, and too many connections. */
const LOST = /^(08|57P|53300$)/;
/** What sockets say. */
const UNREACHABLE = /^E(CONN|PIPE|HOST|NETUNREACH|NOTFOUND|AI_AGAIN|TIMEDOUT)/;
/** What drivers say without a code. */
const SAID = /connection (terminated|ended|closed|refused)|not queryable|unable to open database file/i;

/** Whether a database went away, is not there yet, or takes no more connections: nothing is wrong with what was asked. */
export function isLostConnection(error: unknown): boolean {
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown };
  if (typeof code === 'string' && (LOST.test(code) || UNREACHABLE.test(code))) return true;
  return typeof message === 'string' && SAID.test(message);
}

/**
 * What `open` gives of the PostgreSQL server at `url`.
 * @throws UnavailableError where it is not there, not yet, or goes away meanwhile; whatever else `open` throws.
 */
export async function reached<T>(url: string, open: () => Promise<T>): Promise<T> {
  try {
    return await open();
  } catch (error) {
    if (!isLostConnection(error)) throw error;
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
