import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { JsonBytes } from '../../src/domain/json-bytes.ts';
import { RawJson, spliceJson } from '../../src/domain/raw-json.ts';

type Form = 'text' | 'bytes' | 'steps';

class Numbers extends RawJson {
  readonly #numbers: readonly number[];
  readonly #form: Form;
  constructor(numbers: readonly number[], form: Form) {
    super();
    this.#numbers = numbers;
    this.#form = form;
  }
  write(text: JsonBytes) {
    const json = JSON.stringify(this.#numbers);
    if (this.#form === 'steps') return this.#steps(text, json);
    if (this.#form === 'bytes') text.append(Buffer.from(json));
    else text.raw(json);
    return undefined;
  }
  *#steps(text: JsonBytes, json: string) {
    text.raw(json.slice(0, 1));
    yield;
    for (let at = 1; at < json.length; at += 100) {
      text.append(Buffer.from(json.slice(at, at + 100)));
      yield;
    }
  }
  plain() {
    return this.#numbers;
  }
}

const joined = (value: unknown) => Buffer.concat([...spliceJson(value)]).toString();

const raw = fc
  .tuple(fc.array(fc.double()), fc.constantFrom<Form>('text', 'bytes', 'steps'))
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

  test.each(['text', 'bytes', 'steps'] as const)(
    'comes in pieces, so that a huge one of %s never stands in memory as a whole',
    (form) => {
      const list = Array.from({ length: 400 }, () => new Numbers(Array(1_000).fill(12_345), form));
      const pieces = [...spliceJson(list)];
      expect(pieces.length).toBeGreaterThan(5);
      expect(Buffer.concat(pieces).toString()).toBe(JSON.stringify(list));
    },
  );

  test('of one long value comes in pieces, too', () => {
    const value = new Numbers(Array(400_000).fill(12_345), 'steps');
    const pieces = [...spliceJson({ value, name: 'Süd' })];
    expect(pieces.length).toBeGreaterThan(5);
    expect(Buffer.concat(pieces).toString()).toBe(JSON.stringify({ value, name: 'Süd' }));
  });

  test('is right while others pause, break off and fail between its pieces', () => {
    const list = Array.from({ length: 400 }, () => new Numbers(Array(1_000).fill(12_345), 'text'));
    const others = [spliceJson(list), spliceJson(list)] as const;
    for (const other of others) other.next();
    const pieces: Buffer[] = [];
    for (const piece of spliceJson(list)) {
      pieces.push(piece);
      others[0].next();
      others[1].return();
      expect(() => joined(['begun', 1n])).toThrow(TypeError);
    }
    expect(Buffer.concat(pieces).toString()).toBe(JSON.stringify(list));
  });

  test('refuses what JSON.stringify refuses', () => {
    expect(() => joined({ data: 1n })).toThrow(TypeError);
  });
});
