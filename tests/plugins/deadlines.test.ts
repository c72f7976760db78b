import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Deadlines } from '../../src/plugins/deadlines.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('each is over when its own time is, behind one timer for all', () => {
  const deadlines = new Deadlines(100);
  const over: string[] = [];
  deadlines.begin(() => over.push('first'));
  vi.advanceTimersByTime(40);
  deadlines.begin(() => over.push('second'));
  expect(vi.getTimerCount()).toBe(1);
  vi.advanceTimersByTime(60);
  expect(over).toEqual(['first']);
  vi.advanceTimersByTime(39);
  expect(over).toEqual(['first']);
  vi.advanceTimersByTime(1);
  expect(over).toEqual(['first', 'second']);
  expect(vi.getTimerCount()).toBe(0);
});

test('what has ended is never over, and those after it are in time', () => {
  const deadlines = new Deadlines(100);
  const over: string[] = [];
  const end = deadlines.begin(() => over.push('first'));
  vi.advanceTimersByTime(50);
  deadlines.begin(() => over.push('second'));
  end();
  vi.advanceTimersByTime(99);
  expect(over).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(over).toEqual(['second']);
  // one that begins when none was left
  deadlines.begin(() => over.push('third'));
  vi.advanceTimersByTime(100);
  expect(over).toEqual(['second', 'third']);
});
