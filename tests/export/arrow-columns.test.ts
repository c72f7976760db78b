import { Vector } from 'apache-arrow';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FLOAT64, nullable } from '../../src/export/arrow-columns.ts';

test('a column has the value of each row, and nulls where there is none, whatever its neighbours are', () => {
  const value = fc.oneof(fc.constantFrom(0, -0, Number.NaN, null, undefined), fc.double());
  fc.assert(
    fc.property(fc.array(value), (rows) => {
      const column = new Vector([nullable(FLOAT64, rows, (row) => row)]);
      expect([...column]).toEqual(rows.map((row) => row ?? null));
    }),
  );
});
