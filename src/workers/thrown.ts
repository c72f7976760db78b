import * as errors from '../domain/errors.ts';

/** What of an error gets from one thread to another. */
export interface ThrownThere {
  readonly name: string;
  readonly message: string;
  readonly stack?: string | undefined;
  readonly details?: Record<string, unknown> | undefined;
}

/** The same error here: of its class where that is one of domain/errors.ts, of Error otherwise. */
export function thrownHere({ name, message, stack, details }: ThrownThere): Error {
  const known = Object.entries(errors).find(([className]) => className === name && className !== 'LumigraphError')?.[1];
  const error = known ? new (known as typeof errors.CorruptBinsError)(message, details) : new Error(message);
  if (stack !== undefined) error.stack = stack;
  return error;
}
