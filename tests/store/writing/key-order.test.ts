import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ColumnData, HistogramRows } from '../../../src/store/histogram-rows.ts';
import { keyOrder } from '../../../src/store/key-order.ts';

const near = fc.integer({ min: 0, max: 3 });
/** So far apart that key and number of a row do not fit into one float64. */
const anywhere = fc.integer({ min: 0, max: 2_147_483_647 });

const keyOfWidth = (width: number) =>
  fc.oneof(
    fc.array(near, { minLength: width, maxLength: width }),
    fc.array(anywhere, { minLength: width, maxLength: width }),
  );

const batches = fc.constantFrom(3, 4).chain((width) =>
  fc.record({
    width: fc.constant(width),
    keys: fc.oneof(
      fc.array(fc.array(near, { minLength: width, maxLength: width }), { maxLength: 40 }),
      fc.array(keyOfWidth(width), { maxLength: 40 }),
    ),
    left: fc.infiniteStream(fc.boolean()),
  }),
);

function rowsOf(keys: readonly (readonly number[])[], width: number): HistogramRows {
  const columns = Array.from(
    { length: width },
    (_, i): ColumnData => ({
      name: `key_${i}`,
      type: 'integer',
      values: Int32Array.from(keys, (key) => key[i] as number),
    }),
  );
  return { table: 'lumisection_histogram', count: keys.length, columns, keyColumns: width, compared: [] };
}

test('rows stand in the order of their keys, those of one key in the order of the batch', () => {
  fc.assert(
    fc.property(batches, ({ width, keys, left }) => {
      const accepted = Int32Array.from(keys.keys()).filter(() => left.next().value);
      const { firsts, repeats } = keyOrder(rowsOf(keys, width), accepted);
      const compare = (a: number, b: number) => {
        const [one, other] = [keys[a] as readonly number[], keys[b] as readonly number[]];
        const place = one.findIndex((value, i) => value !== other[i]);
        return place < 0 ? 0 : (one[place] as number) - (other[place] as number);
      };
      const sorted = [...accepted].sort((a, b) => compare(a, b) || a - b);
      const isFirst = (row: number, i: number) => i === 0 || compare(sorted[i - 1] as number, row) !== 0;
      expect([...firsts]).toEqual(sorted.filter(isFirst));
      const later = sorted.filter((row, i) => !isFirst(row, i));
      expect(repeats.flatMap(({ later }) => later)).toEqual(later);
      for (const repeat of repeats) for (const row of repeat.later) expect(compare(repeat.first, row)).toBe(0);
    }),
  );
});
