/**
 * Elementary functions from plain IEEE arithmetic only, which JavaScript defines to the last bit. Math.exp and its kind
 * are left to the engine, and one differing bit there would make a different sample.
 */

const { LN2 } = Math;

/** e^x for |x| < 700, to about 1e-15. */
export function exp(x: number): number {
  const halvings = Math.round(x / LN2);
  const rest = x - halvings * LN2;
  let sum = 1;
  for (let n = 13; n > 0; n--) sum = 1 + (sum * rest) / n;
  return scale(sum, halvings);
}

function scale(value: number, powerOfTwo: number): number {
  let factor = powerOfTwo < 0 ? 0.5 : 2;
  let result = value;
  for (let n = Math.abs(powerOfTwo); n > 0; n >>= 1) {
    if (n & 1) result *= factor;
    factor *= factor;
  }
  return result;
}

const LARGEST = 40;
const STEPS = 64;
const exponentials = Float64Array.from({ length: LARGEST * STEPS + 2 }, (_, k) => exp(-k / STEPS));

/** e^-x for 0 <= x <= 40, to about 1e-13: the fast one. */
export function expOfMinus(x: number): number {
  const step = (x * STEPS + 0.5) | 0;
  const rest = step / STEPS - x;
  const near = 1 + rest * (1 + (rest / 2) * (1 + (rest / 3) * (1 + (rest / 4) * (1 + rest / 5))));
  return (exponentials[step] as number) * near;
}

/** Gaussian bell of height 1. */
export const bell = (x: number, mean: number, sigma: number): number => {
  const pull = (x - mean) / sigma;
  return pull * pull > 2 * LARGEST ? 0 : expOfMinus((pull * pull) / 2);
};

/** The Moyal curve, close to Landau's: energy loss in thin silicon. Height 1 at `peak`. */
export const landau = (x: number, peak: number, width: number): number => {
  const z = (x - peak) / width;
  return z < -4.5 ? 0 : exp((1 - z - exp(-z)) / 2);
};

/** Cosine of a full turn times `turns`. */
export function cosine(turns: number): number {
  const x = 2 * Math.PI * (turns - Math.round(turns));
  let sum = 1;
  for (let n = 22; n > 0; n -= 2) sum = 1 - (sum * x * x) / (n * (n - 1));
  return sum;
}
