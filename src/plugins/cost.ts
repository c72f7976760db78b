import { isAsyncIterable } from 'graphql-yoga';
import type { Config } from '../config.ts';
import type { Context } from '../context.ts';
import { tooManyBytes } from '../domain/cost.ts';
import { asGraphQLError } from './as-graphql-error.ts';
import { boundedParts } from './bounded-parts.ts';
import { measuredBytes } from './measured-bytes.ts';
import type { Plugin } from './request-facts.ts';
import type { Result } from './results.ts';

const HEADER = 'x-lumigraph-cost';

type Settings = Pick<Config, 'maxNodes' | 'maxAnswerNodes' | 'maxResponseBytes'>;

/** What is known of an operation and the request it came with. */
type Operation = Context & {
  readonly params?: { readonly extensions?: Readonly<Record<string, unknown>> | null };
  readonly request: Request;
};

/**
 * Refuses answers that are too large, before a byte of them is sent, and tells what an operation took in
 * `extensions.cost` where the client asks (header `x-lumigraph-cost: 1`, or `extensions: { cost: true }` beside the
 * query). An answer is measured, by writing it without keeping it, only where it may turn out too large or its size is
 * asked for; of one in several parts each, before it is sent.
 */
export function useCost({ maxNodes, maxAnswerNodes, maxResponseBytes }: Settings): Plugin {
  return {
    onExecute({ args: { contextValue } }) {
      const operation = contextValue as unknown as Operation;
      const { cost, cancellation } = operation;
      const told = (bytes: number) => ({
        nodes: { requested: cost.requestedNodes, limit: maxNodes, actual: cost.nodes, actualLimit: maxAnswerNodes },
        bytes: { actual: bytes, limit: maxResponseBytes },
      });
      return {
        onExecuteDone({ result, setResult }) {
          if (isAsyncIterable(result)) {
            const parts = boundedParts(result as AsyncIterable<Result>, {
              most: maxResponseBytes,
              refuse(bytes) {
                const reason = tooManyBytes(bytes, maxResponseBytes);
                cancellation.cancel(reason);
                return reason;
              },
              tell: (bytes) => (isAskedFor(operation) ? { cost: told(bytes) } : undefined),
            });
            return setResult(parts as typeof result);
          }
          if (cost.passed !== undefined) return setResult({ errors: [asGraphQLError(cost.passed)] });
          const isTold = isAskedFor(operation);
          if (!isTold && !cost.mayBeTooLarge) return;
          return measuredBytes(result.data, maxResponseBytes).then((bytes) => {
            if (bytes > maxResponseBytes) {
              return setResult({ errors: [asGraphQLError(tooManyBytes(bytes, maxResponseBytes))] });
            }
            if (isTold) setResult({ ...result, extensions: { ...result.extensions, cost: told(bytes) } });
          });
        },
      };
    },
  };
}

const isAskedFor = ({ params, request }: Operation) =>
  params?.extensions?.cost === true || request.headers.get(HEADER) === '1';
