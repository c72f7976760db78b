import { setImmediate as nextTurn } from 'node:timers/promises';

/** Others are not to wait longer for one step of a long work. */
const HELD_MS = 10;

/**
 * Whose turn it is in the event loop: work of many small steps passes it on between two of them, once it has held it for a
 * while. SQLite reads in this thread, so that awaiting its answers lets nobody else be served.
 */
export class Turn {
  #begun = performance.now();

  async pass(): Promise<void> {
    if (performance.now() - this.#begun < HELD_MS) return;
    await nextTurn();
    this.#begun = performance.now();
  }
}
