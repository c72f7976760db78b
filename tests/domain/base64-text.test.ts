import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Base64Text, base64Length } from '../../src/domain/base64-text.ts';
import { spliceJson } from '../../src/domain/raw-json.ts';

const spliced = (value: unknown) => Buffer.concat([...spliceJson(value)]);

describe('bytes as base64 in an answer', () => {
  it('are what JSON.stringify makes of their base64, whatever bytes they are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const answer = { data: [new Base64Text(bytes), 'after'] };
        expect(spliced(answer).toString()).toBe(JSON.stringify(answer));
        expect(JSON.parse(spliced(answer).toString()).data[0]).toBe(Buffer.from(bytes).toString('base64'));
      }),
      { numRuns: 100 },
    );
  });

  it.each([49_151, 49_152, 49_153, 4 * 49_152, 4 * 49_152 + 1, 500_000])(
    'are one text also where they are %s',
    (length) => {
      const bytes = Uint8Array.from({ length }, (_, i) => (i * 31) ^ (i >> 8));
      const text = spliced(new Base64Text(bytes));
      expect(text.equals(Buffer.from(JSON.stringify(Buffer.from(bytes).toString('base64'))))).toBe(true);
      expect(text.length).toBe(base64Length(length) + 2);
    },
  );

  it('are those of the numbers that a view shows, not of all under it', () => {
    const numbers = Float64Array.of(1, 2, 3, 4).subarray(1, 3);
    const expected = Buffer.from(Float64Array.of(2, 3).buffer).toString('base64');
    expect(JSON.parse(spliced(new Base64Text(numbers)).toString())).toBe(expected);
    expect(JSON.stringify(new Base64Text(numbers))).toBe(`"${expected}"`);
  });
});
