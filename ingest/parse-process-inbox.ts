import type { ChildProcess } from 'node:child_process';
import { ParseProcessError } from './parse-process-error.ts';
import type { Response } from './parse-process-messages.ts';
import { MEMORY_LIMIT_MARK } from './parse-process-watchdog.ts';

export type Answer = Exclude<Response, { kind: 'ready' }>;

const TICKS = 10;

/** The answers to one request, in order, with the deadline. */
export class Inbox {
  readonly #answers: Answer[] = [];
  readonly #silenceMs: number;
  #end: Error | null = null;
  #wake: () => void = () => {};
  #stderr = '';
  readonly #close: () => void;

  constructor(child: ChildProcess, id: number, silenceMs: number) {
    this.#silenceMs = silenceMs;
    const onMessage = (message: Response) => {
      if (message.kind === 'ready' || message.id !== id) return;
      this.#answers.push(message);
      this.#wake();
    };
    const onStderr = (text: Buffer) => {
      this.#stderr = (this.#stderr + text.toString()).slice(-4000);
    };
    // 'close' comes after the last message and the last of standard error; 'exit' may come before them.
    const onClose = (code: number | null, signal: NodeJS.Signals | null) => {
      this.#end = wordEnd(code, signal, this.#stderr);
      this.#wake();
    };
    const onError = (error: Error) => {
      this.#end ??= new ParseProcessError('PARSER_CRASHED', `the parse process could not be run: ${error.message}`);
      this.#wake();
    };
    child.on('message', onMessage);
    child.on('close', onClose);
    child.on('error', onError);
    child.stderr?.on('data', onStderr);
    child.channel?.ref();
    this.#close = () => {
      child.channel?.unref();
      child.off('message', onMessage);
      child.off('close', onClose);
      child.off('error', onError);
      child.stderr?.off('data', onStderr);
    };
    if (child.exitCode !== null || child.signalCode !== null) this.#end = wordEnd(child.exitCode, child.signalCode, '');
  }

  /** @throws ParseProcessError when the process ended or kept silent instead. */
  async next(): Promise<Answer> {
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

function wordEnd(code: number | null, signal: NodeJS.Signals | null, stderr: string): ParseProcessError {
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
