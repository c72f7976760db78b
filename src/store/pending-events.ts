import type { StoreEvent } from './events.ts';

/** What a transaction is to tell of once it is committed. */
export class PendingEvents {
  #events: StoreEvent[] = [];

  readonly publish = (event: StoreEvent): void => {
    this.#events.push(event);
  };

  /** What `work` publishes counts only where it does not throw. */
  async keepIfDone<T>(work: () => Promise<T>): Promise<T> {
    const before = this.#events.length;
    try {
      return await work();
    } catch (error) {
      this.#events.length = before;
      throw error;
    }
  }

  /** Each once: the runs in one event, and the same change of a file or a certification told one time. */
  take(): StoreEvent[] {
    const runs = new Set<number>();
    const others = new Map<string, StoreEvent>();
    for (const event of this.#events) {
      if (event.kind === 'runs') for (const number of event.numbers) runs.add(number);
      else others.set(JSON.stringify(event), event);
    }
    this.#events = [];
    return [...(runs.size > 0 ? [{ kind: 'runs' as const, numbers: [...runs] }] : []), ...others.values()];
  }
}
