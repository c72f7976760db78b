import { Worker } from 'node:worker_threads';
import { ownFile } from '../../src/own-program.ts';

type Answer = { readonly id: number } & ({ readonly sha256: string } | { readonly error: Error });

const program = ownFile('ingest/source/hash-thread.mjs');
const waiting = new Map<number, Waiter>();
let thread: Worker | null = null;
let lastId = 0;

interface Waiter {
  resolve(sha256: string): void;
  reject(error: unknown): void;
}

/**
 * Hex SHA-256 of an open file up to where it ends, read and hashed in a thread of its own: one for all files of this
 * process, one file after another. The descriptor must stay open until the promise settles; it rejects where `signal` stops the hashing.
 */
export async function hashInThread(fd: number, signal?: AbortSignal): Promise<string> {
  thread ??= start();
  const running = thread;
  const id = ++lastId;
  const stop = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  const onAbort = () => Atomics.store(stop, 0, 1);
  if (signal?.aborted) onAbort();
  signal?.addEventListener('abort', onAbort);
  try {
    return await new Promise((resolve, reject) => {
      waiting.set(id, { resolve, reject });
      // it keeps the process alive while someone waits for it
      running.ref();
      running.postMessage({ id, fd, stop });
    });
  } finally {
    signal?.removeEventListener('abort', onAbort);
  }
}

function start(): Worker {
  const started = new Worker(program, { execArgv: [] });
  started.on('message', (answer: Answer) => {
    const waiter = waiting.get(answer.id);
    waiting.delete(answer.id);
    if (waiting.size === 0) started.unref();
    if ('sha256' in answer) waiter?.resolve(answer.sha256);
    else waiter?.reject(answer.error);
  });
  started.on('error', (error) => {
    thread = null;
    for (const waiter of waiting.values()) waiter.reject(error);
    waiting.clear();
  });
  return started;
}
