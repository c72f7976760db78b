import { ParseProcess } from '../../ingest/parse-process/parse-process.ts';
import { openLease } from '../../ingest/pipeline/lease.ts';
import type { Store } from '../store/store.ts';
import type { Intake } from './intake.ts';
import { runJob } from './run-job.ts';

export interface WorkerOptions {
  /** Files that are read at a time. */
  readonly atATime: number;
  /** What its places read with, where they are not to start parse processes of their own: one for each place. */
  readonly parsers?: readonly ParseProcess[];
  /** See keepJob. */
  readonly renewMs?: number;
  /** Told of what nobody expected; the worker goes on. */
  readonly onError?: (error: unknown) => void;
}

/** Takes jobs from the queue of a database and works on them, one after another in each of its places. */
export class JobWorker {
  readonly #store: Store;
  readonly #intake: Intake;
  readonly #options: WorkerOptions;
  readonly #stop = new AbortController();
  readonly #working = new Set<Promise<void>>();
  readonly #parsers: ParseProcess[];
  /** Woken while all places were looking for work or at it: who found none looks once more. */
  #lookAgain = false;

  constructor(store: Store, intake: Intake, options: WorkerOptions) {
    this.#store = store;
    this.#intake = intake;
    this.#options = options;
    this.#parsers = [...(options.parsers ?? [])];
  }

  /** Looks for work in every place that is free. */
  wake(): void {
    this.#lookAgain = true;
    while (!this.#stop.signal.aborted && this.#working.size < this.#options.atATime) {
      const place: Promise<void> = this.#work().finally(() => this.#working.delete(place));
      this.#working.add(place);
    }
  }

  /** Waits until there is no job to be taken, or the worker was stopped. */
  async drained(): Promise<void> {
    while (this.#working.size > 0) await Promise.all(this.#working);
  }

  /** Finishes the batches in flight, and puts the jobs back into the queue: they go on from there. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.drained();
  }

  async #work(): Promise<void> {
    const lent = this.#parsers.pop();
    const parser = lent ?? new ParseProcess();
    const { signal } = this.#stop;
    try {
      while (!signal.aborted) {
        if (await this.#workOnOne(parser)) continue;
        if (!this.#lookAgain) return;
        this.#lookAgain = false;
      }
    } catch (error) {
      // whatever it was working on is taken over when its lease has run out
      this.#options.onError?.(error);
    } finally {
      if (lent) this.#parsers.push(lent);
      else await parser.close();
    }
  }

  /** @returns false where there is nothing to do. */
  async #workOnOne(parser: ParseProcess): Promise<boolean> {
    const lease = openLease();
    try {
      const job = await this.#store.jobs.claim(lease);
      if (job === null) return false;
      const { renewMs } = this.#options;
      await runJob({ store: this.#store, parser, intake: this.#intake, renewMs }, job, lease.owner, this.#stop.signal);
      return true;
    } finally {
      lease.end();
    }
  }
}
