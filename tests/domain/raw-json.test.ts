import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RawJson, spliceJson } from '../../src/domain/raw-json.ts';

type Form = 'text' | 'bytes' | 'pieces';

class Numbers extends RawJson {
  readonly #numbers: readonly number[];
  readonly #form: Form;
  constructor(numbers: readonly number[], form: Form) {
    super();
    this.#numbers = numbers;
    this.#form = form;
  }
  text() {
    const text = JSON.stringify(this.#numbers);
    if (this.#form === 'pieces') return [text.slice(0, 1), Buffer.from(text.slice(1, 3)), text.slice(3)];
    return this.#form === 'bytes' ? Buffer.from(text) : text;
  }
  plain() {
    return this.#numbers;
  }
}

const joined = (value: unknown) => Buffer.concat([...spliceJson(value)]).toString();

const raw = fc
  .tuple(fc.array(fc.double()), fc.constantFrom<Form>('text', 'bytes', 'pieces'))
  .map(([numbers, form]) => new Numbers(numbers, form));
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

  test.each(['text', 'bytes', 'pieces'] as const)(
    'comes in pieces, so that a huge one of %s never stands in memory as a whole',
    (form) => {
      const list = Array.from({ length: 100 }, () => new Numbers(Array(1_000).fill(12_345), form));
      const pieces = [...spliceJson(list)];
      expect(pieces.length).toBeGreaterThan(5);
      expect(Buffer.concat(pieces).toString()).toBe(JSON.stringify(list));
    },
  );

  test('refuses what JSON.stringify refuses', () => {
    expect(() => joined({ data: 1n })).toThrow(TypeError);
  });
});
