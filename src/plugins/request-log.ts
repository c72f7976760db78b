import { type ExecutionArgs, getOperationAST } from 'graphql';
import type { Log } from '../log.ts';
import { factsOf, newRequestFacts, type Plugin } from './request-facts.ts';

/** Names every request and writes one line about it when its answer is ready (for streams: when they begin). */
export function useRequestLog(log: Log): Plugin {
  const noteOperation = ({ document, operationName, contextValue }: ExecutionArgs) => {
    const operation = getOperationAST(document, operationName);
    if (!operation) return;
    factsOf(contextValue as object).operations.push(`${operation.operation} ${operation.name?.value ?? '(unnamed)'}`);
  };
  return {
    onRequest({ request, serverContext }) {
      serverContext.facts = newRequestFacts(request);
    },
    onExecute({ args }) {
      noteOperation(args);
    },
    onSubscribe({ args }) {
      noteOperation(args);
    },
    onResponse({ request, response, serverContext: { facts } }) {
      response.headers.set('x-request-id', facts.id);
      const level = response.status >= 500 ? 'error' : facts.errorCodes.size > 0 ? 'warn' : 'info';
      if (!log.wants(level)) return;
      // a literal without spreads, which are slow; what is undefined is left out of the line
      log.line(level, 'request', {
        requestId: facts.id,
        traceId: facts.traceId,
        method: request.method,
        path: pathOf(request.url),
        status: response.status,
        ms: Math.round((performance.now() - facts.startedAt) * 100) / 100,
        viewer: facts.viewer.authenticated ? facts.viewer.name : undefined,
        operation: facts.operations.length > 0 ? facts.operations.join(', ') : undefined,
        errors: facts.errorCodes.size > 0 ? [...facts.errorCodes] : undefined,
      });
    },
  };
}

/** Without the query: it may hold a document, and that may hold what its author would not want in a log. */
export function pathOf(url: string): string {
  const start = url.indexOf('/', url.indexOf('//') + 2);
  const end = url.indexOf('?', start);
  return start < 0 ? '/' : url.slice(start, end < 0 ? undefined : end);
}
