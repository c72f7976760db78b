import { type HistogramRows, keyOf } from './histogram-rows.ts';

export interface KeyOrder {
  /** The first row of each key, sorted by key. */
  readonly firsts: Int32Array;
  /** Further rows of keys that come more than once, in the order of the batch. */
  readonly repeats: readonly { readonly first: number; readonly later: readonly number[] }[];
}

/** Sorts the given rows by their primary key; rows of one key keep the order of the batch. */
export function keyOrder(rows: HistogramRows, accepted: Int32Array): KeyOrder {
  const keys = keyOf(rows).map((column) => {
    if (column.type !== 'integer') throw new Error(`${rows.table}: the key holds integers, not ${column.name}`);
    return column.values;
  });
  const compare = (a: number, b: number) => {
    for (const values of keys) {
      const difference = (values[a] as number) - (values[b] as number);
      if (difference !== 0) return difference;
    }
    return 0;
  };
  // most batches come sorted: one pass over them costs a tenth of sorting
  let sorted = accepted;
  for (let i = 1; i < accepted.length; i++) {
    if (compare(accepted[i - 1] as number, accepted[i] as number) > 0) {
      sorted = accepted.slice().sort((a, b) => compare(a, b) || a - b);
      break;
    }
  }
  const firsts = new Int32Array(sorted.length);
  const repeats: { first: number; later: number[] }[] = [];
  let count = 0;
  for (const row of sorted) {
    const first = count === 0 ? -1 : (firsts[count - 1] as number);
    if (first < 0 || compare(first, row) !== 0) firsts[count++] = row;
    else if (repeats.at(-1)?.first === first) repeats.at(-1)?.later.push(row);
    else repeats.push({ first, later: [row] });
  }
  return { firsts: firsts.subarray(0, count), repeats };
}
