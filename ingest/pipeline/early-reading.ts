import type { ChosenStep, JobOptions } from '../parse-process/elements.ts';
import type { FileToRead } from '../parse-process/messages.ts';
import type { ParseProcess } from '../parse-process/parse-process.ts';

/**
 * The reading of a file from its beginning, under way before anyone takes its steps. What is read again on demand is read
 * whatever its hash says, so the parsing need not wait for the hashing.
 */
export class EarlyReading {
  readonly #steps: AsyncGenerator<ChosenStep, void, undefined>;
  readonly #first: Promise<IteratorResult<ChosenStep, void>>;
  #onBytes: ((bytesRead: number) => boolean) | undefined;

  constructor(parser: ParseProcess, file: FileToRead, format: string, options: JobOptions) {
    this.#steps = parser.read(file, format, options, (bytesRead) => this.#onBytes?.(bytesRead) ?? true);
    this.#first = this.#steps.next();
    // told to whoever takes the steps
    this.#first.catch(() => {});
  }

  /** To be called once. */
  async *take(onBytes: (bytesRead: number) => boolean): AsyncGenerator<ChosenStep, void, undefined> {
    this.#onBytes = onBytes;
    const first = await this.#first;
    if (first.done) return;
    yield first.value;
    yield* this.#steps;
  }

  /** Ends a reading that nobody takes, or not to its end; nothing happens to one that has ended. */
  async end(): Promise<void> {
    await this.#steps.return().catch(() => {});
  }
}
