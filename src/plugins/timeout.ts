import { getOperationAST } from 'graphql';
import { isAsyncIterable } from 'graphql-yoga';
import type { Config } from '../config.ts';
import type { Context } from '../context.ts';
import type { Cancellation } from '../domain/cancellation.ts';
import { UnavailableError } from '../domain/errors.ts';
import { passedLimit } from '../domain/passed-limit.ts';
import { asGraphQLError } from './as-graphql-error.ts';
import { Deadlines } from './deadlines.ts';
import type { Plugin, ServerContext } from './request-facts.ts';

/** What is known of an operation and the request it came with. */
type Operation = Context & ServerContext & { readonly request: Request };

/**
 * Ends queries whose time is over or whose client has left, and what the database does for them. Mutations go on: their
 * transaction is done or undone as a whole, and who asks again gets the same. What is read for their answers has as much
 * time as a query, for each field anew.
 */
export function useTimeout({ timeoutMs }: Pick<Config, 'timeoutMs'>): Plugin {
  const limitTime = timeLimit(timeoutMs);
  const limitAnswer = timeLimit(timeoutMs, ' What the mutation did stays; the same call says it again.');
  return {
    onExecute({ args: { document, operationName, contextValue } }) {
      const operation = contextValue as unknown as Operation;
      const type = getOperationAST(document, operationName)?.operation;
      if (type === 'mutation') return { onExecuteDone: timed(operation, limitAnswer) };
      if (type !== 'query') return;
      const { cancellation } = operation;
      const forgetTime = limitTime(cancellation);
      const forget = onLeave(operation, () => cancellation.cancel(clientHasLeft()));
      const end = () => {
        forgetTime();
        forget();
      };
      return {
        onExecuteDone({ result, setResult }) {
          // answers with @defer go on
          if (isAsyncIterable(result)) return { onEnd: end };
          end();
          if (cancellation.reason !== undefined) setResult({ errors: [asGraphQLError(cancellation.reason)] });
        },
      };
    },
  };
}

export type TimeLimit = (cancellation: Cancellation) => () => void;

/** Cancels what takes longer, unless what it returns is called before. */
export function timeLimit(timeoutMs: number, furtherRemedy = ''): TimeLimit {
  const deadlines = new Deadlines(timeoutMs);
  const late = () => tookTooLong(timeoutMs, furtherRemedy);
  return (cancellation) => {
    cancellation.endAt(performance.now() + timeoutMs, late);
    const forget = deadlines.begin(() => cancellation.cancel(late()));
    return () => {
      forget();
      cancellation.endAt(Number.POSITIVE_INFINITY, late);
    };
  };
}

/** Cancels an operation when one event, or one field, takes longer to be answered; @returns what is called when it is. */
export function timed(operation: Context, limitTime: TimeLimit): () => void {
  let forget = () => {};
  const { beginEvent } = operation;
  operation.beginEvent = () => {
    beginEvent();
    forget();
    forget = limitTime(operation.cancellation);
  };
  return () => forget();
}

export const clientHasLeft = () => new UnavailableError('The client has left');

const tookTooLong = (limit: number, furtherRemedy: string) =>
  passedLimit({
    setting: 'LUMIGRAPH_TIMEOUT_MS',
    limit,
    actual: limit,
    what: `The answer was not ready after ${limit} ms`,
    remedy: `Ask for smaller pages (\`first\`), within a run, or without \`totalCount\`.${furtherRemedy}`,
  });

/** Calls `leave` when the connection closes before `forget` (which is returned) is called. */
function onLeave({ res, request }: Operation, leave: () => void): () => void {
  if (res === undefined) {
    const { signal } = request;
    if (signal.aborted) leave();
    signal.addEventListener('abort', leave);
    return () => signal.removeEventListener('abort', leave);
  }
  if (res.closed) leave();
  // each operation of a batch listens
  if (res.listenerCount('close') > 8) res.setMaxListeners(0);
  res.once('close', leave);
  return () => res.off('close', leave);
}
