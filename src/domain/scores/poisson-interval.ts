/** Up to here intervals are computed once each; beyond, the expansion has nine digits of them. */
const TABLED = 512;

/** One standard deviation: the probability below -1 of a normal variable. */
const BELOW = 0.15865525393145707;

const lowers = new Float64Array(TABLED).fill(Number.NaN);
const uppers = new Float64Array(TABLED).fill(Number.NaN);

/**
 * How far the central 68.27 % interval of a Poisson mean reaches below `count`, and above it (Garwood, Biometrika 28
 * (1936) 437): its ends are quantiles of the gamma distributions of shapes `count` and `count + 1`.
 * @param count a whole number of at least 0.
 */
export const lowerError = (count: number): number => (count === 0 ? 0 : count - quantile(count, -1, lowers));
export const upperError = (count: number): number => quantile(count + 1, 1, uppers) - count;

/** Of the gamma distribution of this shape, where a normal variable lies at `sign`. */
function quantile(shape: number, sign: 1 | -1, table: Float64Array): number {
  if (shape >= TABLED) return expansion(shape, sign);
  let known = table[shape] as number;
  if (Number.isNaN(known)) {
    known = solved(shape, sign);
    table[shape] = known;
  }
  return known;
}

/** Cornish and Fisher's expansion of the quantile of chi2 (Goldberg and Levine, Ann. Math. Stat. 17 (1946) 216) at +-1. */
function expansion(shape: number, sign: 1 | -1): number {
  const nu = 2 * shape;
  const root = Math.sqrt(2 * nu);
  const odd = root - 2 / (3 * root) - 168 / (4860 * Math.SQRT2 * nu ** 1.5);
  return (nu + sign * odd + 12 / (405 * nu)) / 2;
}

/** Newton's steps from the expansion, or where that is rough from the shape itself. */
function solved(shape: number, sign: 1 | -1): number {
  let x = shape < 2 ? (sign > 0 ? 1.8 : 0.17) : expansion(shape, sign);
  for (let step = 0; step < 50; step++) {
    const [above, density] = gammaTail(shape, x);
    const excess = sign > 0 ? BELOW - above : 1 - above - BELOW;
    const next = x - excess / density;
    if (Math.abs(next - x) < 1e-14 * x) return next;
    x = next;
  }
  return x;
}

/** Probability above x, and density there, of the gamma distribution of a whole shape: Poisson's sum. */
function gammaTail(shape: number, x: number): [above: number, density: number] {
  let term = Math.exp(-x);
  let above = 0;
  let density = 0;
  for (let k = 0; k < shape; k++) {
    above += term;
    density = term;
    term *= x / (k + 1);
  }
  return [above, density];
}
