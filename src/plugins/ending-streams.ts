import { isAsyncIterable } from 'graphql-yoga';
import type { Metrics } from '../telemetry/metrics.ts';
import type { Plugin } from './request-facts.ts';

/**
 * Ends the subscriptions that run when the server is told to stop, as if their source had ended: clients get the event
 * that says "complete", not a broken connection. Counts those that run.
 */
export function useEndingStreams(stopping: AbortSignal, metrics: Metrics | undefined): Plugin {
  const running = new Set<EndableStream>();
  stopping.addEventListener('abort', () => {
    for (const stream of running) stream.end();
  });
  metrics?.gauge({ name: 'lumigraph_subscriptions', help: 'Subscriptions that run.' }, () => running.size);
  return {
    onSubscribe() {
      return {
        onSubscribeResult({ result, setResult }) {
          if (!isAsyncIterable(result)) return;
          const stream = new EndableStream(result as AsyncIterable<unknown>, (ended) => running.delete(ended));
          running.add(stream);
          if (stopping.aborted) stream.end();
          setResult(stream as unknown as typeof result);
        },
      };
    },
  };
}

const DONE: IteratorReturnResult<undefined> = { done: true, value: undefined };

/** What another stream gives, until it is told to end. */
class EndableStream implements AsyncIterableIterator<unknown, undefined> {
  readonly #source: AsyncIterator<unknown>;
  readonly #onEnd: (stream: EndableStream) => void;
  /** Answers whoever waits for the next value. A race against a promise of the end would keep a reaction for each value. */
  #waiting: ((result: IteratorReturnResult<undefined>) => void) | undefined;
  #ended = false;

  constructor(source: AsyncIterable<unknown>, onEnd: (stream: EndableStream) => void) {
    this.#source = source[Symbol.asyncIterator]();
    this.#onEnd = onEnd;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  end(): void {
    if (this.#ended) return;
    this.#leave();
    this.#waiting?.(DONE);
    // a generator that waits returns only after its next value; nobody waits for that
    Promise.resolve(this.#source.return?.()).catch(() => {});
  }

  next(): Promise<IteratorResult<unknown, undefined>> {
    if (this.#ended) return Promise.resolve(DONE);
    return new Promise((resolve, reject) => {
      this.#waiting = resolve;
      this.#source.next().then(
        (result) => {
          if (result.done) this.#leave();
          resolve(result.done ? DONE : result);
        },
        (error) => {
          this.#leave();
          reject(error);
        },
      );
    });
  }

  async return(): Promise<IteratorReturnResult<undefined>> {
    this.end();
    return DONE;
  }

  #leave(): void {
    this.#ended = true;
    this.#onEnd(this);
  }
}
