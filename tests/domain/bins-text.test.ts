import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { binsBase64, binsCells, binsJson, binsNumbers } from '../../src/domain/bins-text.ts';
import { encodeBins } from '../../src/domain/codec.ts';
import type { NumberArray } from '../../src/domain/histogram.ts';
import { cellCount, type Shape } from '../../src/domain/shape.ts';
import { shortestFloat32 } from '../../src/domain/shortest-decimal.ts';
import { rounds } from '../support/rounds.ts';

/** The definition, tried digit by digit: of the decimals that round to the float32, the one of fewest digits. */
function shortestByTrying(value: number): number {
  if (!Number.isFinite(value) || value === 0) return value;
  for (let digits = 1; digits < 9; digits++) {
    const candidate = Number(value.toPrecision(digits));
    if (Math.fround(candidate) === value) return candidate;
  }
  return Number(value.toPrecision(9));
}

function float32(bits: number): number {
  return new Float32Array(Uint32Array.of(bits).buffer)[0] as number;
}

/** Numbers of every kind a histogram may hold: counts, scaled counts, few decimals, any bits. */
const decimals = fc
  .tuple(fc.integer({ min: -(10 ** 9), max: 10 ** 9 }), fc.integer({ min: 0, max: 22 }))
  .map(([count, places]) => count / 10 ** places);
const doubles = fc.oneof(
  fc.double(),
  fc.double({ min: -1e7, max: 1e7 }),
  fc.double({ min: -1e-4, max: 1e-4 }),
  decimals,
  fc.integer(),
  fc.maxSafeInteger(),
  fc.constantFrom(
    0,
    -0,
    Number.NaN,
    Infinity,
    -Infinity,
    1e-6,
    9.999e-7,
    1e21,
    2 ** 53,
    1e15,
    999999999999999.9,
    0.3,
    1e-7,
  ),
);
const floats = fc.oneof(
  fc.integer({ min: 0, max: 2 ** 32 - 1 }).map(float32),
  fc.float({ min: -100, max: 100 }),
  doubles.map(Math.fround),
  fc.tuple(fc.integer({ min: 1, max: 3000 }), fc.integer({ min: 1, max: 3000 })).map(([a, b]) => Math.fround(a / b)),
);

const histograms = fc
  .tuple(fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 2 }), fc.boolean())
  .chain(([shape, flow]) => {
    const size = { minLength: cellCount(shape, flow), maxLength: cellCount(shape, flow) };
    const contents: fc.Arbitrary<NumberArray> = fc.oneof(
      fc.uint8Array(size),
      fc.int8Array(size),
      fc.uint16Array(size),
      fc.int16Array(size),
      fc.uint32Array(size),
      fc.int32Array(size),
      fc.array(floats, size).map((values) => Float32Array.from(values)),
      fc.array(doubles, size).map((values) => Float64Array.from(values)),
    );
    return contents.map((values) => ({ shape, flow, contents: values }));
  });

function jsonText(blob: Uint8Array, shape: Shape, flow: boolean): string | null {
  const bytes = binsJson(blob, shape, flow);
  return bytes === null ? null : Buffer.from(bytes).toString('latin1');
}

describe('the JSON text of bins', () => {
  it('is byte for byte what JSON.stringify makes of the numbers', () => {
    fc.assert(
      fc.property(histograms, ({ shape, flow, contents }) => {
        const blob = encodeBins({ flow, contents });
        for (const wanted of [false, true]) {
          const numbers = binsNumbers(blob, shape, wanted);
          expect(jsonText(blob, shape, wanted)).toBe(numbers === null ? null : JSON.stringify(numbers));
        }
      }),
      { numRuns: rounds(700) },
    );
  });

  it('holds the in-range bins, y outer, or all of them where there are any others', () => {
    const contents = Uint8Array.from({ length: 20 }, (_, i) => i);
    const blob = encodeBins({ flow: true, contents });
    expect(jsonText(blob, [2, 3], false)).toBe('[6,7,8,11,12,13]');
    expect(jsonText(blob, [2, 3], true)).toBe(JSON.stringify([...contents]));
    expect(jsonText(blob, [18], false)).toBe(JSON.stringify([...contents].slice(1, -1)));
    const without = encodeBins({ flow: false, contents });
    expect(jsonText(without, [4, 5], false)).toBe(JSON.stringify([...contents]));
    expect(jsonText(without, [4, 5], true)).toBeNull();
    expect(binsNumbers(without, [4, 5], true)).toBeNull();
  });

  it('prints every integer of 16 bits', () => {
    const contents = Uint16Array.from({ length: 65_536 }, (_, i) => i);
    expect(jsonText(encodeBins({ flow: false, contents }), [65_536], false)).toBe(JSON.stringify([...contents]));
  });

  it('says null for what is not finite', () => {
    const contents = Float64Array.of(Number.NaN, 0.5, Infinity, -Infinity);
    expect(jsonText(encodeBins({ flow: false, contents }), [4], false)).toBe('[null,0.5,null,null]');
    const blob = encodeBins({ flow: false, contents: Float32Array.from(contents) });
    expect(jsonText(blob, [4], false)).toBe('[null,0.5,null,null]');
  });

  it('prints a float32 as it would be typed', () => {
    const contents = Float32Array.of(0.1, -2.7, 1 / 3, 123456.78, 0.00012345, 1e-7, 3.4e38, 16777216, 1e10, 0.000001);
    expect(jsonText(encodeBins({ flow: false, contents }), [10], false)).toBe(
      '[0.1,-2.7,0.33333334,123456.78,0.00012345,1e-7,3.4e+38,16777216,10000000000,0.000001]',
    );
  });
});

describe('the shortest decimal of a float32', () => {
  it('is the one found by trying, and gives the float32 back', () => {
    fc.assert(
      fc.property(floats, (value) => {
        expect(shortestFloat32(value)).toBe(shortestByTrying(value));
        expect(Math.fround(shortestFloat32(value))).toBe(value);
      }),
      { numRuns: rounds(5_000) },
    );
  });

  it('is so for every power of two and its neighbours', () => {
    for (let exponent = 0; exponent < 255; exponent++) {
      for (const offset of [-2, -1, 0, 1, 2]) {
        const value = float32(Math.max(1, exponent * 2 ** 23 + offset));
        expect(shortestFloat32(value)).toBe(shortestByTrying(value));
      }
    }
  });
});

describe('packed bins', () => {
  const contents = Float64Array.of(1, 2, 3, -4, 5, 0, 7, 8, 9, 1e5, 11, 12);
  const blob = encodeBins({ flow: true, contents });
  const unpack = (text: string | null) => new Uint8Array(Buffer.from(text ?? '', 'base64')).buffer;

  it('come as little-endian arrays of the type asked for', () => {
    expect(new Int32Array(unpack(binsBase64(blob, [1, 2], 'INT32', false)))).toEqual(Int32Array.of(0, 7));
    expect(new Float32Array(unpack(binsBase64(blob, [10], 'FLOAT32', true)))).toEqual(Float32Array.from(contents));
    expect(new Float64Array(unpack(binsBase64(blob, [10], 'FLOAT64', false)))).toEqual(contents.slice(1, -1));
    expect(binsCells(blob, [10], false)).toEqual(Int32Array.from(contents.slice(1, -1)));
    expect(binsBase64(encodeBins({ flow: false, contents }), [12], 'INT32', true)).toBeNull();
  });

  it.each([0.5, 2 ** 31, -(2 ** 31) - 1, 1e300, Number.NaN])(
    'refuse INT32 where it would not be exact: %d',
    (value) => {
      const inexact = encodeBins({ flow: false, contents: Float64Array.of(1, value) });
      expect(() => binsBase64(inexact, [2], 'INT32', false)).toThrow(
        expect.objectContaining({ code: 'BAD_USER_INPUT', details: expect.objectContaining({ bin: 1 }) }),
      );
      expect(new Float64Array(unpack(binsBase64(inexact, [2], 'FLOAT64', false)))[1]).toBe(value);
    },
  );

  it('refuse FLOAT32 for a number beyond its range, and round what is within', () => {
    const beyond = encodeBins({ flow: false, contents: Float64Array.of(0.1, 1e300) });
    expect(() => binsBase64(beyond, [2], 'FLOAT32', false)).toThrow(/FLOAT32 cannot hold bin 1/);
    const within = encodeBins({ flow: false, contents: Float64Array.of(0.1, Number.NaN) });
    const packed = new Float32Array(unpack(binsBase64(within, [2], 'FLOAT32', false)));
    expect([...packed]).toEqual([Math.fround(0.1), Number.NaN]);
  });
});
