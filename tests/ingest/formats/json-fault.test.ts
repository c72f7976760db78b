import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jsonFault } from '../../../ingest/formats/table/json-fault.ts';

const isJson = (text: string) => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

describe('where a text stops being JSON', () => {
  it.each([
    ['{"a":1,}', 7],
    ['[1,\n2,\n x]', 8],
    ['nope', 0],
    ['{"a":1} x', 8],
    ['[1 2]', 3],
    ['{"a" 1}', 5],
    ['{a:1}', 1],
    ['["a\nb"]', 3],
    ['["a\\qb"]', 3],
    ['[01]', 2],
    ['[1}', 2],
  ])('%j: at %i', (text, at) => {
    expect(isJson(text)).toBe(false);
    expect(jsonFault(text)).toEqual({ at, truncated: false });
  });

  it('is its end, where it was cut off', () => {
    fc.assert(
      fc.property(fc.json(), fc.nat(), (json, cut) => {
        const text = json.slice(0, cut % json.length);
        fc.pre(!isJson(text));
        expect(jsonFault(text).truncated).toBe(true);
      }),
    );
  });

  it('is neither before what is damaged, nor behind the first thing that is wrong', () => {
    fc.assert(
      fc.property(fc.json(), fc.nat(), fc.string({ minLength: 1, maxLength: 1 }), (json, place, put) => {
        const at = place % json.length;
        const text = json.slice(0, at) + put + json.slice(at + 1);
        fc.pre(!isJson(text));
        const before = text.slice(0, jsonFault(text).at);
        expect(isJson(before) || jsonFault(before).truncated).toBe(true);
        // a number, a name or an escape is blamed from its beginning on
        expect(before.length).toBeGreaterThanOrEqual(text.slice(0, at).search(/[\w.+\\-]*$/));
      }),
    );
  });
});
