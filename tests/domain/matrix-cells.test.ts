import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { binsNumbers } from '../../src/domain/bins-text.ts';
import { encodeBins } from '../../src/domain/codec.ts';
import { fillRow, matrixNumbers } from '../../src/domain/matrix-cells.ts';

/** The same bytes behind so many others. */
function behind(bytes: Uint8Array, offset: number): Uint8Array {
  const buffer = new Uint8Array(bytes.length + offset);
  buffer.set(bytes, offset);
  return buffer.subarray(offset);
}

describe('a row of a matrix', () => {
  it('holds the bins of its histogram, wherever its bytes lie and of whatever type they are', () => {
    const made = fc.record({
      contents: fc.array(fc.integer({ min: -5, max: 70_000 }), { minLength: 3, maxLength: 20 }),
      least: fc.constantFrom(-5, 0),
      most: fc.constantFrom(200, 60_000, 70_000),
      offset: fc.nat(3),
      at: fc.nat(2),
      flow: fc.boolean(),
      type: fc.constantFrom('FLOAT32' as const, 'FLOAT64' as const, 'INT32' as const),
    });
    fc.assert(
      fc.property(made, ({ contents, least, most, offset, at, flow, type }) => {
        const counts = Float64Array.from(contents, (value) => Math.min(most, Math.max(least, value)));
        const shape = [counts.length - 2];
        const blob = behind(encodeBins({ flow: true, contents: counts }), offset);
        const expected = binsNumbers(blob, shape, flow) as number[];
        const numbers = matrixNumbers(type, at + expected.length + 1);
        fillRow(numbers, at, blob, shape, flow);
        expect([...numbers]).toEqual([...Array(at).fill(0), ...expected, 0]);
      }),
      { numRuns: 150 },
    );
  });
});
