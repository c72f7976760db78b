/**
 * How many decimals a float needs to be read back: found by trying, which for numbers of everyday size takes two exact
 * divisions, where the general algorithm (Number.prototype.toString of a widened float32) takes 250 ns.
 */

/** Powers of ten that a double holds exactly. */
export const POWERS_OF_TEN: Float64Array = Float64Array.from({ length: 23 }, (_, i) => Number(`1e${i}`));

/** Below, JSON numbers are written with an exponent. */
const SMALLEST_PLAIN = 1e-6;
/** From here on every float32 is an integer, and its shortest decimal may have fewer digits than that integer. */
const FLOAT32_INTEGERS = 2 ** 24;
/** Up to this many units of the last decimal, the decimal that gives a double back is the only one so short. */
const MAX_UNITS = 1e15;
const MAX_DECIMALS = 21;

/**
 * The least k such that `abs` rounded to k decimals gives the same float32 back, or -1 where the general algorithm is
 * needed (outside 1e-6 to 2^24). `abs` is a positive float32, `hint` the answer for its neighbour.
 */
export function decimalsOfFloat32(abs: number, hint: number): number {
  if (!(abs >= SMALLEST_PLAIN && abs < FLOAT32_INTEGERS)) return -1;
  let decimals = hint < 0 || isPowerOfTwo(abs) ? 0 : hint;
  if (givesFloat32(abs, decimals)) {
    while (decimals > 0 && givesFloat32(abs, decimals - 1)) decimals--;
  } else {
    do decimals++;
    while (decimals <= MAX_DECIMALS && !givesFloat32(abs, decimals));
  }
  if (decimals <= EXACT_PRODUCT) return decimals;
  return isNearTie(abs, decimals) || isNearTie(abs, decimals - 1) ? -1 : decimals;
}

/** The same for a positive double: -1 where it needs more than 15 digits, or lies outside 1e-6 to 1e15. */
export function decimalsOfFloat64(abs: number, hint: number): number {
  if (!(abs >= SMALLEST_PLAIN && abs < MAX_UNITS)) return -1;
  let decimals = Math.max(0, hint);
  if (hint < 0 || !givesFloat64(abs, decimals)) {
    let most = abs < 1 ? MAX_DECIMALS : 15;
    while (abs * power(most) >= MAX_UNITS) most--;
    // most doubles that are no round numbers need all their digits
    if (!givesFloat64(abs, most)) return -1;
    if (decimals > most) decimals = 0;
    while (!givesFloat64(abs, decimals)) decimals++;
  }
  while (decimals > 0 && givesFloat64(abs, decimals - 1)) decimals--;
  return decimals;
}

/**
 * The double to print for a float32: of the decimals that give the float32 back when rounded to it, the one of fewest
 * digits (the closest of those). 0.1 as float32 is 0.10000000149011612 as double, and prints as 0.1.
 */
export function shortestFloat32(value: number): number {
  if (!Number.isFinite(value) || (Number.isInteger(value) && Math.abs(value) < FLOAT32_INTEGERS)) return value;
  const abs = Math.abs(value);
  const decimals = decimalsOfFloat32(abs, 6);
  if (decimals >= 0) {
    const shortest = units(abs, decimals) / power(decimals);
    return value < 0 ? -shortest : shortest;
  }
  for (let digits = 1; digits < 9; digits++) {
    const candidate = Number(value.toPrecision(digits));
    if (Math.fround(candidate) === value) return candidate;
  }
  return Number(value.toPrecision(9));
}

/** `abs` in units of its last decimal, rounded half up. */
export function units(abs: number, decimals: number): number {
  return Math.floor(abs * power(decimals) + 0.5);
}

/** A float32 times so many tens fits a double exactly, so that rounding it cannot go wrong. */
const EXACT_PRODUCT = 12;

function isNearTie(abs: number, decimals: number): boolean {
  const scaled = abs * power(decimals);
  return Math.abs(scaled - Math.floor(scaled) - 0.5) < 1e-4;
}

function givesFloat32(abs: number, decimals: number): boolean {
  return Math.fround(units(abs, decimals) / power(decimals)) === abs;
}

function givesFloat64(abs: number, decimals: number): boolean {
  const count = units(abs, decimals);
  return count < MAX_UNITS && count / power(decimals) === abs;
}

/** Its neighbours are not equally far: a decimal more can be worse, so that these are searched from 0 on. */
function isPowerOfTwo(float32: number): boolean {
  scratch.setFloat32(0, float32);
  return (scratch.getInt32(0) & 0x7f_ffff) === 0;
}

const scratch = new DataView(new ArrayBuffer(4));

function power(decimals: number): number {
  return POWERS_OF_TEN[decimals] as number;
}
