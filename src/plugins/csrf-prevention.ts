import { useCSRFPrevention } from '@graphql-yoga/plugin-csrf-prevention';
import { GraphQLError } from 'graphql';
import type { ErrorCode } from './error-codes.ts';
import type { Plugin } from './request-facts.ts';

const HEADER = 'x-graphql-yoga-csrf';

/** Refuses what a foreign web page can make a browser send without asking: GET and forms without a header of ours. */
export function useCsrfPrevention(): Plugin {
  const { onRequestParse } = useCSRFPrevention({ requestHeaders: [HEADER] });
  return {
    onRequestParse(payload) {
      try {
        return onRequestParse?.(payload);
      } catch {
        throw new GraphQLError(`Send the header "${HEADER}: 1", or POST with content-type application/json`, {
          extensions: { code: 'CSRF_HEADER_MISSING' satisfies ErrorCode, http: { status: 403 } },
        });
      }
    },
  };
}
