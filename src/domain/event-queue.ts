/** An item that waited in a queue, and how many before it did not find room. */
export interface Queued<Item> {
  readonly item: Item;
  readonly dropped: number;
}

interface Waiting<Item> {
  resolve(result: IteratorResult<Queued<Item>>): void;
}

/**
 * What happens, for one reader that takes it at its own pace. It holds `most` items at a time: a reader that is slower
 * loses the oldest ones, and learns how many. Leaving the loop (`return`) closes it, also while an item is waited for.
 */
export class EventQueue<Item> implements AsyncIterableIterator<Queued<Item>> {
  readonly #most: number;
  readonly #onClose: () => void;
  readonly #items: Item[] = [];
  readonly #waiting: Waiting<Item>[] = [];
  #dropped = 0;
  #ended = false;
  #closed = false;

  /** @param onClose called once, when nothing of what happens is wanted any more. */
  constructor(most: number, onClose: () => void) {
    this.#most = most;
    this.#onClose = onClose;
  }

  get isEnded(): boolean {
    return this.#ended;
  }

  push(item: Item): void {
    if (this.#ended) return;
    const waiting = this.#waiting.shift();
    if (waiting) {
      waiting.resolve({ done: false, value: { item, dropped: 0 } });
      return;
    }
    this.#items.push(item);
    if (this.#items.length <= this.#most) return;
    this.#items.shift();
    this.#dropped++;
  }

  /** Nothing comes after what waits. */
  end(): void {
    this.#ended = true;
    this.#close();
    for (const waiting of this.#waiting.splice(0)) waiting.resolve({ done: true, value: undefined });
  }

  next(): Promise<IteratorResult<Queued<Item>>> {
    if (this.#items.length > 0) {
      const value = { item: this.#items.shift() as Item, dropped: this.#dropped };
      this.#dropped = 0;
      return Promise.resolve({ done: false, value });
    }
    if (this.#ended) return Promise.resolve({ done: true, value: undefined });
    return new Promise((resolve) => this.#waiting.push({ resolve }));
  }

  return(): Promise<IteratorResult<Queued<Item>>> {
    this.#items.length = 0;
    this.end();
    return Promise.resolve({ done: true, value: undefined });
  }

  throw(error: unknown): Promise<IteratorResult<Queued<Item>>> {
    this.return();
    return Promise.reject(error);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#onClose();
  }
}

/**
 * What `turn` makes of each item, those left out of which it makes nothing (undefined). Unlike a generator it can be left
 * while an item is waited for.
 */
export function turned<Item, Value>(
  queue: EventQueue<Item>,
  turn: (queued: Queued<Item>) => Promise<Value | undefined>,
): AsyncIterableIterator<Value> {
  return {
    async next() {
      for (;;) {
        const queued = await queue.next();
        if (queued.done) return queued;
        const value = await turn(queued.value).catch((error: unknown) => {
          queue.return();
          throw error;
        });
        if (value !== undefined) return { done: false, value };
      }
    },
    async return() {
      await queue.return();
      return { done: true, value: undefined };
    },
    throw: async (error) => queue.throw(error) as Promise<never>,
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
