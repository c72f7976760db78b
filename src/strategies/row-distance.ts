/** A copy of the rows with these numbers. */
export function chosenRows(bins: Float64Array, width: number, rows: Int32Array): Float64Array {
  const chosen = new Float64Array(rows.length * width);
  for (const [i, row] of rows.entries()) chosen.set(bins.subarray(row * width, (row + 1) * width), i * width);
  return chosen;
}

/** Numbers that are added up between two looks at the bound. */
const STRETCH = 16;

/** Between `bins` and as many numbers of `rows` from `at` on; some number not below `bound` where it is not below. */
export function squaredDistance(bins: Float64Array, rows: Float64Array, at: number, bound: number): number {
  let sum = 0;
  for (let from = 0; from < bins.length && sum < bound; from += STRETCH) {
    const to = Math.min(from + STRETCH, bins.length);
    for (let i = from; i < to; i++) {
      const difference = (bins[i] as number) - (rows[at + i] as number);
      sum += difference * difference;
    }
  }
  return sum;
}
