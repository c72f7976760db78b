import { Readable } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { isAsyncIterable, processRegularResult } from 'graphql-yoga';
import type { Config } from '../config.ts';
import { tooManyBytes } from '../domain/cost.ts';
import { spliceJson } from '../domain/raw-json.ts';
import type { Log } from '../log.ts';
import { idsOf, type Plugin } from './request-facts.ts';
import { mapResults } from './results.ts';

/** From here on an answer is sent while it is made, so that neither memory nor other clients suffer from its size. */
const STREAM_FROM_BYTES = 2_000_000;
const CHUNK_BYTES = 256_000;

/**
 * Writes answers: the JSON text of bins goes straight from the stored blob into the response, without an array of
 * numbers in between. Switched off, JSON.stringify does it all; the bytes are the same.
 */
export function useBinsSplicing(log: Log, { splice, maxResponseBytes }: Settings): Plugin {
  if (!splice) return {};
  return {
    onResultProcess({ result, setResult, resultProcessor, serverContext }) {
      // parts of a stream and of a batch are put into a text by Yoga, which takes a Buffer for one
      const streamable = resultProcessor === processRegularResult && !isAsyncIterable(result) && !Array.isArray(result);
      const breakOff = (error: Error) => {
        log.line('error', 'answer broke off', { ...idsOf(serverContext.facts), error });
        serverContext.res?.destroy();
      };
      const stringify = (value: unknown) => write(value, streamable, maxResponseBytes, breakOff);
      setResult(mapResults(result, (one) => ({ ...one, stringify })) as typeof result);
    },
  };
}

type Settings = Pick<Config, 'splice' | 'maxResponseBytes'>;
type BreakOff = (error: Error) => void;

function write(value: unknown, streamable: boolean, most: number, breakOff: BreakOff): Buffer | Readable {
  const pieces = spliceJson(value);
  const made: Uint8Array[] = [];
  let size = 0;
  // by hand: leaving a for-of loop would close the generator, which the stream goes on with
  for (let next = pieces.next(); !next.done; next = pieces.next()) {
    made.push(next.value);
    size += next.value.length;
    if (streamable && size >= STREAM_FROM_BYTES) return stream(made, pieces, most, breakOff);
  }
  return made.length === 1 ? (made[0] as Buffer) : Buffer.concat(made, size);
}

function stream(made: Uint8Array[], rest: Iterable<Uint8Array>, most: number, breakOff: BreakOff): Readable {
  const readable = Readable.from(chunks(made, rest, most), { objectMode: false });
  // The status is sent already: the client sees a broken transfer, never half an answer that looks whole.
  readable.on('error', breakOff);
  return readable;
}

async function* chunks(made: Uint8Array[], rest: Iterable<Uint8Array>, most: number): AsyncGenerator<Uint8Array> {
  let total = 0;
  for (const chunk of gathered(made, rest)) {
    total += chunk.length;
    // answers that seemed to become too large were measured before (cost.ts): this is for what nobody thought of
    if (total > most + STREAM_FROM_BYTES) throw tooManyBytes(total, most);
    yield chunk;
    await nextTurn();
  }
}

/** Small pieces together, large ones as they are. */
function* gathered(made: Uint8Array[], rest: Iterable<Uint8Array>): Generator<Uint8Array> {
  let held: Uint8Array[] = [];
  let size = 0;
  const taken = () => {
    const whole = Buffer.concat(held, size);
    held = [];
    size = 0;
    return whole;
  };
  for (const pieces of [made, rest]) {
    for (const piece of pieces) {
      if (piece.length >= CHUNK_BYTES / 2) {
        if (size > 0) yield taken();
        yield piece;
        continue;
      }
      held.push(piece);
      size += piece.length;
      if (size >= CHUNK_BYTES) yield taken();
    }
  }
  if (size > 0) yield taken();
}
