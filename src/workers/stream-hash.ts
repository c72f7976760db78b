import { createHash } from 'node:crypto';
import { Worker } from 'node:worker_threads';
import { ownFile } from '../own-program.ts';

/** Bytes that are hashed at a time: as many as a processor holds close by. */
const ROOM = 512 * 1024;
/** One is filled while the other is hashed. */
const ROOMS = 2;

const program = ownFile('src/workers/hash-thread.mjs');
/** It holds nothing but messages. */
const HEAP = { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 2 };

interface Answer {
  readonly id: number;
  readonly sha256: string | null;
}

interface Waiter {
  resolve(sha256: string | null): void;
  reject(error: unknown): void;
}

/** Answers come in the order of what was asked, of each stream. */
const waiting = new Map<number, Waiter[]>();
let thread: Worker | null = null;
let lastId = 0;

/**
 * SHA-256 of a stream, computed beside it: bytes are copied into shared memory, and a thread, one for all streams of this process,
 * hashes them there. A stream that fits into one room of it is hashed where it is.
 */
export class StreamHash {
  readonly #id = ++lastId;
  #rooms: Uint8Array<SharedArrayBuffer>[] = [];
  /** Of each room, until what is in it is hashed. */
  readonly #under: Promise<unknown>[] = [];
  #room = 0;
  #filled = 0;
  #isBegun = false;

  /** The bytes may change once the promise is resolved. */
  async update(bytes: Uint8Array): Promise<void> {
    for (let from = 0; from < bytes.length; ) {
      const room = await this.#free();
      const count = Math.min(bytes.length - from, ROOM - this.#filled);
      room.set(bytes.subarray(from, from + count), this.#filled);
      from += count;
      this.#filled += count;
    }
  }

  /** Hexadecimal. Once, after the last bytes. */
  async digest(): Promise<string> {
    const rest = this.#rooms[this.#room]?.subarray(0, this.#filled) ?? new Uint8Array();
    if (!this.#isBegun) return createHash('sha256').update(rest).digest('hex');
    this.#isBegun = false;
    return (await this.#ask(rest, true)) as string;
  }

  /** Needed where there was no digest; nothing otherwise. */
  leave(): void {
    if (this.#isBegun) thread?.postMessage({ id: this.#id, isLeft: true });
    this.#isBegun = false;
  }

  /** A room that is not full. */
  async #free(): Promise<Uint8Array> {
    if (this.#filled === ROOM) {
      this.#under[this.#room] = this.#ask(this.#rooms[this.#room] as Uint8Array, false);
      // whoever waits for the room is told; nobody may
      this.#under[this.#room]?.catch(() => {});
      this.#isBegun = true;
      this.#room = (this.#room + 1) % ROOMS;
      this.#filled = 0;
      await this.#under[this.#room];
    }
    this.#rooms[this.#room] ??= new Uint8Array(new SharedArrayBuffer(ROOM));
    return this.#rooms[this.#room] as Uint8Array;
  }

  #ask(bytes: Uint8Array, isLast: boolean): Promise<string | null> {
    thread ??= start();
    const running = thread;
    return new Promise((resolve, reject) => {
      const waiters = waiting.get(this.#id) ?? [];
      waiters.push({ resolve, reject });
      waiting.set(this.#id, waiters);
      // it keeps the process alive while someone waits for it
      running.ref();
      running.postMessage({ id: this.#id, bytes, isLast });
    });
  }
}

function start(): Worker {
  const started = new Worker(program, { execArgv: [], resourceLimits: HEAP });
  started.on('message', ({ id, sha256 }: Answer) => {
    const waiters = waiting.get(id) ?? [];
    waiters.shift()?.resolve(sha256);
    if (waiters.length === 0) waiting.delete(id);
    if (waiting.size === 0) started.unref();
  });
  started.on('error', (error) => {
    thread = null;
    for (const waiters of waiting.values()) for (const { reject } of waiters) reject(error);
    waiting.clear();
  });
  return started;
}
