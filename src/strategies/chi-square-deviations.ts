/**
 * How far a value that follows chi2 of `degrees` degrees of freedom lies above what is expected, in standard deviations,
 * by the cube root of Wilson and Hilferty (PNAS 17, 684, 1931): values of different degrees become comparable, and the
 * largest ones stay apart where probabilities would all be 0.
 */
export function chiSquareDeviations(value: number, degrees: number): number {
  const variance = 2 / (9 * degrees);
  return (Math.cbrt(value / degrees) - (1 - variance)) / Math.sqrt(variance);
}
