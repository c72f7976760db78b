import { GraphQLError } from 'graphql';
import type { ErrorCode } from './error-codes.ts';

export interface PassedLimit {
  /** The setting that holds the limit. */
  readonly setting: string;
  readonly limit: number;
  /** How much was asked for, as far as it was counted. */
  readonly actual: number;
  /** What was counted, in words: "The operation nests 25 levels deep". */
  readonly what: string;
  readonly remedy: string;
  readonly status?: number;
}

/** The one form in which a passed limit is told: what, how much, the limit, the way out. */
export function limitError({ setting, limit, actual, what, remedy, status = 400 }: PassedLimit): GraphQLError {
  return new GraphQLError(`${what}; the limit is ${limit} (${setting}). ${remedy}`, {
    extensions: {
      code: 'LIMIT_EXCEEDED' satisfies ErrorCode,
      setting,
      limit,
      actual,
      remedy,
      http: { status, spec: status === 400 },
    },
  });
}
