import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { repeatedMember } from '../../../ingest/formats/table/repeated-member.ts';
import { rounds } from '../../support/rounds.ts';

describe('a member that an object names twice', () => {
  it.each([
    ['{"a": 1, "a": 2}', 'a', 9],
    ['[{"a": {"b": 1}}, {"a": {"b": [], "c": {}, "b": 1}}]', 'b', 43],
    ['{"\\u0061": 1, "a": 2}', 'a', 14],
    ['{"a\\"": "\\\\", "b": [{}], "a\\"": 2}', 'a"', 25],
    ['{"__proto__": 1, "__proto__": 2}', '__proto__', 17],
  ])('of %j is %j at %i', (text, name, at) => {
    expect(repeatedMember(text, JSON.parse(text))).toEqual({ name, at });
  });

  it('is in no text that JSON.stringify writes', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        const value = JSON.parse(text);
        expect(repeatedMember(JSON.stringify(value), value)).toBeNull();
      }),
      { numRuns: rounds(200) },
    );
  });
});
