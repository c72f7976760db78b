/** How many residuals make a score, the largest of them. */
const LARGEST = 10;

/**
 * The mean of the ten largest squares, or of all where there are fewer: what ML4DQM-DC takes for the reconstruction
 * error of a histogram, as a defect touches few bins and a mean over all would drown it.
 * @param residuals at least one
 */
export function meanOfLargestSquares(residuals: Float64Array): number {
  const count = Math.min(LARGEST, residuals.length);
  // from the largest down; most bins are below the last one, and cost one comparison
  const largest = new Float64Array(count);
  for (let i = 0; i < residuals.length; i++) {
    const square = (residuals[i] as number) ** 2;
    if (i >= count && square <= (largest[count - 1] as number)) continue;
    let at = Math.min(i, count - 1);
    for (; at > 0 && (largest[at - 1] as number) < square; at--) largest[at] = largest[at - 1] as number;
    largest[at] = square;
  }
  let sum = 0;
  for (let i = 0; i < count; i++) sum += largest[i] as number;
  return sum / count;
}
