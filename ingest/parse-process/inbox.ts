import { setImmediate as nextTurn } from 'node:timers/promises';
import { deserialize } from 'node:v8';
import type { Worker } from 'node:worker_threads';
import { ParseProcessError } from './error.ts';
import type { Response } from './messages.ts';
import { MEMORY_LIMIT_MARK } from './watchdog.ts';

export type Answer = Exclude<Response, { kind: 'ready' }>;

/** What the relay says of the process itself; everything else it passes on as the bytes of a Response. */
export type RelayMessage =
  | ArrayBuffer
  | { readonly kind: 'started'; readonly pid: number | undefined }
  | { readonly kind: 'ended'; readonly code: number | null; readonly signal: string | null; readonly stderr: string };

const TICKS = 10;

/** The answers to one request, in order, with the deadline. */
export class Inbox {
  readonly #answers: Answer[] = [];
  readonly #silenceMs: number;
  #end: Error | null = null;
  #wake: () => void = () => {};
  readonly #close: () => void;

  constructor(relay: Worker, id: number, silenceMs: number) {
    this.#silenceMs = silenceMs;
    const onMessage = (message: RelayMessage) => {
      if (message instanceof ArrayBuffer) {
        const response = deserialize(new Uint8Array(message)) as Response;
        if (response.kind === 'ready' || response.id !== id) return;
        this.#answers.push(response);
      } else if (message.kind === 'ended') {
        this.#end = wordEnd(message);
      }
      this.#wake();
    };
    const onError = (error: Error) => {
      this.#end ??= new ParseProcessError('PARSER_CRASHED', `the parse process could not be run: ${error.message}`);
      this.#wake();
    };
    relay.on('message', onMessage);
    relay.on('error', onError);
    relay.ref();
    this.#close = () => {
      relay.unref();
      relay.off('message', onMessage);
      relay.off('error', onError);
    };
  }

  /** @throws ParseProcessError when the process ended or kept silent instead. */
  async next(): Promise<Answer> {
    // A port hands over up to 1,000 messages in one turn of the loop. Where each is written at once (SQLite), timers,
    // signals and cancellations would wait for the end of the file.
    await nextTurn();
    // In ticks, not in one timer: when the event loop itself was held up (a long write), that is one tick and no silence.
    let ticks = 0;
    const timer = setInterval(() => {
      if (++ticks <= TICKS) return;
      const seconds = this.#silenceMs / 1000;
      this.#end ??= new ParseProcessError('PARSER_SILENT', `no progress in ${seconds} s: reading was given up`);
      this.#wake();
    }, this.#silenceMs / TICKS);
    try {
      while (true) {
        const answer = this.#answers.shift();
        if (answer) return answer;
        if (this.#end) throw this.#end;
        await new Promise<void>((wake) => {
          this.#wake = wake;
        });
      }
    } finally {
      clearInterval(timer);
    }
  }

  close(): void {
    this.#close();
  }
}

function wordEnd({ code, signal, stderr }: Extract<RelayMessage, { kind: 'ended' }>): ParseProcessError {
  const memory = stderr.split('\n').find((line) => line.startsWith(MEMORY_LIMIT_MARK));
  if (memory) {
    const numbers = memory.slice(MEMORY_LIMIT_MARK.length).trim();
    return new ParseProcessError('PARSER_MEMORY', `reading needs more memory than allowed: ${numbers}`);
  }
  if (/heap out of memory/.test(stderr)) {
    return new ParseProcessError('PARSER_MEMORY', 'reading needs more memory than allowed (heap)');
  }
  const how = signal ? `signal ${signal}` : `exit status ${code}`;
  return new ParseProcessError('PARSER_CRASHED', `the parse process ended with ${how}`, { stderr });
}
