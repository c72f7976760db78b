import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Base64Text, base64Length } from '../../src/domain/base64-text.ts';
import { spliceJson } from '../../src/domain/raw-json.ts';

const spliced = (value: unknown) => Buffer.concat([...spliceJson(value)]);
const base64 = (...bytes: Uint8Array[]) => Buffer.concat(bytes).toString('base64');
const whole = (bytes: ArrayBufferView) => new Base64Text(() => [bytes]);

describe('bytes as base64 in an answer', () => {
  it('are what JSON.stringify makes of their base64, whatever bytes they are and in whatever stretches they come', () => {
    const threes = fc.uint8Array({ maxLength: 60 }).map((bytes) => bytes.subarray(bytes.length % 3));
    fc.assert(
      fc.property(fc.array(threes, { maxLength: 4 }), fc.uint8Array({ maxLength: 200 }), (stretches, last) => {
        const answer = { data: [new Base64Text(() => [...stretches, last]), 'after'] };
        expect(spliced(answer).toString()).toBe(JSON.stringify(answer));
        expect(JSON.parse(spliced(answer).toString()).data[0]).toBe(base64(...stretches, last));
      }),
      { numRuns: 100 },
    );
  });

  it('may be other contents of the same memory each time', () => {
    const memory = new Uint8Array(300);
    const text = new Base64Text(function* () {
      for (let i = 0; i < 5; i++) yield memory.fill(i);
    });
    const expected = base64(...[0, 1, 2, 3, 4].map((i) => new Uint8Array(300).fill(i)));
    expect(JSON.parse(spliced(text).toString())).toBe(expected);
    expect(JSON.stringify(text)).toBe(`"${expected}"`);
  });

  it.each([49_151, 49_152, 49_153, 500_000])('are one text also where they are %s', (length) => {
    const bytes = Uint8Array.from({ length }, (_, i) => (i * 31) ^ (i >> 8));
    const text = spliced(whole(bytes));
    expect(text.equals(Buffer.from(JSON.stringify(base64(bytes))))).toBe(true);
    expect(text.length).toBe(base64Length(length) + 2);
  });

  it('are those of the numbers that a view shows, not of all under it', () => {
    const numbers = Float64Array.of(1, 2, 3, 4).subarray(1, 3);
    const expected = base64(new Uint8Array(Float64Array.of(2, 3).buffer));
    expect(JSON.parse(spliced(whole(numbers)).toString())).toBe(expected);
    expect(JSON.stringify(whole(numbers))).toBe(`"${expected}"`);
  });
});
