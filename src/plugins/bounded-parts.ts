import { GraphQLError } from 'graphql';
import type { LumigraphError } from '../domain/errors.ts';
import { asGraphQLError } from './as-graphql-error.ts';
import { measuredBytes } from './measured-bytes.ts';
import type { Result } from './results.ts';

interface Bounds {
  /** Bytes of all parts together. */
  readonly most: number;
  /** Called once they are more; what the client is told. The parts end then. */
  readonly refuse: (bytes: number) => LumigraphError;
  /** What is told beside the last part. */
  readonly tell: (bytes: number) => Record<string, unknown> | undefined;
}

/**
 * The parts of an answer with `@defer` or `@stream`, each measured before it is sent. What makes them too many bytes in all
 * is replaced by an error in its place, and nothing follows it.
 */
export async function* boundedParts(
  parts: AsyncIterable<Result>,
  { most, refuse, tell }: Bounds,
): AsyncGenerator<Result> {
  let bytes = 0;
  const fits = async ({ data, items }: Result) => {
    for (const value of [data, items]) if (value != null) bytes += await measuredBytes(value, most - bytes);
    return bytes <= most;
  };
  for await (const part of parts) {
    if (!(await fits(part))) {
      yield { errors: [asGraphQLError(refuse(bytes))], hasNext: false };
      return;
    }
    const incremental: Result[] = [];
    let refused: LumigraphError | undefined;
    for (const one of part.incremental ?? []) {
      const isRefused = refused !== undefined || !(await fits(one));
      if (isRefused) refused ??= refuse(bytes);
      incremental.push(refused === undefined ? one : inItsPlace(one, refused));
    }
    if (refused !== undefined) {
      yield { ...part, incremental, hasNext: false };
      return;
    }
    const told = part.hasNext === false ? tell(bytes) : undefined;
    yield told === undefined ? part : { ...part, extensions: { ...part.extensions, ...told } };
  }
}

function inItsPlace({ path, label, items }: Result, reason: LumigraphError): Result {
  const error = new GraphQLError(reason.message, { path: path ?? [], originalError: reason });
  return {
    ...(path && { path }),
    ...(label !== undefined && { label }),
    ...(items === undefined ? { data: null } : { items: null }),
    errors: [error],
  };
}
