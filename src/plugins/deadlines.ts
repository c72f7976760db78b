/**
 * Times that all last equally long, behind one timer: what begins first is over first, so that only the oldest needs to be
 * waited for. Almost all end before; a timer of each is made and thrown away for nothing.
 */
export class Deadlines {
  readonly #milliseconds: number;
  /** In the order in which they are over. */
  readonly #waiting = new Set<{ readonly at: number; readonly over: () => void }>();
  #timer: NodeJS.Timeout | undefined;

  constructor(milliseconds: number) {
    this.#milliseconds = milliseconds;
  }

  /** Calls `over` once the time from now on is over, unless what is returned is called before. */
  begin(over: () => void): () => void {
    const one = { at: performance.now() + this.#milliseconds, over };
    this.#waiting.add(one);
    this.#wait(this.#milliseconds);
    return () => this.#waiting.delete(one);
  }

  /** The timer is left alone where the oldest has ended: when it fires, it is set again for who is oldest then. */
  #wait(milliseconds: number): void {
    this.#timer ??= setTimeout(() => this.#look(), milliseconds).unref();
  }

  #look(): void {
    this.#timer = undefined;
    for (const one of this.#waiting) {
      const left = one.at - performance.now();
      if (left > 0) {
        this.#wait(Math.ceil(left));
        return;
      }
      this.#waiting.delete(one);
      one.over();
    }
  }
}
