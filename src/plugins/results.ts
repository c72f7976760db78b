import type { GraphQLError } from 'graphql';
import { isAsyncIterable, mapAsyncIterator } from 'graphql-yoga';

/** One GraphQL answer, or one part of an answer that comes in several. */
export interface Result {
  data?: unknown;
  errors?: readonly GraphQLError[];
  extensions?: Record<string, unknown>;
  incremental?: readonly Result[];
  /** Of a part of a list that comes piece by piece. */
  items?: unknown;
  /** Where a part belongs. */
  path?: readonly (string | number)[];
  label?: string;
  hasNext?: boolean;
  /** Yoga's hook: makes the JSON text of this answer. */
  stringify?: (result: unknown) => unknown;
}

/** Applies `change` to an answer: the one of an operation, each of a batch, or each part of a stream as it comes. */
export function mapResults<Whole>(whole: Whole, change: (result: Result) => Result): Whole {
  if (isAsyncIterable(whole)) return mapAsyncIterator(whole as AsyncIterable<Result>, change) as Whole;
  if (Array.isArray(whole)) return whole.map((one) => mapResults(one, change)) as Whole;
  return change(whole as Result) as Whole;
}
