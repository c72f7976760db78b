import { GraphQLError } from 'graphql';
import type { LumigraphError } from '../domain/errors.ts';

/** An error about an operation as a whole; masking gives it its code and status. */
export const asGraphQLError = (error: LumigraphError): GraphQLError =>
  new GraphQLError(error.message, { originalError: error });
