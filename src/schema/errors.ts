import { GraphQLError } from 'graphql';
import { InvalidInputError, type LumigraphError } from '../domain/errors.ts';

/** What a client sees of an error that it can do something about: the message, the code and the details. */
export function toGraphQLError(error: LumigraphError): GraphQLError {
  return new GraphQLError(error.message, { originalError: error, extensions: { ...error.details, code: error.code } });
}

/** An argument that can never work. `field` names it. */
export const badInput = (message: string, details: { field: string; [name: string]: unknown }): GraphQLError =>
  toGraphQLError(new InvalidInputError(message, details));
