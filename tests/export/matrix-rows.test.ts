import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { encodeBins } from '../../src/domain/codec.ts';
import { matrixRows } from '../../src/export/matrix-rows.ts';

/** More cells than lie in a row one behind the other: they are decoded. */
const MAP = { type: 'FLOAT32', shape: [2, 2], flow: false } as const;
const map = (first: number) => encodeBins({ flow: false, contents: Float64Array.of(first, 1, 2, 3) });

const matrixOf = (count: number) => ({
  blobs: Array.from({ length: count }, (_, i) => (i % 3 === 2 ? null : map(i))),
  runs: new Array<number>(count).fill(1),
  lumisections: Array.from({ length: count }, (_, i) => i + 1),
});

describe('rows of a matrix', () => {
  afterEach(() => vi.restoreAllMocks());

  test('are those of its histograms, in their order, and null for gaps', async () => {
    const rows = await matrixRows(matrixOf(50), MAP);
    expect(rows).toEqual(Array.from({ length: 50 }, (_, i) => (i % 3 === 2 ? null : Float32Array.of(i, 1, 2, 3))));
  });

  test('let others be served in between, where they take long', async () => {
    let now = 0;
    vi.spyOn(performance, 'now').mockImplementation(() => (now += 1_000));
    const order: string[] = [];
    const other = nextTurn().then(() => order.push('another request'));
    await matrixRows(matrixOf(20), MAP);
    order.push('the matrix');
    await other;
    expect(order).toEqual(['another request', 'the matrix']);
  });

  test('that a type does not hold are named', async () => {
    const matrix = { ...matrixOf(2), blobs: [map(1), map(2 ** 40)] };
    await expect(matrixRows(matrix, { ...MAP, type: 'INT32' })).rejects.toMatchObject({
      message: 'run 1, lumisection 2: INT32 cannot hold bin 0 (1099511627776): ask for FLOAT64',
    });
  });
});
