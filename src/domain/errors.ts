/**
 * Errors by what the caller can do about them. Each carries a stable `code`, documented in docs/errors.md;
 * the message names what was wrong (field, value, line, byte) and, where there is one, the remedy.
 * Anything that is not a LumigraphError is unexpected: masked to clients, logged with its cause.
 */
export abstract class LumigraphError extends Error {
  abstract readonly code: string;
  /** Further facts for `extensions`, all safe to show to a client. */
  readonly details: Readonly<Record<string, unknown>>;

  constructor(message: string, details: Record<string, unknown> = {}, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    this.details = details;
  }
}

/** The caller sent something that can never work: change it. */
export class InvalidInputError extends LumigraphError {
  readonly code = 'BAD_USER_INPUT';
}

/** Nobody knows who the client is: it has to send a token that is good. */
export class UnauthenticatedError extends LumigraphError {
  readonly code = 'UNAUTHENTICATED';
}

/** The client may not do this, whatever it sends. */
export class ForbiddenError extends LumigraphError {
  readonly code = 'FORBIDDEN';
}

/** What was asked for by name is not there: check the name, or ingest it first. */
export class NotFoundError extends LumigraphError {
  readonly code = 'NOT_FOUND';
}

/** A stated limit was passed: ask for less, or have the limit raised. */
export class LimitExceededError extends LumigraphError {
  readonly code = 'LIMIT_EXCEEDED';
}

/** Nothing wrong with the request: the same one may work later. */
export class UnavailableError extends LumigraphError {
  readonly code = 'UNAVAILABLE';
}

/** The settings of this process cannot work: change them and start again. */
export class ConfigurationError extends LumigraphError {
  readonly code = 'CONFIGURATION';
}

/** Stored bins cannot be read: the row is damaged. `verify` lists such rows; reading their file again mends them. */
export class CorruptBinsError extends LumigraphError {
  readonly code = 'CORRUPT_BINS';
}

/** A stored model cannot be read: fit it again. */
export class CorruptModelError extends LumigraphError {
  readonly code = 'CORRUPT_MODEL';
}
