export interface RetryOptions {
  /** Further attempts after the first (default 4); 0: none. */
  readonly retries?: number;
  /** Wait before the first further attempt, in milliseconds; doubled each time (default 250). */
  readonly firstDelay?: number;
  /** Longest wait of our own choice, in milliseconds (default 10,000). */
  readonly maxDelay?: number;
  /** Longest wait the server may ask for, in milliseconds (default 60,000): beyond it the error is thrown at once. */
  readonly maxRetryAfter?: number;
}

/** The server is busy or broken for the moment. 501 and 505 say that it never will. */
export const isTransientStatus = (status: number): boolean =>
  status === 429 || (status >= 500 && status <= 599 && status !== 501 && status !== 505);

/**
 * Milliseconds to wait by a Retry-After header, in either of its forms (seconds, or an HTTP date; a past one is 0).
 * Undefined where there is none or it is malformed.
 */
export function parseRetryAfter(header: string | null, now: number = Date.now()): number | undefined {
  const text = header?.trim();
  if (!text) return undefined;
  if (/^\d+$/.test(text)) return Number(text) * 1000;
  // Date.parse takes almost anything: an HTTP date has a weekday and a time zone
  if (!/^[A-Z][a-z]+,? .*\d\d:\d\d:\d\d/.test(text)) return undefined;
  const time = Date.parse(/GMT|UTC|[+-]\d{4}$/.test(text) ? text : `${text} GMT`);
  return Number.isNaN(time) ? undefined : Math.max(0, time - now);
}

/**
 * The wait before attempt `attempt` + 1 (the first is 1), or null for no further attempt. Without word of the server:
 * exponential, capped, and drawn between half of it and all of it, so that many clients do not come back at once.
 */
export function delayBefore(
  attempt: number,
  retryAfter: number | undefined,
  options: RetryOptions = {},
  random: () => number = Math.random,
): number | null {
  const { retries = 4, firstDelay = 250, maxDelay = 10_000, maxRetryAfter = 60_000 } = options;
  if (attempt > retries) return null;
  if (retryAfter !== undefined) return retryAfter > maxRetryAfter ? null : retryAfter;
  const full = Math.min(maxDelay, firstDelay * 2 ** (attempt - 1));
  return full * (0.5 + random() / 2);
}

/** @throws the reason of the signal, as soon as it is aborted. */
export function sleep(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const stop = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, milliseconds);
    signal?.addEventListener('abort', stop, { once: true });
  });
}
