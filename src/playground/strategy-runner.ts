import { endReading, hasDied, nameReading } from '../../ingest/pipeline/process-name.ts';
import { Cancellation } from '../domain/cancellation.ts';
import { LumigraphError, UnavailableError } from '../domain/errors.ts';
import type { Prediction, StrategyRun } from '../generated/sqlite/client.ts';
import type { Lease, Store } from '../store/store.ts';
import { MAX_ATTEMPTS, type RunProgress } from '../store/strategy-runs.ts';
import type { WorkerPool } from '../workers/worker-pool.ts';
import { makePrediction } from './make-prediction.ts';
import { problemOf } from './problem.ts';
import { Repeated } from './repeated.ts';
import { Watcher } from './watcher.ts';

export interface RunnerOptions {
  /** See LOOK_MS and RENEW_MS. */
  readonly lookMs?: number;
  readonly renewMs?: number;
  /** Told of what nobody expected; the runner goes on. */
  readonly onTrouble?: (what: string, facts: Record<string, unknown>) => void;
}

/** How often the queue is looked at, for what events did not tell of, and what dead processes left. */
const LOOK_MS = 5_000;
/** How often the lease of a run is renewed, its progress is told, and somebody's wish to cancel it is heard of. */
const RENEW_MS = 1_000;
/** Before the second attempt after a failure that may pass; doubled for each further one. */
const RETRY_SECONDS = 15;
/** Failures that pass: of the database or its disk, not of what is run. */
const TRANSIENT: readonly string[] = ['DATABASE_LOST', 'UNAVAILABLE', 'DISK_FULL'];

/**
 * Makes the predictions that wait for a built-in strategy, one after the other, and looks after watches meanwhile. Threads
 * compute; this one reads, hands over and writes.
 */
export class StrategyRunner {
  readonly #store: Store;
  readonly #workers: WorkerPool;
  readonly #options: RunnerOptions;
  readonly #runs = new Repeated(() => this.#safely(() => this.#runAll()));
  readonly #watches: Repeated;
  /** Of what is under way; cancelled when the server stops. */
  readonly #stopping = new Cancellation();
  readonly #unsubscribe: (() => void)[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(store: Store, workers: WorkerPool, options: RunnerOptions = {}) {
    this.#store = store;
    this.#workers = workers;
    this.#options = options;
    const onTrouble: RunnerOptions['onTrouble'] = (what, facts) => options.onTrouble?.(what, facts);
    const watcher = new Watcher(store, workers, this.#stopping, onTrouble);
    this.#watches = new Repeated(() => this.#safely(() => watcher.look()));
  }

  /** Begins to look for work, now and whenever there may be some. */
  async start(): Promise<void> {
    this.#timer = setInterval(() => this.wake(), this.#options.lookMs ?? LOOK_MS).unref();
    for (const topic of ['strategyRuns', 'dataFiles'] as const) {
      try {
        this.#unsubscribe.push(await this.#store.events.subscribe(topic, () => this.wake()));
      } catch (error) {
        // without events it is found out at the next look
        this.#trouble('the database tells of no changes', error);
      }
    }
    this.wake();
  }

  /** There may be something to do. */
  wake(): void {
    if (this.#stopping.reason !== undefined) return;
    this.#runs.wake();
    this.#watches.wake();
  }

  /** Waits until there is nothing to do. */
  async drained(): Promise<void> {
    await this.#runs.drained();
    await this.#watches.drained();
  }

  /** Stops what is under way; it begins anew with the next server. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    for (const stop of this.#unsubscribe.splice(0)) stop();
    this.#stopping.cancel(new UnavailableError('The server is stopping'));
    await this.drained();
  }

  async #safely(work: () => Promise<void>): Promise<void> {
    try {
      if (this.#stopping.reason === undefined) await work();
    } catch (error) {
      // what it was at is taken over when its lease has run out
      if (this.#stopping.reason === undefined) this.#trouble('looking after strategies failed', error);
    }
  }

  async #runAll(): Promise<void> {
    while (await this.#runOne());
  }

  /** @returns false where there is nothing to run. */
  async #runOne(): Promise<boolean> {
    if (this.#stopping.reason !== undefined) return false;
    const lease: Lease = { owner: nameReading(), isDead: hasDied };
    try {
      if (!(await this.#store.strategyRuns.isWaiting(hasDied))) return false;
      const claimed = await this.#store.strategyRuns.claim(lease);
      if (claimed === null) return false;
      await this.#make(claimed, lease.owner);
      return true;
    } finally {
      endReading(lease.owner);
    }
  }

  async #make({ prediction, run }: { prediction: Prediction; run: StrategyRun }, lease: string): Promise<void> {
    const { strategyRuns } = this.#store;
    const { id } = prediction;
    const kept = new KeptRun(this.#store, id, lease, this.#options.renewMs ?? RENEW_MS);
    const stop = () => kept.cancellation.cancel(this.#stopping.reason as LumigraphError);
    this.#stopping.add(stop);
    try {
      const notLearned = await makePrediction(
        {
          ...{ store: this.#store, workers: this.#workers, cancellation: kept.cancellation },
          onProgress: (stepsDone, stepsTotal) => {
            kept.progress = { stepsDone, stepsTotal };
          },
        },
        prediction,
      );
      await kept.end();
      await strategyRuns.settle(id, lease, { status: 'COMPLETE', notLearned, progress: kept.progress });
    } catch (error) {
      await kept.end();
      if (this.#stopping.reason !== undefined)
        await strategyRuns.release(id, lease, { afterSeconds: 0, counts: false });
      else if (kept.isCancelled) await strategyRuns.settle(id, lease, { status: 'CANCELLED', progress: kept.progress });
      else if (!kept.isLost) await this.#failed(id, lease, run.attempts, error);
    } finally {
      this.#stopping.remove(stop);
    }
  }

  async #failed(id: number, lease: string, attempts: number, error: unknown): Promise<void> {
    const { strategyRuns } = this.#store;
    const known = error instanceof LumigraphError;
    if (!known) this.#trouble('a strategy failed', error);
    if (known && TRANSIENT.includes(error.code) && attempts < MAX_ATTEMPTS) {
      await strategyRuns.release(id, lease, { afterSeconds: RETRY_SECONDS * 2 ** (attempts - 1), counts: true });
      return;
    }
    await strategyRuns.settle(id, lease, { status: 'FAILED', problem: problemOf(error) });
  }

  #trouble(what: string, error: unknown): void {
    this.#options.onTrouble?.(what, { error });
  }
}

/** Keeps a run while it is made; its cancellation is cancelled when the making is to stop. */
class KeptRun {
  readonly cancellation = new Cancellation();
  isLost = false;
  isCancelled = false;
  readonly #timer: NodeJS.Timeout;
  progress: RunProgress | undefined;
  #renewing: Promise<void> | null = null;

  constructor({ strategyRuns }: Store, id: number, lease: string, renewMs: number) {
    const renew = async () => {
      try {
        const kept = await strategyRuns.renew(id, lease, this.progress);
        if (kept !== null && !kept.cancelRequested) return;
        if (kept === null) this.isLost = true;
        else this.isCancelled = true;
        this.cancellation.cancel(new UnavailableError(kept === null ? 'another process runs it' : 'it was cancelled'));
      } catch {
        // a database that is gone is for the making to find out
      } finally {
        this.#renewing = null;
      }
    };
    this.#timer = setInterval(() => {
      this.#renewing ??= renew();
    }, renewMs);
  }

  async end(): Promise<void> {
    clearInterval(this.#timer);
    await this.#renewing;
  }
}
