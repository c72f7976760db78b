import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Axis, centersOf } from '../../src/domain/axis.ts';
import type { NumberArray } from '../../src/domain/histogram.ts';
import { allBins, binsOfWindow, sumOfWindow } from '../../src/domain/trend-window.ts';

const arbitraryAxis: fc.Arbitrary<Axis> = fc.oneof(
  fc.record({ bins: fc.integer({ min: 1, max: 6 }), min: fc.integer({ min: -5, max: 0 }) }).map(({ bins, min }) => ({
    ...{ bins, min, title: '' },
    max: min + 4,
  })),
  fc.uniqueArray(fc.integer({ min: -10, max: 10 }), { minLength: 2, maxLength: 6 }).map((numbers) => {
    const edges = numbers.sort((a, b) => a - b);
    return { bins: edges.length - 1, min: edges[0] as number, max: edges.at(-1) as number, edges, title: '' };
  }),
);
const bound = fc.option(fc.double({ min: -6, max: 6, noNaN: true }));
const arbitraryWindow = fc.option(fc.record({ min: bound, max: bound }));
const KINDS: readonly ((length: number, next: () => number) => NumberArray)[] = [
  (length, next) => Uint8Array.from({ length }, next),
  (length, next) => Int32Array.from({ length }, next),
  (length, next) => Float64Array.from({ length }, () => next() / 4),
];

describe('a window of a histogram', () => {
  test('holds the bins in range whose middle lies in it', () => {
    fc.assert(
      fc.property(
        fc.array(arbitraryAxis, { minLength: 1, maxLength: 2 }),
        arbitraryWindow,
        arbitraryWindow,
        fc.boolean(),
        fc.constantFrom(...KINDS),
        (axes, x, y, flow, kind) => {
          const margin = flow ? 1 : 0;
          const [ofX, ofY] = axes as [Axis, Axis | undefined];
          const width = ofX.bins + 2 * margin;
          const rows = ofY ? ofY.bins + 2 * margin : 1;
          let next = 0;
          const contents = kind(width * rows, () => (next = (next * 31 + 7) % 101));
          const isIn = (middle: number | undefined, window: typeof x) =>
            middle !== undefined && (window?.min ?? -Infinity) <= middle && middle < (window?.max ?? Infinity);
          let inside = 0;
          let whole = 0;
          let bins = 0;
          for (let row = 0; row < rows; row++) {
            for (let column = 0; column < width; column++) {
              const middleX = centersOf(ofX)[column - margin];
              const middleY = ofY ? centersOf(ofY)[row - margin] : 0;
              if (middleX === undefined || middleY === undefined) continue;
              const content = contents[row * width + column] as number;
              whole += content;
              if (!isIn(middleX, x) || (ofY && !isIn(middleY, y))) continue;
              inside += content;
              bins++;
            }
          }
          const found = binsOfWindow(axes, { x, y: ofY ? y : null });
          expect(found === null).toBe(bins === 0);
          if (found) expect(sumOfWindow({ contents, flow }, found)).toBe(inside);
          expect(sumOfWindow({ contents, flow }, allBins(axes))).toBe(whole);
        },
      ),
      { numRuns: 200 },
    );
  });

  test('adds up floats exactly, in whatever order they stand', () => {
    const axes = [{ bins: 4, min: 0, max: 4, title: '' }];
    const contents = Float64Array.of(1e16, 1, 1, -1e16);
    expect(sumOfWindow({ contents, flow: false }, allBins(axes))).toBe(2);
  });
});
