import type { LumigraphError } from './errors.ts';

/**
 * Ends what an operation has under way before its time: because the time ran out, or nobody waits for the answer any
 * more. Much lighter than an AbortSignal, of which each listener costs more than a small statement.
 */
export class Cancellation {
  /** Why; undefined while the operation goes on. */
  reason: LumigraphError | undefined;
  readonly #underWay = new Set<() => void>();

  cancel(reason: LumigraphError): void {
    if (this.reason !== undefined) return;
    this.reason = reason;
    for (const stop of this.#underWay) stop();
    this.#underWay.clear();
  }

  /** `stop` is called when the operation is cancelled, unless it is removed before. */
  add(stop: () => void): void {
    this.#underWay.add(stop);
  }

  remove(stop: () => void): void {
    this.#underWay.delete(stop);
  }
}
