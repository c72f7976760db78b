import { GraphQLError } from 'graphql';
import { type PassedLimit, wordingOf } from '../domain/passed-limit.ts';
import type { ErrorCode } from './error-codes.ts';

interface Refusal extends PassedLimit {
  readonly code?: ErrorCode;
  readonly status?: number;
  /** Seconds after which the same request may do. */
  readonly retryAfter?: number;
}

/** A limit that a request passes before it is executed. */
export function limitError({ code = 'LIMIT_EXCEEDED', status = 400, retryAfter, ...passed }: Refusal): GraphQLError {
  const { setting, limit, actual, remedy } = passed;
  return new GraphQLError(wordingOf(passed), {
    extensions: {
      code,
      setting,
      limit,
      actual,
      remedy,
      http: {
        status,
        spec: status === 400,
        ...(retryAfter !== undefined && { headers: { 'retry-after': String(retryAfter) } }),
      },
    },
  });
}
