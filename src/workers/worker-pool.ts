import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { Cancellation } from '../domain/cancellation.ts';
import { UnavailableError } from '../domain/errors.ts';
import { ownFile, ownProgram } from '../own-program.ts';
import type { TaskInput, TaskName, TaskOutput } from './tasks.ts';
import { type ThrownThere, thrownHere } from './thrown.ts';

export interface PoolSettings {
  /** Most threads at a time. */
  readonly threads: number;
  /** A thread that had nothing to do for so long is ended, and its memory free. */
  readonly idleMs?: number;
  /** The module of the tasks (tasks.ts); tests put others in its place. */
  readonly entry?: string;
}

const IDLE_MS = 30_000;

const program = ownFile('src/workers/thread.mjs');

interface Waiting {
  readonly task: TaskName;
  readonly input: unknown;
  readonly transfer: readonly ArrayBuffer[];
  resolve(output: unknown): void;
  reject(error: unknown): void;
}

interface Thread {
  readonly worker: Worker;
  task: Waiting | null;
  idle: NodeJS.Timeout | undefined;
}

type Answer = { readonly output: unknown } | { readonly error: ThrownThere };

/**
 * Threads for what takes long to compute, so that this one goes on answering. They are started as they are needed, and
 * end when nothing was to be done for a while; a process that is done otherwise does not wait for idle ones.
 * Tasks wait in the order in which they came. Who brings them holds their inputs in memory, and so has to wait for some
 * before it brings more.
 */
export class WorkerPool {
  readonly #settings: PoolSettings;
  readonly #threads = new Set<Thread>();
  #waiting: Waiting[] = [];
  #closed = false;

  constructor(settings: PoolSettings) {
    this.#settings = settings;
  }

  /** How many tasks it makes sense to bring at a time: one for each thread, and one that waits. */
  get width(): number {
    return this.#settings.threads + 1;
  }

  /**
   * Runs a task of tasks.ts.
   * @param transfer buffers in the input that are handed over, and empty here afterwards, instead of copied.
   * @throws what the task throws; the reason once `cancellation` is cancelled, which ends the thread that is at the task;
   * UnavailableError once the pool is closed.
   */
  async run<Name extends TaskName>(
    task: Name,
    input: TaskInput<Name>,
    options: { readonly cancellation?: Cancellation; readonly transfer?: readonly ArrayBuffer[] } = {},
  ): Promise<TaskOutput<Name>> {
    const { cancellation, transfer = [] } = options;
    const reason = cancellation?.look(performance.now());
    if (reason !== undefined) throw reason;
    if (this.#closed) throw closing();
    let stop = () => {};
    try {
      return await new Promise<TaskOutput<Name>>((resolve, reject) => {
        const waiting: Waiting = { task, input, transfer, resolve: resolve as (output: unknown) => void, reject };
        stop = () => this.#stop(waiting, cancellation?.reason);
        cancellation?.add(stop);
        this.#waiting.push(waiting);
        this.#dispatch();
      });
    } finally {
      cancellation?.remove(stop);
    }
  }

  /** Ends all threads. What they were at, and what waits, fails. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const { reject } of this.#waiting.splice(0)) reject(closing());
    await Promise.all([...this.#threads].map((thread) => this.#end(thread, closing())));
  }

  #dispatch(): void {
    while (this.#waiting.length > 0) {
      const thread = this.#freeThread();
      if (thread === undefined) return;
      const next = this.#waiting.shift() as Waiting;
      clearTimeout(thread.idle);
      thread.task = next;
      thread.worker.ref();
      try {
        thread.worker.postMessage({ task: next.task, input: next.input }, next.transfer);
      } catch (error) {
        // what cannot be posted
        this.#settle(thread)?.reject(error);
      }
    }
  }

  #freeThread(): Thread | undefined {
    for (const thread of this.#threads) if (thread.task === null) return thread;
    return this.#threads.size < this.#settings.threads ? this.#start() : undefined;
  }

  #start(): Thread {
    const entry = this.#settings.entry ?? ownProgram('src/workers/tasks');
    const worker = new Worker(program, { execArgv: [], workerData: { entry: pathToFileURL(entry).href } });
    const thread: Thread = { worker, task: null, idle: undefined };
    this.#threads.add(thread);
    worker.on('message', (answer: Answer) => {
      const done = this.#settle(thread);
      if ('output' in answer) done?.resolve(answer.output);
      else done?.reject(thrownHere(answer.error));
      this.#dispatch();
    });
    worker.on('error', (error) => this.#lost(thread, error));
    worker.on('exit', (code) => this.#lost(thread, new Error(`a thread ended with ${code} in the middle of a task`)));
    return thread;
  }

  /** The thread has nothing to do. @returns what it was at. */
  #settle(thread: Thread): Waiting | null {
    const { task } = thread;
    thread.task = null;
    thread.worker.unref();
    thread.idle = setTimeout(() => this.#end(thread, closing()), this.#settings.idleMs ?? IDLE_MS).unref();
    return task;
  }

  #stop(waiting: Waiting, reason: unknown): void {
    const place = this.#waiting.indexOf(waiting);
    if (place >= 0) this.#waiting.splice(place, 1);
    waiting.reject(reason);
    for (const thread of this.#threads) if (thread.task === waiting) this.#end(thread, reason);
    this.#dispatch();
  }

  async #end(thread: Thread, reason: unknown): Promise<void> {
    this.#forget(thread)?.reject(reason);
    await thread.worker.terminate();
  }

  #lost(thread: Thread, error: Error): void {
    this.#forget(thread)?.reject(error);
    this.#dispatch();
  }

  #forget(thread: Thread): Waiting | null {
    clearTimeout(thread.idle);
    this.#threads.delete(thread);
    const { task } = thread;
    thread.task = null;
    return task;
  }
}

const closing = () => new UnavailableError('The server is stopping');
