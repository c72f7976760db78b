import { setTimeout as pause } from 'node:timers/promises';
import { UnavailableError } from '../domain/errors.ts';

/** Milliseconds before each further attempt of what failed because the database was not there. */
export const BACK_OFF: readonly number[] = [500, 1_000, 2_000, 4_000, 8_000, 16_000];

export interface Patience {
  /** Ends the waiting: what failed last is thrown. */
  readonly signal?: AbortSignal;
  /** An attempt failed, and another follows after `waitMs`. */
  readonly onRetry?: (error: UnavailableError, waitMs: number) => void;
}

/** What `open` gives, tried again while the database cannot be reached: it may be starting, or restarting. */
export async function patiently<T>(
  open: () => Promise<T>,
  { signal, onRetry }: Patience = {},
  backOff = BACK_OFF,
): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await open();
    } catch (error) {
      const waitMs = backOff[attempt];
      if (!(error instanceof UnavailableError) || waitMs === undefined || signal?.aborted) throw error;
      onRetry?.(error, waitMs);
      await pause(waitMs, undefined, { signal }).catch(() => {
        throw error;
      });
    }
  }
}
