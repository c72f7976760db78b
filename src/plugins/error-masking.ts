import { GraphQLError } from 'graphql';
import { isAsyncIterable } from 'graphql-yoga';
import { LumigraphError } from '../domain/errors.ts';
import type { Log } from '../log.ts';
import type { ErrorCode } from './error-codes.ts';
import { idsOf, type Plugin, type RequestFacts } from './request-facts.ts';
import { mapResults, type Result } from './results.ts';

/** A thousand objects that lack the same thing are told of often enough; `extensions.errorsLeftOut` counts the others. */
const MOST_ERRORS = 100;
/** GraphQL repeats what was wrong, however long it is, once for each thing that is wrong with it. */
const LONGEST_MESSAGE = 2000;

/**
 * Decides what a client sees of an error. Errors of the domain and of GraphQL pass, each with a code; everything else
 * is a mistake of the server: logged with cause and stack, answered by "Internal error" and the request id alone.
 */
export function useErrorMasking(log: Log): Plugin {
  const mask = (result: Result, facts: RequestFacts): Result => {
    const incremental = result.incremental?.some((part) => part.errors) ?? false;
    if (!result.errors && !incremental) return result;
    if (result.errors && !hasData(result)) facts.refused = true;
    const errorsLeftOut = (result.errors?.length ?? 0) - MOST_ERRORS;
    return {
      ...result,
      ...(result.errors
        ? { errors: result.errors.slice(0, MOST_ERRORS).map((error) => presentable(error, facts, log)) }
        : {}),
      ...(errorsLeftOut > 0 ? { extensions: { ...result.extensions, errorsLeftOut } } : {}),
      ...(incremental
        ? { incremental: result.incremental?.map((part) => (part.errors ? mask(part, facts) : part)) }
        : {}),
    };
  };
  return {
    onResultProcess({ result, setResult, serverContext: { facts } }) {
      // the usual answer, without an error, is not even copied
      if (!isAsyncIterable(result) && !Array.isArray(result) && !result.errors) return;
      setResult(mapResults(result, (one) => mask(one, facts)));
    },
  };
}

const hasData = ({ data }: Result) => Object.values((data as object | null) ?? {}).some((value) => value !== null);

function presentable(error: unknown, facts: RequestFacts, log: Log): GraphQLError {
  const shown = classify(error);
  if (shown !== undefined) {
    facts.errorCodes.add(String(shown.extensions.code));
    const { setting } = shown.extensions;
    if (typeof setting === 'string' && !facts.limits.includes(setting)) facts.limits.push(setting);
    const { cause } = rootCause(error) as Error;
    if (cause) log.line('info', 'cause of a refusal', { ...idsOf(facts), code: shown.extensions.code, cause });
    if (shown.message.length > LONGEST_MESSAGE) shown.message = `${shown.message.slice(0, LONGEST_MESSAGE - 1)}…`;
    return shown;
  }
  facts.errorCodes.add('INTERNAL');
  const located = error instanceof GraphQLError ? error : undefined;
  log.line('error', 'unexpected error', {
    ...idsOf(facts),
    operation: facts.operations.join(', '),
    path: located?.path?.join('.'),
    error: located?.originalError ?? error,
  });
  return new GraphQLError('Internal error', {
    ...place(located),
    extensions: {
      code: 'INTERNAL' satisfies ErrorCode,
      requestId: facts.id,
      ...(located?.path ? {} : { http: { status: 500 } }),
    },
  });
}

/** The error as the client may see it; undefined where it may not. */
function classify(error: unknown): GraphQLError | undefined {
  if (error instanceof LumigraphError) return fromDomain(error);
  if (!(error instanceof GraphQLError) || error.extensions.unexpected) return undefined;
  const cause = rootCause(error);
  if (cause instanceof LumigraphError) return fromDomain(cause, error);
  if (!(cause instanceof GraphQLError)) return undefined;
  if (typeof error.extensions.code === 'string' && error.extensions.originalError === undefined) return error;
  const { originalError: _private, ...extensions } = error.extensions;
  return new GraphQLError(error.message, {
    ...place(error),
    extensions: { http: error.path ? undefined : { status: 400, spec: true }, code: codeOf(error), ...extensions },
  });
}

const codeOf = ({ path }: GraphQLError): ErrorCode => (path ? 'GRAPHQL_EXECUTION_FAILED' : 'BAD_USER_INPUT');

function fromDomain(error: LumigraphError, located?: GraphQLError): GraphQLError {
  const status = STATUS[error.code] ?? 400;
  return new GraphQLError(error.message, {
    ...place(located),
    extensions: {
      ...error.details,
      code: error.code,
      // an error of one field leaves the answer as a whole a good one
      ...(located?.path
        ? {}
        : { http: { status, spec: status === 400, ...(status === 401 && { headers: CHALLENGE }) } }),
    },
  });
}

const STATUS: Partial<Record<string, number>> = {
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  UNAVAILABLE: 503,
  CORRUPT_BINS: 500,
  CORRUPT_MODEL: 500,
  CONFIGURATION: 500,
};

/** What a client has to send to be let in. */
const CHALLENGE = { 'www-authenticate': 'Bearer realm="lumigraph"' };

function rootCause(error: unknown): unknown {
  let cause: unknown = error;
  while (cause instanceof GraphQLError && cause.originalError) cause = cause.originalError;
  return cause;
}

const place = (error: GraphQLError | undefined) => ({
  nodes: error?.nodes,
  source: error?.source,
  positions: error?.positions,
  path: error?.path,
});
