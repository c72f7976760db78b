import { getOperationAST } from 'graphql';
import { isAsyncIterable } from 'graphql-yoga';
import type { Traces } from '../telemetry/traces.ts';
import type { Plugin } from './request-facts.ts';
import { pathOf } from './request-log.ts';

/** Other paths are whatever clients think of: they do not become names. */
const ROUTES: readonly string[] = ['/graphql', '/graphiql', '/health', '/ready', '/metrics'];

/** The span of a request, and its id for the log. Outermost: all that belongs to the request runs in it. */
export function useRequestTraces(traces: Traces): Plugin {
  return {
    instrumentation: {
      request({ request }, wrapped) {
        const { method, headers, url } = request;
        const path = pathOf(url);
        const work = async () => {
          try {
            await wrapped();
          } finally {
            traces.current()?.answered(0, []);
          }
        };
        return traces.request({ method, headers, route: ROUTES.includes(path) ? path : '' }, work);
      },
    },
    onRequest({ serverContext: { facts } }) {
      facts.traceId = traces.current()?.traceId;
    },
    onResponse({ response, serverContext: { facts } }) {
      traces.current()?.answered(response.status, facts.errorCodes, facts.id);
    },
  };
}

/** The span of an operation. After all that changes how operations are executed, so that it runs around that. */
export function useOperationTraces(traces: Traces): Plugin {
  return {
    onExecute({ args: { document, operationName }, executeFn, setExecuteFn }) {
      const definition = getOperationAST(document, operationName);
      const operation = definition && traces.operation(definition.operation, definition.name?.value);
      if (!operation) return;
      setExecuteFn((args) => operation.run(() => executeFn(args)));
      return {
        onExecuteDone({ result }) {
          // of what comes in several parts: until the first one
          operation.ended(isAsyncIterable(result) ? 0 : (result.errors?.length ?? 0));
        },
      };
    },
  };
}
