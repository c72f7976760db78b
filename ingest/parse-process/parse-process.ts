import { Worker } from 'node:worker_threads';
import { execArgvOf, ownFile, ownProgram } from '../../src/own-program.ts';
import type { RowKey } from '../formats/format.ts';
import type { ScoreStep } from '../formats/scores/score-step.ts';
import type { ChosenStep, JobOptions } from './elements.ts';
import { ParseProcessError } from './error.ts';
import { type Answer, Inbox, type RelayMessage } from './inbox.ts';
import { type FileToRead, type Job, type Located, type Recognition, unpackError } from './messages.ts';

export interface ParseLimits {
  /** Resident memory at which the parse process is ended (default 512 MiB; an idle one takes about 60). */
  readonly memoryBytes?: number;
  /** Milliseconds without any sign of progress after which it is ended (default 60,000). */
  readonly silenceMs?: number;
  /** Steps read ahead of the writer (default 3). */
  readonly inFlight?: number;
  /** The program to run; tests put a faulty one in its place. */
  readonly entry?: string;
}

let lastId = 0;

/** A job without what is added on its way. */
type Wanted = Job extends infer J ? (J extends Job ? Omit<J, 'id'> : never) : never;

/** Processes that were closed and may serve again; `most` is 0 but where many files are read one by one (tests). */
export const spareProcesses: { most: number; readonly waiting: Running[] } = { most: 0, waiting: [] };

const relayEntry = ownFile('ingest/parse-process/relay.mjs');

/**
 * Reads files in a process of its own, started when first needed and used for many files, one at a time. Memory and
 * silence have limits; whatever ends the process (a limit, a crash) fails the file at hand with a ParseProcessError,
 * and the next file gets a fresh one.
 */
export class ParseProcess {
  readonly #limits: Required<ParseLimits>;
  #child: Running | null = null;
  /** Answers that are waited for. */
  #asked = 0;

  constructor(limits: ParseLimits = {}) {
    this.#limits = {
      memoryBytes: limits.memoryBytes ?? 512 * 1024 * 1024,
      silenceMs: limits.silenceMs ?? 60_000,
      inFlight: limits.inFlight ?? 3,
      entry: limits.entry ?? ownProgram('ingest/parse-process/child'),
    };
  }

  /** Starts the process ahead of the first file. */
  start(): void {
    this.#running();
  }

  /**
   * What a file is, by its content, or as a `format` that is given instead.
   * @throws FileError UNKNOWN_FORMAT and whatever opening a file can throw; ParseProcessError.
   */
  async recognise(file: FileToRead, format?: string): Promise<Recognition> {
    for await (const answer of this.#answers({ kind: 'recognise', file, format })) {
      if (answer.kind === 'recognised') return answer.recognition;
    }
    throw new Error('the parse process gave no answer');
  }

  /**
   * The steps of Format.read, of the chosen monitor elements. A few are read ahead; leaving the loop early stops the reading.
   * `onProgress` gets the bytes of the file (as stored) read so far, and gives false where nobody waits for the next step any more.
   */
  async *read(
    file: FileToRead,
    format: string,
    options: JobOptions,
    onProgress?: (bytesRead: number) => boolean,
  ): AsyncGenerator<ChosenStep, void, undefined> {
    const { inFlight } = this.#limits;
    for await (const answer of this.#answers({ kind: 'read', file, format, options, inFlight })) {
      if (answer.kind === 'step') yield answer.step;
      else if (answer.kind === 'progress' && onProgress?.(answer.bytesRead) === false) return;
    }
  }

  /** The steps of readScores, in the same way. */
  async *readScores(file: FileToRead): AsyncGenerator<ScoreStep, void, undefined> {
    const { inFlight } = this.#limits;
    for await (const answer of this.#answers({ kind: 'scores', file, inFlight })) {
      if (answer.kind === 'scores') yield answer.step;
    }
  }

  /** Format.locate: lines before `key.line` with the same key, and what people call them. */
  async locate(file: FileToRead, format: string, keys: readonly RowKey[], options: JobOptions): Promise<Located> {
    for await (const answer of this.#answers({ kind: 'locate', file, format, keys, options })) {
      if (answer.kind === 'located') return answer.located;
    }
    throw new Error('the parse process gave no answer');
  }

  /** Ends the process. The object can be used again: a fresh one starts then. */
  async close(): Promise<void> {
    const child = this.#child;
    this.#child = null;
    if (!child) return;
    const { waiting, most } = spareProcesses;
    if (this.#asked > 0 || child.ended || most === 0) return end(child);
    waiting.push(child);
    // the oldest goes: it may be of limits that nobody asks for any more
    if (waiting.length > most) await end(waiting.shift() as Running);
  }

  /** Asks for one thing and hands out the answers until the last one; a step is taken when the next is asked for. */
  async *#answers(wanted: Wanted): AsyncGenerator<Answer, void, undefined> {
    const child = this.#running();
    const id = ++lastId;
    this.#asked++;
    const inbox = new Inbox(child.relay, id, this.#limits.silenceMs);
    let last = false;
    try {
      child.relay.postMessage({ ...wanted, id });
      while (!last) {
        const answer = await inbox.next();
        if (answer.kind === 'failed') {
          last = true;
          throw unpackError(answer.error);
        }
        const isStep = answer.kind === 'step' || answer.kind === 'scores';
        last = !isStep && answer.kind !== 'progress';
        yield answer;
        if (isStep) child.relay.postMessage({ kind: 'taken', id });
      }
    } catch (error) {
      if (error instanceof ParseProcessError) {
        last = true;
        if (this.#child === child) this.#child = null;
        await end(child);
      }
      throw error;
    } finally {
      inbox.close();
      this.#asked--;
      if (!last) child.relay.postMessage({ kind: 'cancel', id });
    }
  }

  #running(): Running {
    if (this.#child && !this.#child.ended) return this.#child;
    const { entry, memoryBytes } = this.#limits;
    this.#child = spare(entry, memoryBytes) ?? started(entry, memoryBytes);
    return this.#child;
  }
}

function spare(entry: string, memoryBytes: number): Running | undefined {
  const { waiting } = spareProcesses;
  const at = waiting.findIndex((one) => one.entry === entry && one.memoryBytes === memoryBytes && !one.ended);
  return at < 0 ? undefined : waiting.splice(at, 1)[0];
}

function started(entry: string, memoryBytes: number): Running {
  const relay = new Worker(relayEntry, {
    // Not the parent's own flags: a debugger's port or a test runner's loader is nothing for others.
    execArgv: [],
    workerData: {
      entry,
      args: [String(memoryBytes)],
      execArgv: [...execArgvOf(entry), `--max-old-space-size=${heapMegabytes(memoryBytes)}`],
    },
  });
  const running: Running = { relay, entry, memoryBytes, pid: undefined, ended: false, killed: false };
  relay.on('message', (message: RelayMessage) => {
    if (message instanceof ArrayBuffer) return;
    if (message.kind === 'ended') running.ended = true;
    else running.pid = message.pid;
    // Asked to end before it had a name.
    if (running.killed) kill(running);
  });
  relay.on('error', () => {
    running.ended = true;
  });
  // It does not keep this process alive by itself: an answer that is waited for does.
  relay.unref();
  return running;
}

/** A parse process and the thread that speaks with it. */
interface Running {
  readonly relay: Worker;
  readonly entry: string;
  readonly memoryBytes: number;
  pid: number | undefined;
  ended: boolean;
  killed: boolean;
}

/** V8's own heap gets half: what formats keep outside typed arrays is little. */
const heapMegabytes = (memoryBytes: number) => Math.max(32, Math.floor(memoryBytes / 2 / 1024 / 1024));

function kill(running: Running): void {
  running.killed = true;
  if (running.ended || running.pid === undefined) return;
  try {
    process.kill(running.pid, 'SIGKILL');
  } catch {
    // It was quicker.
  }
}

async function end(running: Running): Promise<void> {
  if (running.ended) return;
  const gone = new Promise<void>((resolve) => running.relay.once('exit', () => resolve()));
  running.relay.ref();
  kill(running);
  await gone;
}
