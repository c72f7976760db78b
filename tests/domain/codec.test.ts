import { deflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BinsEncoder } from '../../src/domain/bins-encoder.ts';
import { decodeBins, encodeBins, hasFlowBins, sameBins } from '../../src/domain/codec.ts';
import { CorruptBinsError } from '../../src/domain/errors.ts';
import type { Bins, NumberArray } from '../../src/domain/histogram.ts';
import { cellCount } from '../../src/domain/shape.ts';
import { rounds } from '../support/rounds.ts';

const shapes = fc.oneof(
  fc.tuple(fc.integer({ min: 1, max: 300 })),
  fc.tuple(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 1, max: 30 })),
);
const anyFloat64 = fc.oneof(fc.double(), fc.constantFrom(-0, 0, 2 ** 53, 2 ** 32, -(2 ** 31), Number.NaN));
const anyFloat32 = fc.oneof(fc.float(), fc.constantFrom(-0, 0, 2 ** 24, 2 ** 32));
const count = fc.oneof(
  fc.constant(0),
  fc.integer({ min: 0, max: 300 }),
  fc.integer({ min: -200, max: 70_000 }),
  fc.integer({ min: -(2 ** 31), max: 2 ** 32 }),
  fc.maxSafeInteger(),
);

/** Arrays of every type, of few distinct values so that some of them deflate well. */
const histograms = fc.tuple(shapes, fc.boolean()).chain(([shape, flow]) => {
  const size = { minLength: cellCount(shape, flow), maxLength: cellCount(shape, flow) };
  const contents: fc.Arbitrary<NumberArray> = fc.oneof(
    fc.array(count, size).map((values) => Float64Array.from(values)),
    fc.array(anyFloat64, size).map((values) => Float64Array.from(values)),
    fc.array(anyFloat32, size).map((values) => Float32Array.from(values)),
    fc.array(fc.integer({ min: 0, max: 9 }), size).map((values) => Float32Array.from(values)),
    fc.uint8Array(size),
    fc.int8Array(size),
    fc.uint16Array(size),
    fc.int16Array(size),
    fc.uint32Array(size),
    fc.int32Array(size),
  );
  const section = fc.option(contents, { nil: undefined });
  return fc
    .record({
      ...{ contents, sumw2: section, binEntries: section, binSumw2: section },
      errorOption: fc.constantFrom(undefined, 'S' as const, 'I' as const, 'G' as const),
    })
    .map(({ errorOption, ...numbers }) => ({
      shape,
      // an option is one of a profile
      bins: { flow, ...numbers, ...(numbers.binEntries && errorOption && { errorOption }) } as Bins,
    }));
});
const SECTION_NAMES = ['sumw2', 'binEntries', 'binSumw2'] as const;

function isWhole(contents: NumberArray): boolean {
  return contents.every((value: number) => Number.isSafeInteger(value) && !Object.is(value, -0));
}

function bits(contents: NumberArray): number[] {
  return [...new Uint8Array(contents.buffer, contents.byteOffset, contents.byteLength)];
}

function expectSame(decoded: NumberArray, original: NumberArray): void {
  if (isWhole(original)) expect(Array.from(decoded)).toEqual(Array.from(original));
  else {
    expect(decoded).toBeInstanceOf(original.constructor);
    expect(bits(decoded)).toEqual(bits(original));
  }
}

/** A copy inside a larger buffer, at an odd offset, as database drivers hand blobs out. */
function elsewhere(bytes: Uint8Array): Uint8Array {
  const around = Buffer.alloc(bytes.length + 10, 0xaa);
  around.set(bytes, 3);
  return around.subarray(3, 3 + bytes.length);
}

describe('the codec', () => {
  it('gives every histogram back', () => {
    fc.assert(
      fc.property(histograms, ({ shape, bins }) => {
        const blob = encodeBins(bins);
        const decoded = decodeBins(elsewhere(blob), shape);
        expect(decoded.flow).toBe(bins.flow);
        expect(hasFlowBins(blob)).toBe(bins.flow);
        expectSame(decoded.contents, bins.contents);
        for (const name of SECTION_NAMES) {
          expect(decoded[name] === undefined).toBe(bins[name] === undefined);
          if (bins[name]) expectSame(decoded[name] as NumberArray, bins[name]);
        }
        expect(decoded.errorOption).toBe(bins.errorOption);
        expect(sameBins(blob, encodeBins(decoded), shape)).toBe(true);
      }),
      { numRuns: rounds(200) },
    );
  });

  it('writes bins without sections as it did before there were any', () => {
    expect([...encodeBins({ flow: true, contents: Uint8Array.of(1, 2, 3) })]).toEqual([1, 0x10, 1, 2, 3]);
  });

  it('writes sections behind the contents, each under its number', () => {
    const bins = { flow: false, contents: [1, 2], binSumw2: [0.5, 1], sumw2: [300, 4] };
    const blob = encodeBins({
      flow: false,
      contents: Float64Array.from(bins.contents),
      binSumw2: Float32Array.from(bins.binSumw2),
      sumw2: Float64Array.from(bins.sumw2),
    });
    expect([...blob]).toEqual([
      ...[1, 0x40, 2, 0, 0, 0, 1, 2],
      ...[1, 2, 4, 0, 0, 0, 44, 1, 4, 0],
      ...[3, 6, 8, 0, 0, 0, 0, 0, 0, 63, 0, 0, 128, 63],
    ]);
  });

  it('tells bins apart by any section', () => {
    const contents = Uint8Array.of(1, 2);
    const blobs = [
      { flow: false, contents },
      ...SECTION_NAMES.map((name) => ({ flow: false, contents, [name]: contents })),
      ...SECTION_NAMES.map((name) => ({ flow: false, contents, [name]: Uint8Array.of(1, 3) })),
      ...(['S', 'I'] as const).map((errorOption) => ({ flow: false, contents, binEntries: contents, errorOption })),
    ].map(encodeBins);
    for (const a of blobs) for (const b of blobs) expect(sameBins(a, b, [2])).toBe(a === b);
  });

  it.each([
    [[0, 255], Uint8Array],
    [[-128, 127], Int8Array],
    [[0, 256], Uint16Array],
    [[-1, 128], Int16Array],
    [[0, 65_536], Uint32Array],
    [[-1, 32_768], Int32Array],
    [[0, 2 ** 32], Float64Array],
    [[-1, 2 ** 31], Float64Array],
    [[0, 0.5], Float64Array],
    [[1, -0], Float64Array],
    [[1, Number.NaN], Float64Array],
    [[1, Number.NEGATIVE_INFINITY], Float64Array],
  ])('keeps %j in the narrowest array', (values, type) => {
    const decoded = decodeBins(encodeBins({ flow: false, contents: Float64Array.from(values) }), [2]).contents;
    expect(decoded.constructor).toBe(type);
    expect(decoded).toHaveLength(2);
    for (const [i, value] of values.entries()) expect(decoded[i]).toBe(value);
  });

  it('writes equal counts as equal bytes, whatever array they come in', () => {
    const values = [0, 3, 200, 7];
    const [first, ...rest] = [Float64Array, Float32Array, Int32Array, Uint16Array, Uint8Array].map((type) =>
      encodeBins({ flow: true, contents: type.from(values) }),
    );
    for (const blob of rest) expect(blob).toEqual(first);
  });

  it('keeps the bits of a NaN', () => {
    const contents = new Float32Array(new Uint32Array([0x7fc0_1234, 0x7fa0_0001, 0x3f00_0000]).buffer);
    expect(bits(decodeBins(encodeBins({ flow: false, contents }), [3]).contents)).toEqual(bits(contents));
  });

  it('deflates only where it pays', () => {
    const map = new Uint8Array(202 * 202).fill(3, 500, 20_000);
    expect(encodeBins({ flow: true, contents: map }).length).toBeLessThan(500);
    const noise = Uint8Array.from({ length: 10_000 }, (_, i) => (Math.imul(i + 1, 0x9e3779b1) >>> 11) & 0xff);
    expect(encodeBins({ flow: false, contents: noise }).length).toBe(10_002);
    expect(encodeBins({ flow: true, contents: new Uint8Array(102) }).length).toBe(104);
  });

  it('refuses, or reads as bins of that shape, any bytes at all', () => {
    const damaged = fc
      .tuple(histograms, fc.nat(), fc.nat(255), fc.constantFrom('flip', 'cut', 'grow', 'shape'))
      .map(([{ shape, bins }, where, byte, how]) => {
        const blob = encodeBins(bins);
        if (how === 'cut') return { shape, blob: blob.subarray(0, where % blob.length) };
        if (how === 'grow') return { shape, blob: Uint8Array.from([...blob, byte]) };
        if (how === 'shape') return { shape: [(shape[0] ?? 1) + 1, ...shape.slice(1)], blob };
        blob[where % blob.length] = byte;
        return { shape, blob };
      });
    const random = fc.record({ shape: shapes, blob: fc.uint8Array({ maxLength: 400 }) });
    fc.assert(
      fc.property(fc.oneof(damaged, random), ({ shape, blob }) => {
        let decoded: Bins;
        try {
          decoded = decodeBins(blob, shape);
        } catch (error) {
          expect(error).toBeInstanceOf(CorruptBinsError);
          return;
        }
        expect(decoded.contents).toHaveLength(cellCount(shape, decoded.flow));
        // what was read says the same again: nothing of the blob was passed over
        const plain = encodeBins(decoded);
        expect(bits(decodeBins(plain, shape).contents)).toBeDefined();
        expect(sameValues(decodeBins(plain, shape), decoded)).toBe(true);
      }),
      { numRuns: rounds(300) },
    );
  });

  describe('refuses', () => {
    const shape = [400];
    const contents = new Float64Array(402).fill(0.1);
    const blob = encodeBins({ flow: true, contents });
    const deflated = blob.subarray(2);
    const header = (version: number, flags: number, body: Uint8Array) => Uint8Array.from([version, flags, ...body]);

    it('starts from a blob that is good and deflated', () => {
      expect(blob[1]).toBe(0x37);
      expect(decodeBins(blob, shape).contents).toEqual(contents);
    });

    it.each([
      ['nothing', new Uint8Array(0)],
      ['a header alone', header(1, 0x10, new Uint8Array(0))],
      ['half a header', Uint8Array.of(1)],
      ['another version', header(2, 0x37, deflated)],
      ['an unknown type', header(1, 0x38, deflated)],
      ['sections', header(1, 0x77, deflated)],
      ['the last bit', header(1, 0xb7, deflated)],
      ['flow bins denied', header(1, 0x27, deflated)],
      ['a narrower type', header(1, 0x36, deflated)],
      ['a byte after deflated data', header(1, 0x37, Uint8Array.from([...deflated, 0]))],
      ['deflated data cut off', blob.subarray(0, -1)],
      ['one cell too few', header(1, 0x37, deflateRawSync(new Uint8Array(401 * 8)))],
      ['one byte too many', header(1, 0x37, deflateRawSync(new Uint8Array(402 * 8 + 1)))],
      ['an inflate bomb', header(1, 0x37, deflateRawSync(new Uint8Array(50_000_000)))],
      ['one plain byte too many', header(1, 0x10, new Uint8Array(403))],
      ['one plain byte too few', header(1, 0x10, new Uint8Array(401))],
    ])('%s', (_, bytes) => {
      expect(() => decodeBins(bytes, shape)).toThrow(CorruptBinsError);
    });
  });
});

describe('sameBins', () => {
  it('sees through how they were deflated, and nothing else', () => {
    const contents = Uint16Array.from({ length: 2002 }, (_, i) => 1000 + (i % 3));
    const blob = encodeBins({ flow: true, contents });
    const level9 = Uint8Array.from([blob[0] ?? 0, blob[1] ?? 0, ...deflateRawSync(contents, { level: 9 })]);
    expect(Buffer.compare(level9, blob)).not.toBe(0);
    expect(sameBins(blob, level9, [2000])).toBe(true);
    contents[5] = 1;
    const other = encodeBins({ flow: true, contents });
    expect(sameBins(blob, other, [2000])).toBe(false);
    expect(sameBins(level9, other, [2000])).toBe(false);
    const small = encodeBins({ flow: true, contents: Uint8Array.of(1, 2, 3) });
    expect(sameBins(small, encodeBins({ flow: false, contents: Uint8Array.of(1, 2, 3) }), [1])).toBe(false);
  });
});

describe('an encoder', () => {
  it('appends the very bytes that encodeBins gives, from a scratch array longer than the histogram', () => {
    fc.assert(
      fc.property(fc.array(histograms, { maxLength: 8 }), (list) => {
        const encoder = new BinsEncoder(16);
        const scratch = (numbers: NumberArray) => {
          const longer = new (numbers.constructor as Float64ArrayConstructor)(numbers.length + 7).fill(99);
          longer.set(numbers);
          return longer;
        };
        const ends = list.map(({ bins }) => {
          const { flow, contents } = bins;
          const present = SECTION_NAMES.filter((name) => bins[name] !== undefined);
          const sections = Object.fromEntries(present.map((name) => [name, scratch(bins[name] as NumberArray)]));
          const { errorOption } = bins;
          return encoder.append(scratch(contents), flow, contents.length, { ...sections, errorOption });
        });
        expect(encoder.length).toBe(ends.at(-1) ?? 0);
        const bytes = encoder.take();
        expect(encoder.length).toBe(0);
        for (const [i, { bins }] of list.entries()) {
          const [appended, encoded] = [bytes.subarray(ends[i - 1] ?? 0, ends[i]), encodeBins(bins)];
          expect(Buffer.compare(appended, encoded)).toBe(0);
        }
      }),
      { numRuns: 50 },
    );
  });

  it('can take back what was appended last', () => {
    const encoder = new BinsEncoder();
    const end = encoder.append(Uint8Array.of(1, 2), false);
    encoder.append(Uint8Array.of(3, 4), false);
    encoder.reset(end);
    expect(encoder.take()).toEqual(encodeBins({ flow: false, contents: Uint8Array.of(1, 2) }));
    expect(() => encoder.append(Uint8Array.of(1), false, 2)).toThrow(RangeError);
  });
});

function sameValues(a: Bins, b: Bins): boolean {
  return a.flow === b.flow && Array.from(a.contents).every((value, i) => Object.is(value, b.contents[i]));
}
