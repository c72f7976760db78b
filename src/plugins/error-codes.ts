/** Every `extensions.code` an error of this server can carry, with what the caller can do about it. */
export const ERROR_CODES = {
  BAD_USER_INPUT: 'An argument or a variable can never work: change it.',
  NOT_FOUND: 'What was asked for by name is not there: check the name, or ingest it first.',
  TOO_MANY_REQUESTS: 'This client asks for too much at the same time: wait as long as `Retry-After` says.',
  UNTRUSTED_DOCUMENT: 'The server executes listed documents alone: send the hash of one of them.',
  LIMIT_EXCEEDED: 'A stated limit was passed: ask for less, or have the limit raised.',
  UNAUTHENTICATED: 'The request needs a token that is good, or its token is not: the message says which.',
  FORBIDDEN: 'The server does not let this client do that: the message says what would.',
  UNAVAILABLE: 'Nothing is wrong with the request: the same one may work later.',
  CONFIGURATION: 'The settings of the server cannot work: they have to be changed.',
  CORRUPT_BINS: 'Stored bins cannot be read: `npm run verify` lists such rows; reading their file again mends them.',
  CORRUPT_MODEL: 'A stored model of a strategy cannot be read: fit it again.',
  GRAPHQL_PARSE_FAILED: 'The document is not GraphQL: the location says where.',
  GRAPHQL_VALIDATION_FAILED: 'The document does not fit the schema: the message suggests what does.',
  OPERATION_RESOLUTION_FAILURE: 'The document has no operation of that name, or several and no name was given.',
  BAD_REQUEST: 'The HTTP request is not a GraphQL request.',
  CSRF_HEADER_MISSING: 'A request that any web page could make a browser send: add the header that the message names.',
  GRAPHQL_EXECUTION_FAILED: 'A field could not be completed.',
  INTERNAL: 'A mistake in the server: report it with `extensions.requestId`.',
} as const;

export type ErrorCode = keyof typeof ERROR_CODES;
