/**
 * Keeps the files of certifications in the order in which they were named, however many are read at a time: the last one of a source is
 * its newest version. Files of histograms wait for nobody.
 */
export class SourceOrder {
  /** Files that may still turn out to be a certification, or are one that is not settled. */
  readonly #ahead: Set<number>;
  readonly #waiting = new Map<number, () => void>();

  constructor(files: number) {
    this.#ahead = new Set(Array.from({ length: files }, (_, index) => index));
  }

  /** Settled once no file before this one may become a version any more. */
  turn(index: number): Promise<void> {
    return new Promise((begin) => {
      this.#waiting.set(index, begin);
      this.#wake();
    });
  }

  /** The file is no certification, or is done with. */
  pass(index: number): void {
    this.#ahead.delete(index);
    this.#wake();
  }

  #wake(): void {
    for (const [index, begin] of this.#waiting) {
      if (this.#least < index) continue;
      this.#waiting.delete(index);
      begin();
    }
  }

  /** Numbers stand in the set in their order. */
  get #least(): number {
    return this.#ahead.values().next().value ?? Number.POSITIVE_INFINITY;
  }
}
