import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NumberList } from '../../../../ingest/formats/csv/number-list.ts';
import { NumberScanner, wholeInteger } from '../../../../ingest/formats/csv/numbers.ts';
import { rounds } from '../../../support/rounds.ts';

const finite = fc.double({ noNaN: true, noDefaultInfinity: true });
const digits = fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: 1, maxLength: 25 });

describe('a number in text', () => {
  it('is read to the same float64 as by JavaScript, however it is written', () => {
    const written = fc.oneof(
      finite.map(String),
      finite.map((value) => value.toExponential()),
      fc.tuple(finite, fc.integer({ min: 0, max: 20 })).map(([value, places]) => value.toExponential(places)),
      fc
        .tuple(fc.double({ min: -1e15, max: 1e15, noNaN: true }), fc.integer({ min: 0, max: 30 }))
        .map(([value, places]) => value.toFixed(places)),
      fc
        .tuple(digits, digits, fc.integer({ min: -330, max: 320 }))
        .map(([whole, part, power]) => `${BigInt(whole)}.${part}e${power}`),
      fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }).map(String),
    );
    fc.assert(
      fc.property(written, (text) => {
        expect(scan(text)).toBe(Number(text));
      }),
      { numRuns: 5_000 },
    );
  });

  it.each([
    ['9007199254740993', 9007199254740992],
    ['9007199254740995', 9007199254740996],
    ['0.1', 0.1],
    ['1e23', 1e23],
    ['8.41e21', 8.41e21],
    ['123456789012345678', 123456789012345680],
    ['5e-324', 5e-324],
    ['2.4703282292062327e-324', 0],
    ['1.7976931348623158e308', Number.MAX_VALUE],
    ['1e999', Number.POSITIVE_INFINITY],
    ['-1e999', Number.NEGATIVE_INFINITY],
    ['1e-999', 0],
    ['-0', -0],
    ['-0.0e5', -0],
    ['1e00000000000000000005', 1e5],
    ['0e99999999999999999999', 0],
  ])('%s is read correctly rounded', (text, value) => expect(scan(text)).toBe(value));

  it.each([
    '',
    '-',
    '+1',
    '.5',
    '1.',
    '1.e5',
    '1e',
    '1e+',
    '01',
    '-01',
    '0x1',
    '1_000',
    'NaN',
    'Infinity',
    ' 1',
    '1 ',
    '1,2',
    '--1',
    '1e5.5',
    '１',
  ])('%j is none', (text) => expect(scan(text)).toBeNaN());
});

describe('an integer in a cell', () => {
  it.each([
    ['0', 0],
    ['315257', 315257],
    ['-3', -3],
    ['315257.0', 315257],
    ['315257.000', 315257],
    ['99999999999', 99999999999],
  ])('%s', (text, value) => expect(integer(text)).toBe(value));

  it.each(['', '-', '1.5', '1.', '.0', '1.0.0', '1e5', '007', '+7', 'x', '1 ', ' 1', '1,000'])('%j is none', (text) =>
    expect(integer(text)).toBeNaN(),
  );
});

describe('a list of numbers', () => {
  it('is read exactly as JSON.parse reads it', () => {
    const number = fc.oneof(fc.nat(), fc.integer(), finite, fc.nat({ max: 20 }));
    const separator = fc.constantFrom(',', ', ', ' ,', ',\t', ',   ');
    const written = fc
      .tuple(fc.array(number, { maxLength: 40 }), separator)
      .map(
        ([numbers, comma]) => `[${numbers.map((value) => (Object.is(value, -0) ? '-0' : String(value))).join(comma)}]`,
      );
    fc.assert(
      fc.property(written, (text) => {
        const { fault, values } = parse(text);
        expect(fault).toBeNull();
        expect(values).toEqual(JSON.parse(text));
      }),
      { numRuns: 1_000 },
    );
  });

  it('is refused exactly where JSON.parse refuses it, or finds something that is no finite number', () => {
    const list = new NumberList();
    const soup = fc.string({ unit: fc.constantFrom(...'[[]],,,  0123456789--+..eE"nul'), maxLength: 14 });
    const almost = fc
      .tuple(
        fc.constantFrom('[0, 1, 22, 3.5, -1e3]', '[123456789012, 7]', '[]', '[5]'),
        soup,
        fc.nat(),
        fc.nat({ max: 3 }),
      )
      .map(
        ([text, junk, at, cut]) =>
          text.slice(0, at % text.length) + junk.slice(0, 2) + text.slice((at % text.length) + cut),
      );
    fc.assert(
      fc.property(fc.oneof(soup, almost), (text) => {
        const { fault, values } = parse(text, list);
        const expected = finiteList(text);
        if (expected === null) expect(fault, text).not.toBeNull();
        else {
          expect(fault, text).toBeNull();
          expect(values).toEqual(expected);
        }
      }),
      { numRuns: rounds(5_000) },
    );
  });

  it('does not read past its end', () => {
    const text = Buffer.from('[1, 2, 3]4567');
    const list = new NumberList();
    expect(list.parse(text, 0, 9)).toBeNull();
    expect([...list.values.subarray(0, list.length)]).toEqual([1, 2, 3]);
    expect(list.parse(text, 0, 8)).toBe('LIST_UNCLOSED');
    expect(list.parse(Buffer.from('[12,34'), 0, 5)).toBe('LIST_UNCLOSED');
  });

  it('is turned from x outer to y outer', () => {
    const list = new NumberList();
    for (const text of ['[0, 1, 10, 11, 20, 21]', '[0.5, 1, 10, 11, 20, 21]']) {
      list.parse(Buffer.from(text), 0, text.length);
      const before = [...list.values.subarray(0, 6)];
      list.transpose(3, 2);
      expect([...list.values.subarray(0, 6)]).toEqual([0, 2, 4, 1, 3, 5].map((i) => before[i]));
    }
  });
});

function scan(text: string): number {
  const bytes = Buffer.from(text);
  return new NumberScanner().whole(bytes, 0, bytes.length);
}

function integer(text: string): number {
  const bytes = Buffer.from(text);
  return wholeInteger(bytes, 0, bytes.length);
}

function parse(text: string, list = new NumberList()) {
  const bytes = Buffer.from(text);
  const fault = list.parse(bytes, 0, bytes.length);
  return { fault, values: [...list.values.subarray(0, list.length)] };
}

/** Null where the text is no JSON list of finite numbers. */
function finiteList(text: string): number[] | null {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) && value.every((item) => Number.isFinite(item)) ? value : null;
  } catch {
    return null;
  }
}
