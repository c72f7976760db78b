import type { Config } from '../config.ts';
import { clientOf } from './client.ts';
import type { ErrorCode } from './error-codes.ts';
import { limitError } from './limit-error.ts';
import { type Moment, type Plugin, type RequestFacts, thisMoment } from './request-facts.ts';

type Limits = Pick<Config, 'refusedPercent' | 'clientAddressHeader'>;

/** Errors of requests that get nothing: sending more of them is never of use. */
const REFUSALS: ReadonlySet<string> = new Set<ErrorCode>([
  'BAD_REQUEST',
  'BAD_USER_INPUT',
  'CSRF_HEADER_MISSING',
  'FORBIDDEN',
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'LIMIT_EXCEEDED',
  'NOT_FOUND',
  'OPERATION_RESOLUTION_FAILURE',
  'TOO_MANY_REQUESTS',
  'UNAUTHENTICATED',
  'UNTRUSTED_DOCUMENT',
]);

/** What a client may waste at once before it is slowed down: somebody who writes a query gets dozens of them wrong. */
const FREE_MS = 250;
/** Beyond so much others notice: what takes longer counts as much more as it is longer. */
const CHEAP_MS = 2;
const DEAREST_MS = 15;
/** What node:http takes for reading a request and sending an answer, which is more than a cheap refusal itself takes. */
const AROUND_MS = 0.2;
/** Reading a body comes on top, and what was made of it, which stays in memory while the answer is held back. */
const BYTES_IN_A_MS = 20_000;
const LONGEST_WAIT_MS = 10_000;
/** Takes longer to read than to refuse. */
const LONG_BODY_BYTES = 50_000;
/** Of more clients than these, those that wasted nothing lately are forgotten. */
const CLIENTS = 10_000;

/**
 * Lets refused requests of one client take a small share of the server's time: when it has used that up, answers to
 * further ones are held back, so that a flood of them waits for itself and not others for it. What is answered with data is
 * never held back. `paced` is told of each answer that is. Long bodies of such a client, where it sends no token, are not
 * looked at (429): what they take cannot be held back any more.
 */
export function usePacedRefusals(
  { refusedPercent, clientAddressHeader }: Limits,
  stopping: AbortSignal,
  paced: () => void,
): Plugin {
  if (refusedPercent === 100) return {};
  const share = refusedPercent / 100;
  const most = FREE_MS + LONGEST_WAIT_MS * share;
  /** Milliseconds that refused requests took beyond the share, and when that was so. */
  const wasted = new Map<string, { milliseconds: number; at: number }>();

  const held = new Set<() => void>();
  stopping.addEventListener('abort', () => {
    for (const letGo of held) letGo();
  });
  const hold = (milliseconds: number) =>
    new Promise<void>((resolve) => {
      const letGo = () => {
        clearTimeout(timer);
        held.delete(letGo);
        resolve();
      };
      const timer = setTimeout(letGo, milliseconds);
      held.add(letGo);
    });

  const left = ({ milliseconds, at }: { milliseconds: number; at: number }, now: number) =>
    Math.max(0, milliseconds - (now - at) * share);

  const forgetIdle = (now: number) => {
    for (const [client, debt] of wasted) if (left(debt, now) === 0) wasted.delete(client);
    // a flood from more addresses than these: no address is worth remembering
    if (wasted.size >= CLIENTS) wasted.clear();
  };

  /** Milliseconds by which the next refusal would be held back. */
  const owed = (client: string, now: number) => {
    const debt = wasted.get(client);
    return debt === undefined ? 0 : (left(debt, now) - FREE_MS) / share;
  };

  return {
    onRequestParse({ request, serverContext }) {
      const { facts, req, opening } = serverContext;
      if ((req ?? opening) === undefined || facts.viewer.authenticated) return;
      facts.beforeBody = (bytes) => {
        if (bytes < LONG_BODY_BYTES || stopping.aborted) return;
        const wait = owed(
          clientOf(facts.viewer, request.headers, serverContext, clientAddressHeader),
          performance.now(),
        );
        if (wait >= 1) throw tooMuchWasted(bytes, wait);
      };
    },
    onResponse({ request, serverContext }) {
      const { facts, req, opening } = serverContext;
      if (!facts.refused || (req ?? opening) === undefined || stopping.aborted || !isOfNoUse(facts)) return;
      const client = clientOf(facts.viewer, request.headers, serverContext, clientAddressHeader);
      const now = performance.now();
      let debt = wasted.get(client);
      if (debt === undefined) {
        if (wasted.size >= CLIENTS) forgetIdle(now);
        debt = { milliseconds: 0, at: now };
        wasted.set(client, debt);
      }
      const bytes = Number(request.headers.get('content-length') ?? 0) || 0;
      const took = Math.min(AROUND_MS + workSince(facts.workedOnSince) + bytes / BYTES_IN_A_MS, DEAREST_MS);
      const cost = took * Math.max(1, took / CHEAP_MS);
      debt.milliseconds = Math.min(left(debt, now) + cost, most);
      debt.at = now;
      const wait = (debt.milliseconds - FREE_MS) / share;
      if (wait < 1) return;
      paced();
      return hold(wait);
    },
  };
}

/**
 * Milliseconds of work, at most: of both clocks the one that went less far. The one of the wall also counts what others did
 * on this machine; that of the processor what other threads of this process did meanwhile.
 */
function workSince({ clock, processor }: Moment): number {
  const now = thisMoment();
  return Math.min(now.clock - clock, now.processor - processor);
}

const tooMuchWasted = (bytes: number, waitMs: number) =>
  limitError({
    setting: 'LUMIGRAPH_REFUSED_PERCENT',
    code: 'TOO_MANY_REQUESTS',
    status: 429,
    limit: LONG_BODY_BYTES,
    actual: bytes,
    what: `So much of this client was refused that its bodies are read up to ${LONG_BODY_BYTES} bytes only, for now: this one has ${bytes}`,
    remedy: 'Send what the server takes, or wait.',
    retryAfter: Math.ceil(waitMs / 1000),
  });

function isOfNoUse({ errorCodes, limits }: RequestFacts): boolean {
  if (limits.includes('LUMIGRAPH_TIMEOUT_MS')) return false;
  for (const code of errorCodes) if (REFUSALS.has(code)) return true;
  return false;
}
