import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeBins } from '../../client/bins.ts';

const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');

describe('packed bins', () => {
  it('are read little-endian', () => {
    expect(decodeBins(base64(Uint8Array.of(1, 0, 0, 0, 255, 255, 255, 255)), 'INT32')).toEqual(Int32Array.of(1, -1));
    expect(decodeBins(base64(Uint8Array.of(0, 0, 0x80, 0x3f)), 'FLOAT32')).toEqual(Float32Array.of(1));
    expect(decodeBins(base64(Uint8Array.of(0, 0, 0, 0, 0, 0, 0xf8, 0x3f)), 'FLOAT64')).toEqual(Float64Array.of(1.5));
    expect(decodeBins('', 'FLOAT64')).toEqual(new Float64Array(0));
  });

  it('give back any numbers, bit for bit', () => {
    fc.assert(
      fc.property(fc.float64Array(), (values) => {
        const bytes = Buffer.alloc(values.length * 8);
        values.forEach((value, i) => {
          bytes.writeDoubleLE(value, 8 * i);
        });
        expect(decodeBins(base64(bytes), 'FLOAT64')).toEqual(values);
      }),
    );
    fc.assert(
      fc.property(fc.int32Array(), (values) => {
        const bytes = Buffer.alloc(values.length * 4);
        values.forEach((value, i) => {
          bytes.writeInt32LE(value, 4 * i);
        });
        expect(decodeBins(base64(bytes), 'INT32')).toEqual(values);
      }),
    );
  });

  it('are refused where they are not base64 or not whole numbers of values', () => {
    expect(() => decodeBins('%%%', 'FLOAT32')).toThrow(RangeError);
    expect(() => decodeBins(base64(new Uint8Array(12)), 'FLOAT64')).toThrow(
      '12 bytes are not a whole number of FLOAT64',
    );
  });
});
