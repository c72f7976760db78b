import { LumigraphError } from '../domain/errors.ts';

/** What is told of a failure in the background: of one that nobody expected, that the log has it. */
export const problemOf = (error: unknown): { readonly code: string; readonly message: string } =>
  error instanceof LumigraphError
    ? { code: error.code, message: error.message }
    : { code: 'INTERNAL', message: 'something unexpected: the log of the server tells more' };
