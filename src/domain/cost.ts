import { HEADER_BYTES, NumberType, SECTIONS_BIT, TYPE_MASK } from './bin-layout.ts';
import type { LimitExceededError } from './errors.ts';
import { passedLimit } from './passed-limit.ts';

/** Characters of a number and the comma behind it, at most, by its type on disk. */
const MOST_BYTES_OF_NUMBER: readonly number[] = [4, 5, 6, 7, 11, 12, 16, 26];
/** "0," */
const LEAST_BYTES_OF_NUMBER = 2;

/** Others wait while so many objects are made of rows. */
const NODES_A_LOOK = 10_000;

/** A row of an answer without its bins is rarely longer. */
const BYTES_OF_NODE = 2_000;

/**
 * What one operation takes, counted while it is executed: objects as they come from the database, and of bins, which
 * make answers large, between how many and how many bytes they will be as text. Nothing is made to be counted, so this
 * costs nanoseconds a histogram.
 */
export class Cost {
  readonly maxBytes: number;
  /** The most objects that the operation may give, as its page sizes say. */
  requestedNodes = 0;
  nodes = 0;
  leastBytes = 0;
  mostBytes = 0;
  base64Characters = 0;
  /** Why the answer is refused, once that is certain. */
  passed: LimitExceededError | undefined;
  #nextLook = NODES_A_LOOK;

  constructor(maxBytes: number) {
    this.maxBytes = maxBytes;
  }

  /** Rows of one page that the answer shows. @returns whether it is time to look at the clock. */
  addNodes(count: number): boolean {
    this.nodes += count;
    if (this.nodes < this.#nextLook) return false;
    this.#nextLook = this.nodes + NODES_A_LOOK;
    return true;
  }

  /** The operation is executed from its beginning. */
  restart(): void {
    this.nodes = 0;
    this.#nextLook = NODES_A_LOOK;
    this.leastBytes = 0;
    this.mostBytes = 0;
    this.base64Characters = 0;
  }

  /** @throws LimitExceededError where the answer is too large already, whatever follows. */
  addBytes(least: number, most: number): void {
    this.leastBytes += least;
    this.mostBytes += most;
    if (this.leastBytes <= this.maxBytes) return;
    this.passed ??= tooManyBytes(this.leastBytes, this.maxBytes);
    throw this.passed;
  }

  /** Numbers of a histogram. @throws LimitExceededError */
  addBins(blob: Uint8Array, cells: number): void {
    const header = blob[HEADER_BYTES - 1] as number;
    // of profiles, contents are divided by entries
    const type = (header & SECTIONS_BIT) === 0 ? header & TYPE_MASK : NumberType.F64;
    this.addBytes(cells * LEAST_BYTES_OF_NUMBER, cells * (MOST_BYTES_OF_NUMBER[type] ?? 0));
  }

  /** Numbers that are computed, between so many and so many. @throws LimitExceededError */
  addNumbers(least: number, most: number): void {
    this.addBytes(least * LEAST_BYTES_OF_NUMBER, most * (MOST_BYTES_OF_NUMBER[NumberType.F64] as number));
  }

  /** Whether the answer may turn out larger than it may be, so that it has to be measured. */
  get mayBeTooLarge(): boolean {
    return this.mostBytes + this.nodes * BYTES_OF_NODE > this.maxBytes;
  }
}

export const tooManyBytes = (actual: number, limit: number): LimitExceededError =>
  passedLimit({
    setting: 'LUMIGRAPH_MAX_RESPONSE_BYTES',
    limit,
    actual,
    what: `The answer holds ${actual} bytes or more`,
    remedy: 'Ask for smaller pages (`first`), or for fewer bins (`rebin`, `crop`).',
  });
