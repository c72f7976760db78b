import { setImmediate as settled } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { readAhead } from '../../src/export/read-ahead.ts';

/** Numbers from 0; how many of them were begun, and whether the source is closed. */
function source(most: number, failAt = -1) {
  const state = { begun: 0, closed: false };
  async function* numbers() {
    try {
      for (let i = 0; i < most; i++) {
        state.begun++;
        await settled();
        if (i === failAt) throw new Error(`no ${i}`);
        yield i;
      }
    } finally {
      state.closed = true;
    }
  }
  return { state, numbers: readAhead(numbers()) };
}

describe('reading ahead', () => {
  it('gives the same items in the same order, and begins one, not two, while the one before it is worked on', async () => {
    const { state, numbers } = source(4);
    const begun: number[] = [];
    for await (const number of numbers) {
      for (let turn = 0; turn < 5; turn++) await settled();
      begun[number] = state.begun;
    }
    expect(begun).toEqual([2, 3, 4, 4]);
    expect(state.closed).toBe(true);
  });

  it('tells of a failure in the place of the item', async () => {
    const { numbers } = source(5, 2);
    const seen: number[] = [];
    const all = async () => {
      for await (const number of numbers) {
        seen.push(number);
        for (let turn = 0; turn < 5; turn++) await settled();
      }
    };
    await expect(all()).rejects.toThrow('no 2');
    expect(seen).toEqual([0, 1]);
  });

  it.each([-1, 1])('leaves nothing open where it is left while the next item is made (%s fails)', async (failAt) => {
    const { state, numbers } = source(5, failAt);
    for await (const _ of numbers) break;
    expect(state).toEqual({ begun: 2, closed: true });
  });
});
