const TABLED = 1024;

const table = new Float64Array(TABLED);
for (let n = 2; n < TABLED; n++) table[n] = (table[n - 1] as number) + Math.log(n);

const HALF_LOG_TWO_PI = 0.9189385332046728;

/** ln(n!) of a whole number of at least 0; from 1024 on by Stirling's series, whose rest is below 1e-17 there. */
export function logFactorial(n: number): number {
  if (n < TABLED) return table[n] as number;
  const inverse = 1 / n;
  const square = inverse * inverse;
  return (n + 0.5) * Math.log(n) - n + HALF_LOG_TWO_PI + inverse * (1 / 12 - square * (1 / 360 - square / 1260));
}
