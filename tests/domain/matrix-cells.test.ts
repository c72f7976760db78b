import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { binsNumbers } from '../../src/domain/bins-text.ts';
import { encodeBins } from '../../src/domain/codec.ts';
import { fillRow, matrixNumbers, matrixRow, matrixStretches } from '../../src/domain/matrix-cells.ts';

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

describe('all rows of a matrix', () => {
  const types = fc.constantFrom('FLOAT32' as const, 'FLOAT64' as const, 'INT32' as const);

  it('come in stretches that base64 can be made of one by one, and are its rows and zeros for gaps', () => {
    const made = fc.record({
      // copied, converted (negative, large) or none
      rows: fc.array(fc.constantFrom(7, 300, -1, 70_000, null), { maxLength: 12 }),
      bins: fc.constantFrom(1, 40, 7_001),
      type: types,
      flow: fc.boolean(),
    });
    fc.assert(
      fc.property(made, ({ rows, bins, type, flow }) => {
        const form = { type, shape: [bins], flow };
        const contents = rows.map(
          (value) => value && Float64Array.from({ length: bins + 2 }, (_, i) => value - (i % 2)),
        );
        const blobs = contents.map((row) => row && encodeBins({ flow: true, contents: row }));
        const stretches = Array.from(
          matrixStretches(
            blobs.map((blob) => matrixRow(blob, form)),
            form,
          ),
          (stretch) =>
            Buffer.from(Uint8Array.from(new Uint8Array(stretch.buffer, stretch.byteOffset, stretch.byteLength))),
        );
        for (const stretch of stretches.slice(0, -1)) expect(stretch.length % 3).toBe(0);
        const width = flow ? bins + 2 : bins;
        const expected = contents.flatMap((row) => [
          ...(row?.subarray(flow ? 0 : 1, flow ? undefined : -1) ?? Array(width).fill(0)),
        ]);
        const numbers = matrixNumbers(type, expected.length);
        numbers.set(expected);
        expect(Buffer.concat(stretches).equals(Buffer.from(numbers.buffer))).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  it('are refused before any of them is sent where a type cannot hold one', () => {
    const blob = encodeBins({ flow: true, contents: Float64Array.of(0, 1.5, 0) });
    const form = { shape: [1], flow: false };
    expect(() => matrixRow(blob, { ...form, type: 'INT32' })).toThrow('INT32 cannot hold bin 0 (1.5)');
    expect(matrixRow(blob, { ...form, type: 'FLOAT32' })).toEqual(Float32Array.of(1.5));
  });
});
