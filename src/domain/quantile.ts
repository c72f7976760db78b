/**
 * Linear between the order statistics around (n - 1) q: type 7 of Hyndman and Fan, "Sample Quantiles in Statistical
 * Packages" (1996), which numpy and R use unless told.
 * @param sorted ascending, at least one
 */
export function quantile(sorted: Float64Array, q: number): number {
  const place = (sorted.length - 1) * q;
  const below = Math.floor(place);
  const low = sorted[below] as number;
  const high = sorted[Math.min(below + 1, sorted.length - 1)] as number;
  const share = place - below;
  return share === 0 ? low : low * (1 - share) + high * share;
}
