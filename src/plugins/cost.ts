import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ExecutionResult } from 'graphql';
import { isAsyncIterable } from 'graphql-yoga';
import type { Config } from '../config.ts';
import type { Context } from '../context.ts';
import { tooManyBytes } from '../domain/cost.ts';
import { spliceJson } from '../domain/raw-json.ts';
import { asGraphQLError } from './as-graphql-error.ts';
import type { Plugin } from './request-facts.ts';

const HEADER = 'x-lumigraph-cost';

/** Others are served after so many bytes. */
const BYTES_A_TURN = 1_000_000;

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
 * asked for. Answers in several parts are neither measured nor told of.
 */
export function useCost({ maxNodes, maxAnswerNodes, maxResponseBytes }: Settings): Plugin {
  return {
    onExecute({ args: { contextValue } }) {
      const operation = contextValue as unknown as Operation;
      return {
        onExecuteDone({ result, setResult }) {
          if (isAsyncIterable(result)) return;
          const { cost } = operation;
          if (cost.passed !== undefined) return setResult({ errors: [asGraphQLError(cost.passed)] });
          const isTold = isAskedFor(operation);
          if (!isTold && !cost.mayBeTooLarge) return;
          return measured(result.data, maxResponseBytes).then((bytes) => {
            if (bytes > maxResponseBytes) {
              return setResult({ errors: [asGraphQLError(tooManyBytes(bytes, maxResponseBytes))] });
            }
            if (!isTold) return;
            const told = {
              nodes: {
                requested: cost.requestedNodes,
                limit: maxNodes,
                actual: cost.nodes,
                actualLimit: maxAnswerNodes,
              },
              bytes: { actual: bytes, limit: maxResponseBytes },
            };
            setResult({ ...result, extensions: { ...result.extensions, cost: told } });
          });
        },
      };
    },
  };
}

const isAskedFor = ({ params, request }: Operation) =>
  params?.extensions?.cost === true || request.headers.get(HEADER) === '1';

/** Bytes of the JSON text; of one that is longer than `most`, at least so many. */
async function measured(data: ExecutionResult['data'], most: number): Promise<number> {
  let bytes = 0;
  let turn = BYTES_A_TURN;
  try {
    for (const piece of spliceJson(data)) {
      bytes += piece.length;
      if (bytes > most) return bytes;
      if (bytes < turn) continue;
      turn = bytes + BYTES_A_TURN;
      await nextTurn();
    }
  } catch {
    // damaged bins: who writes the answer says so
  }
  return bytes;
}
