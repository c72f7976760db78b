import type { ByteSource } from '../../source.ts';

/** Read at once where reading goes forward. */
const WINDOW_BYTES = 256 * 1024;
/** A range that begins so shortly behind a window goes on from it. */
const NEAR_BYTES = 64 * 1024;
/** Baskets of several branches are read by turns, each going forward in its own place. */
const WINDOWS = 4;

interface Window {
  readonly start: number;
  readonly bytes: Uint8Array;
}

/** What records are read from. */
export type Ranges = Pick<ByteSource, 'readAt' | 'stamp'>;

/** Ranges of a file; small ones that follow one another come out of one larger read. */
export class ReadAhead implements Ranges {
  readonly #source: Ranges;
  /** The latest last. */
  #windows: Window[] = [];

  constructor(source: Ranges) {
    this.#source = source;
  }

  get stamp() {
    return this.#source.stamp;
  }

  /** As ByteSource.readAt; the bytes are not to be changed. */
  async readAt(position: number, length: number): Promise<Uint8Array> {
    const end = position + length;
    const holding = this.#windows.find(({ start, bytes }) => position >= start && end <= start + bytes.length);
    if (holding) return holding.bytes.subarray(position - holding.start, end - holding.start);
    const before = this.#windows.find(({ start, bytes }) => {
      return position > start && position - start - bytes.length < NEAR_BYTES;
    });
    const { size } = this.stamp;
    const ahead = before && length < WINDOW_BYTES ? Math.min(WINDOW_BYTES, size - position) : length;
    const bytes = await this.#source.readAt(position, Math.max(length, ahead));
    const kept = this.#windows.filter((window) => window !== before);
    this.#windows = [...kept.slice(kept.length < WINDOWS ? 0 : 1), { start: position, bytes }];
    return bytes.subarray(0, length);
  }
}
