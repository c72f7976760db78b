import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RawJson, spliceJson } from '../../src/domain/raw-json.ts';

class Numbers extends RawJson {
  readonly #numbers: readonly number[];
  readonly #asBytes: boolean;
  constructor(numbers: readonly number[], asBytes: boolean) {
    super();
    this.#numbers = numbers;
    this.#asBytes = asBytes;
  }
  text() {
    const text = JSON.stringify(this.#numbers);
    return this.#asBytes ? Buffer.from(text) : text;
  }
  plain() {
    return this.#numbers;
  }
}

const joined = (value: unknown) => Buffer.concat([...spliceJson(value)]).toString();

const raw = fc.tuple(fc.array(fc.double()), fc.boolean()).map(([numbers, asBytes]) => new Numbers(numbers, asBytes));
const { tree: answer } = fc.letrec((tie) => ({
  leaf: fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.double(),
    fc.integer(),
    fc.boolean(),
    fc.date({ noInvalidDate: true }),
    fc.constantFrom(null, undefined, () => 1, Symbol.iterator, '\ud800', '"\\\u2028'),
    raw,
  ),
  tree: fc.oneof(
    { depthSize: 'small' },
    tie('leaf'),
    fc.array(tie('tree')),
    fc.dictionary(fc.string({ unit: 'binary' }), tie('tree'), { noNullPrototype: false }),
  ),
}));

describe('the text of an answer', () => {
  test('is byte for byte what JSON.stringify makes of it', () => {
    fc.assert(
      fc.property(answer, (value) => {
        const whole = { data: value };
        expect(joined(whole)).toBe(JSON.stringify(whole));
      }),
      { numRuns: 500 },
    );
  });

  test('comes in pieces, so that a huge one never stands in memory as a whole', () => {
    const list = Array.from({ length: 100 }, () => new Numbers(Array(1_000).fill(12_345), false));
    const pieces = [...spliceJson(list)];
    expect(pieces.length).toBeGreaterThan(5);
    expect(Buffer.concat(pieces).toString()).toBe(JSON.stringify(list));
  });

  test('refuses what JSON.stringify refuses', () => {
    expect(() => joined({ data: 1n })).toThrow(TypeError);
  });
});
