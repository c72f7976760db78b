import { describe, expect, test, vi } from 'vitest';
import { EventQueue, turned } from '../../src/domain/event-queue.ts';

const next = async <Item>(queue: EventQueue<Item>) => (await queue.next()).value;

describe('a queue of events', () => {
  test('gives what waits in its order, and then what comes', async () => {
    const queue = new EventQueue<string>(10, () => {});
    queue.push('a');
    queue.push('b');
    expect(await next(queue)).toEqual({ item: 'a', dropped: 0 });
    expect(await next(queue)).toEqual({ item: 'b', dropped: 0 });
    const waiting = [queue.next(), queue.next()];
    queue.push('c');
    queue.push('d');
    expect((await Promise.all(waiting)).map(({ value }) => value.item)).toEqual(['c', 'd']);
  });

  test('drops the oldest beyond its room, and says how many', async () => {
    const queue = new EventQueue<number>(2, () => {});
    for (const item of [1, 2, 3, 4, 5]) queue.push(item);
    expect(await next(queue)).toEqual({ item: 4, dropped: 3 });
    expect(await next(queue)).toEqual({ item: 5, dropped: 0 });
  });

  test('ends after what waits; what comes later is not taken', async () => {
    const onClose = vi.fn();
    const queue = new EventQueue<number>(2, onClose);
    queue.push(1);
    queue.end();
    queue.push(2);
    expect(await next(queue)).toEqual({ item: 1, dropped: 0 });
    expect(await queue.next()).toEqual({ done: true, value: undefined });
    expect(onClose).toHaveBeenCalledTimes(1);
  });

  test('is left also while an item is waited for, and closes once', async () => {
    const onClose = vi.fn();
    const values = turned(new EventQueue<number>(2, onClose), async ({ item }) => item);
    const waiting = values.next();
    await values.return?.();
    expect(await waiting).toEqual({ done: true, value: undefined });
    await values.return?.();
    expect(onClose).toHaveBeenCalledTimes(1);
  });

  test('leaves out what nothing is made of, and closes where making fails', async () => {
    const onClose = vi.fn();
    const queue = new EventQueue<number>(10, onClose);
    const values = turned(queue, async ({ item }) => {
      if (item === 3) throw new Error('cannot read');
      return item % 2 === 0 ? item : undefined;
    });
    for (const item of [1, 2, 3]) queue.push(item);
    expect((await values.next()).value).toBe(2);
    await expect(values.next()).rejects.toThrow('cannot read');
    expect(onClose).toHaveBeenCalledTimes(1);
  });
});
