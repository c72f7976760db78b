/** A copy of the rows with these numbers. */
export function chosenRows(bins: Float64Array, width: number, rows: Int32Array): Float64Array {
  const chosen = new Float64Array(rows.length * width);
  for (const [i, row] of rows.entries()) chosen.set(bins.subarray(row * width, (row + 1) * width), i * width);
  return chosen;
}

/** Between `bins` and as many numbers of `rows` from `at` on. */
export function squaredDistance(bins: Float64Array, rows: Float64Array, at: number): number {
  let sum = 0;
  for (let i = 0; i < bins.length; i++) {
    const difference = (bins[i] as number) - (rows[at + i] as number);
    sum += difference * difference;
  }
  return sum;
}
