import type { LumigraphError } from './errors.ts';

/**
 * Ends what an operation has under way before its time: because the time ran out, or nobody waits for the answer any
 * more. Much lighter than an AbortSignal, of which each listener costs more than a small statement.
 */
export class Cancellation {
  /** Why; undefined while the operation goes on. */
  reason: LumigraphError | undefined;
  readonly #underWay = new Set<() => void>();
  #deadline = Number.POSITIVE_INFINITY;
  #whenOver: (() => LumigraphError) | undefined;

  cancel(reason: LumigraphError): void {
    if (this.reason !== undefined) return;
    this.reason = reason;
    for (const stop of this.#underWay) stop();
    this.#underWay.clear();
  }

  /** Cancels the operation at the first `look` after `deadline` (of performance.now()), for what holds up every timer. */
  endAt(deadline: number, reason: () => LumigraphError): void {
    this.#deadline = deadline;
    this.#whenOver = reason;
  }

  /** Why nothing may be begun any more at this time; undefined while something may. */
  look(now: number): LumigraphError | undefined {
    if (now > this.#deadline && this.#whenOver !== undefined) this.cancel(this.#whenOver());
    return this.reason;
  }

  /** `stop` is called when the operation is cancelled, unless it is removed before. */
  add(stop: () => void): void {
    this.#underWay.add(stop);
  }

  remove(stop: () => void): void {
    this.#underWay.delete(stop);
  }
}
