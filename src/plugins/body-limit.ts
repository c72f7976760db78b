import type { GraphQLError } from 'graphql';
import type { Config } from '../config.ts';
import type { Viewer } from '../domain/viewer.ts';
import { limitError } from './limit-error.ts';

export type BodyLimits = Pick<Config, 'maxBodyBytes' | 'maxAnonymousBodyBytes'>;

export interface BodyLimit {
  /** Most bytes. */
  readonly most: number;
  /** What is told to whom sends more; `actual`: as far as it was counted. */
  refusal(actual: number, what?: string): GraphQLError;
}

/** How long a body may be, by who sends it. */
export function bodyLimitOf({ authenticated }: Pick<Viewer, 'authenticated'>, limits: BodyLimits): BodyLimit {
  const isAnonymous = !authenticated && limits.maxAnonymousBodyBytes < limits.maxBodyBytes;
  const most = isAnonymous ? limits.maxAnonymousBodyBytes : limits.maxBodyBytes;
  return {
    most,
    refusal: (actual, what = 'The body holds') =>
      limitError({
        setting: isAnonymous ? 'LUMIGRAPH_MAX_ANONYMOUS_BODY_BYTES' : 'LUMIGRAPH_MAX_BODY_BYTES',
        limit: most,
        actual,
        what: `${what} ${actual} bytes or more`,
        remedy: isAnonymous ? 'Send less in one request, or a token.' : 'Send less in one request.',
        status: 413,
      }),
  };
}
