import { HEADER_BYTES, NumberType, SECTIONS_BIT, TYPE_MASK } from './bin-layout.ts';
import type { Cancellation } from './cancellation.ts';
import { LimitExceededError } from './errors.ts';
import { passedLimit } from './passed-limit.ts';

/** Characters of a number and the comma behind it, at most, by its type on disk. */
const MOST_BYTES_OF_NUMBER: readonly number[] = [4, 5, 6, 7, 11, 12, 24, 26];
/** "0," */
const LEAST_BYTES_OF_NUMBER = 2;

/** Others wait while so many objects are made of rows. */
const NODES_A_LOOK = 10_000;
/** The same of numbers and texts of lists. */
const LISTED_A_LOOK = 100_000;
/** Numbers and texts of lists (edges, centers, labels of axes) in one answer: some twenty million take a minute. */
const MOST_LISTED = 2_000_000;

/** Sets of lumisections that one operation may have read and combined: each may be the certification of years. */
const MOST_MASKS = 100;

/** A row of an answer without its bins is rarely longer. */
const BYTES_OF_NODE = 2_000;

export interface CostLimits {
  readonly maxBytes: number;
  readonly maxNodes: number;
}

/**
 * What one operation takes, counted while it is executed: objects as they come from the database, and of bins, which
 * make answers large, between how many and how many bytes they will be as text. Nothing is made to be counted, so this
 * costs nanoseconds a histogram.
 */
export class Cost {
  readonly #maxBytes: number;
  readonly #maxNodes: number;
  readonly #cancellation: Cancellation;
  /** The most objects that the operation may give, as its page sizes say. */
  requestedNodes = 0;
  nodes = 0;
  leastBytes = 0;
  mostBytes = 0;
  base64Characters = 0;
  /** Why the answer is refused, once that is certain. */
  passed: LimitExceededError | undefined;
  #nextLook: number;
  #listed = 0;
  #masks = 0;
  #sinceLook = 0;

  constructor({ maxBytes, maxNodes }: CostLimits, cancellation: Cancellation) {
    this.#maxBytes = maxBytes;
    this.#maxNodes = maxNodes;
    this.#cancellation = cancellation;
    this.#nextLook = Math.min(NODES_A_LOOK, maxNodes + 1);
  }

  /**
   * Objects that the answer shows. Pages are bounded by what was asked for; this is for lists that have no page size.
   * @returns whether the clock was looked at.
   * @throws LimitExceededError where they are too many.
   * @throws the reason where the operation is cancelled, or its time over.
   */
  addNodes(count: number): boolean {
    this.nodes += count;
    if (this.nodes < this.#nextLook) return false;
    this.#nextLook = Math.min(this.nodes + NODES_A_LOOK, Math.max(this.nodes, this.#maxNodes) + 1);
    if (this.nodes > this.#maxNodes) throw this.#refuse(tooManyNodes(this.nodes, this.#maxNodes));
    this.#look();
    return true;
  }

  /** Numbers or texts of a list that GraphQL makes one by one, which holds up everybody. @throws as addNodes. */
  addListed(count: number): void {
    this.#listed += count;
    this.addNumbers(count, count);
    if (this.#listed > MOST_LISTED) throw this.#refuse(tooManyListed(this.#listed));
    this.#sinceLook += count;
    if (this.#sinceLook < LISTED_A_LOOK) return;
    this.#sinceLook = 0;
    this.#look();
  }

  /** Sets of lumisections that are to be read. @throws LimitExceededError */
  addMasks(count: number): void {
    this.#masks += count;
    if (this.#masks > MOST_MASKS) throw this.#refuse(tooManyMasks());
    this.#look();
  }

  #look(): void {
    const reason = this.#cancellation.look(performance.now());
    if (reason !== undefined) throw reason;
  }

  #refuse(error: LimitExceededError): LimitExceededError {
    this.passed ??= error;
    return this.passed;
  }

  /** The operation is executed from its beginning. */
  restart(): void {
    this.nodes = 0;
    this.#nextLook = Math.min(NODES_A_LOOK, this.#maxNodes + 1);
    this.#listed = 0;
    this.#masks = 0;
    this.leastBytes = 0;
    this.mostBytes = 0;
    this.base64Characters = 0;
  }

  /** @throws LimitExceededError where the answer is too large already, whatever follows. */
  addBytes(least: number, most: number): void {
    this.leastBytes += least;
    this.mostBytes += most;
    if (this.leastBytes > this.#maxBytes) throw this.#refuse(tooManyBytes(this.leastBytes, this.#maxBytes));
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
    return this.mostBytes + this.nodes * BYTES_OF_NODE > this.#maxBytes;
  }
}

const tooManyNodes = (actual: number, limit: number): LimitExceededError =>
  passedLimit({
    setting: 'LUMIGRAPH_MAX_ANSWER_NODES',
    limit,
    actual,
    what: `The answer holds ${actual} objects or more`,
    remedy: 'Ask for smaller pages (`first`), or for lists within objects in operations of their own.',
  });

const tooManyListed = (actual: number): LimitExceededError =>
  new LimitExceededError(
    `The answer holds ${actual} edges, centers and labels of axes or more; the limit is ${MOST_LISTED}. Ask for the axes of one histogram of each monitor element.`,
    { limit: MOST_LISTED, actual },
  );

export const tooManyBytes = (actual: number, limit: number): LimitExceededError =>
  passedLimit({
    setting: 'LUMIGRAPH_MAX_RESPONSE_BYTES',
    limit,
    actual,
    what: `The answer holds ${actual} bytes or more`,
    remedy: 'Ask for smaller pages (`first`), or for fewer bins (`rebin`, `crop`).',
  });

const tooManyMasks = (): LimitExceededError =>
  new LimitExceededError(`An operation reads at most ${MOST_MASKS} masks: ask for them in several operations`, {
    limit: MOST_MASKS,
  });
