/** One entry of `errors` in a GraphQL response. */
export interface GraphQLErrorEntry {
  readonly message: string;
  readonly path?: readonly (string | number)[];
  readonly locations?: readonly { readonly line: number; readonly column: number }[];
  readonly extensions?: Readonly<Record<string, unknown>> & { readonly code?: string };
}

/**
 * What went wrong, for programs: a code of the server (BAD_USER_INPUT, NOT_FOUND, LIMIT_EXCEEDED, UNAVAILABLE, INTERNAL ...,
 * see docs/errors.md) or one of the client's own:
 * NETWORK: no answer arrived. HTTP: an answer that is no GraphQL response, with its `status`.
 * INVALID_RESPONSE: a GraphQL response that cannot be right (not JSON, pages that do not advance).
 */
export type ErrorCode = 'NETWORK' | 'HTTP' | 'INVALID_RESPONSE' | (string & {});

/** Everything `client` throws, but for the reason of an aborted signal, which is thrown as it is. */
export class RequestError extends Error {
  override readonly name = 'RequestError';
  readonly code: ErrorCode;
  /** HTTP status, where there was an answer. */
  readonly status: number | undefined;
  /** All errors of the response. */
  readonly errors: readonly GraphQLErrorEntry[];
  /** What came beside the errors: the fields that failed are null. */
  readonly data: unknown;
  /** Give it to whoever runs the server: it stands in the log. */
  readonly requestId: string | undefined;
  /** Attempts made, at least 1. */
  readonly attempts: number;
  /** How long the server asks to wait, where it asked, in milliseconds. */
  readonly retryAfter: number | undefined;

  constructor(message: string, facts: RequestErrorFacts, options?: ErrorOptions) {
    super(message, options);
    this.code = facts.code;
    this.status = facts.status;
    this.errors = facts.errors ?? [];
    this.data = facts.data ?? null;
    this.requestId = facts.requestId;
    this.attempts = facts.attempts ?? 1;
    this.retryAfter = facts.retryAfter;
  }
}

export interface RequestErrorFacts {
  readonly code: ErrorCode;
  readonly status?: number;
  readonly errors?: readonly GraphQLErrorEntry[];
  readonly data?: unknown;
  readonly requestId?: string;
  readonly attempts?: number;
  readonly retryAfter?: number;
}
