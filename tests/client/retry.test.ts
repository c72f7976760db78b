import { describe, expect, it } from 'vitest';
import { delayBefore, isTransientStatus, parseRetryAfter } from '../../client/retry.ts';

describe('Retry-After', () => {
  const now = Date.parse('2026-11-24T08:00:00Z');
  it.each([
    ['0', 0],
    [' 120 ', 120_000],
    ['Tue, 24 Nov 2026 08:00:30 GMT', 30_000],
    ['Tuesday, 24-Nov-26 08:01:00 GMT', 60_000],
    ['Tue Nov 24 08:00:05 2026', 5000],
    ['Tue, 24 Nov 2026 07:59:00 GMT', 0],
    [null, undefined],
    ['', undefined],
    ['-5', undefined],
    ['1.5', undefined],
    ['soon', undefined],
    ['2026-11-24', undefined],
    ['Tue, 99 Nov 2026 08:00:30 GMT', undefined],
  ])('%s is read as %s ms', (header, expected) => {
    expect(parseRetryAfter(header, now)).toBe(expected);
  });
});

describe('the wait before the next attempt', () => {
  it('doubles, is capped, and ends with the retries', () => {
    const waits = [1, 2, 3, 4, 5, 6].map((attempt) =>
      delayBefore(attempt, undefined, { retries: 5, firstDelay: 100, maxDelay: 1000 }, () => 1),
    );
    expect(waits).toEqual([100, 200, 400, 800, 1000, null]);
  });

  it('is drawn between half of it and all of it', () => {
    expect(delayBefore(1, undefined, { firstDelay: 100 }, () => 0)).toBe(50);
    expect(delayBefore(1, undefined, { firstDelay: 100 }, () => 0.5)).toBe(75);
  });

  it('is what the server asks for, neither capped by ours nor drawn, unless it is too long', () => {
    expect(delayBefore(1, 30_000, { maxDelay: 10 })).toBe(30_000);
    expect(delayBefore(1, 0)).toBe(0);
    expect(delayBefore(1, 60_001)).toBeNull();
    expect(delayBefore(5, 0)).toBeNull();
  });
});

it('429 and 5xx may pass, but for those that say they will not', () => {
  const transient = [200, 400, 401, 404, 408, 429, 499, 500, 501, 502, 503, 504, 505, 599, 600].filter(
    isTransientStatus,
  );
  expect(transient).toEqual([429, 500, 502, 503, 504, 599]);
});
