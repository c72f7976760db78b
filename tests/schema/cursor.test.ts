import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeCursor, encodeCursor, orderName } from '../../src/schema/cursor.ts';

const value = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => (Object.is(number, -0) ? 0 : number)),
  fc.constant(null),
);
const refusal = expect.objectContaining({ code: 'BAD_USER_INPUT', details: { field: expect.any(String) } });
const thrown = (act: () => unknown) => {
  try {
    act();
  } catch (error) {
    return error;
  }
  return undefined;
};

describe('a cursor', () => {
  it('gives back the values it was made of', () => {
    fc.assert(
      fc.property(fc.string(), fc.array(value), (order, values) => {
        expect(decodeCursor(order, 'after', encodeCursor(order, values))).toEqual(values);
      }),
    );
  });

  it('is refused in a list of another order, which the message names', () => {
    const ascending = orderName('run', [{ field: 'number', descending: false }]);
    const descending = orderName('run', [{ field: 'number', descending: true }]);
    const error = thrown(() => decodeCursor(descending, 'before', encodeCursor(ascending, [1])));
    expect(error).toEqual(refusal);
    expect((error as Error).message).toContain(ascending);
    expect((error as Error).message).toContain(descending);
  });

  it('is refused where it was made up or damaged, whatever it is', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.base64String(),
          fc.json().map((json) => Buffer.from(json).toString('base64url')),
        ),
        (text) => {
          expect(thrown(() => decodeCursor('run:number', 'after', text))).toEqual(refusal);
        },
      ),
    );
    const good = encodeCursor('run:number', [315257]);
    for (const damaged of [`${good}=`, `${good} `, good.slice(0, -1), `x${good}`, good.toLowerCase()]) {
      expect(thrown(() => decodeCursor('run:number', 'after', damaged))).toEqual(refusal);
    }
  });

  it('holds only text, numbers and null', () => {
    const forged = Buffer.from(JSON.stringify(['run:number', { $ne: 1 }])).toString('base64url');
    expect(thrown(() => decodeCursor('run:number', 'after', forged))).toEqual(refusal);
  });
});
