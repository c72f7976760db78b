import type { Config } from '../config.ts';
import { clientOf } from './client.ts';
import type { ErrorCode } from './error-codes.ts';
import { limitError } from './limit-error.ts';
import { RefusalAllowances, type RefusedClient } from './refusal-allowances.ts';
import { type Moment, type Plugin, type RequestFacts, type ServerContext, thisMoment } from './request-facts.ts';

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

/** What node:http takes for reading a request and sending an answer, which is more than a cheap refusal itself takes. */
const AROUND_MS = 0.2;
/** Reading a body comes on top, and what was made of it, which stays in memory while the answer is held back. */
const BYTES_IN_A_MS = 20_000;
/** Takes longer to read than to refuse. */
const LONG_BODY_BYTES = 50_000;

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
  const allowances = new RefusalAllowances(refusedPercent);

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

  const refused = (request: Request, context: ServerContext): RefusedClient => ({
    name: clientOf(context.facts.viewer, request.headers, context, clientAddressHeader),
    authenticated: context.facts.viewer.authenticated,
  });

  return {
    onRequestParse({ request, serverContext }) {
      const { facts, req, opening } = serverContext;
      if ((req ?? opening) === undefined || facts.viewer.authenticated) return;
      facts.beforeBody = (bytes) => {
        if (bytes < LONG_BODY_BYTES || stopping.aborted) return;
        const wait = allowances.owed(refused(request, serverContext), performance.now());
        if (wait > 0) throw tooMuchWasted(bytes, wait);
      };
    },
    onResponse({ request, serverContext }) {
      const { facts, req, opening } = serverContext;
      if (!facts.refused || (req ?? opening) === undefined || stopping.aborted || !isOfNoUse(facts)) return;
      const bytes = Number(request.headers.get('content-length') ?? 0) || 0;
      const took = AROUND_MS + workSince(facts.workedOnSince) + bytes / BYTES_IN_A_MS;
      const pause = allowances.pause(refused(request, serverContext), took, performance.now());
      if (pause === 0) return;
      paced();
      return hold(pause);
    },
  };
}

/**
 * Milliseconds of work, at most: of both clocks the one that went less far. The one of the wall also counts what others did
 * on this machine; that of the processor what other threads of this process did meanwhile.
 */
function workSince({ clock, processor }: Moment): number {
  const now = thisMoment();
  const byClock = now.clock - clock;
  return processor === undefined ? byClock : Math.min(byClock, now.processor - processor);
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
