/** Above this no sum of doubles is sure to be finite on the way to its end: such are added apart, times SCALE. */
const SAFE = 2 ** 900;
const SCALE = 2 ** -200;
/** Times SCALE, numbers from here on lose no digit. */
const TINY = 2 ** -700;
/** Below this, times SCALE, a sum has room for all smaller numbers beside it. */
const ROOM = 2 ** 1000 * SCALE;

/**
 * The sum of numbers, rounded once at the end: the double next to the true sum, whatever their order (Shewchuk's
 * expansions, as Python's `math.fsum`). NaN, or infinities of both signs, give NaN.
 * @param scratch kept between calls by callers that add many; grows as needed.
 */
export function exactSum(values: ArrayLike<number>, scratch: number[] = []): number {
  let largest = 0;
  let special = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    if (!Number.isFinite(value)) special += value;
    else if (Math.abs(value) > largest) largest = Math.abs(value);
  }
  if (special !== 0) return Number.isNaN(special) ? Number.NaN : special;
  if (largest >= SAFE) {
    const sum = new ExactSum();
    for (let i = 0; i < values.length; i++) sum.add(values[i] as number);
    return sum.total();
  }
  let count = 0;
  for (let i = 0; i < values.length; i++) count = grow(scratch, count, values[i] as number);
  return rounded(scratch, count);
}

/** Adds a number to the first `count` parts, which do not overlap. @returns how many there are then. */
function grow(parts: number[], count: number, value: number): number {
  let larger = value;
  let kept = 0;
  for (let j = 0; j < count; j++) {
    let smaller = parts[j] as number;
    if (Math.abs(larger) < Math.abs(smaller)) [larger, smaller] = [smaller, larger];
    const sum = larger + smaller;
    const lost = smaller - (sum - larger);
    if (lost !== 0) parts[kept++] = lost;
    larger = sum;
  }
  parts[kept++] = larger;
  return kept;
}

/** The same sum of numbers that come one after the other: what it holds does not grow with how many they are. */
export class ExactSum {
  readonly #parts: number[] = [];
  #count = 0;
  /** Of numbers as large as `SAFE`, times SCALE. */
  readonly #largeParts: number[] = [];
  #largeCount = 0;
  #special = 0;

  add(value: number): void {
    if (Math.abs(value) < SAFE) this.#count = grow(this.#parts, this.#count, value);
    else if (!Number.isFinite(value)) this.#special += value;
    else this.#largeCount = grow(this.#largeParts, this.#largeCount, value * SCALE);
  }

  total(): number {
    if (this.#special !== 0) return this.#special;
    if (this.#largeCount === 0) return rounded(this.#parts, this.#count);
    const large = this.#largeParts.slice(0, this.#largeCount);
    if (Math.abs(rounded(large, large.length)) < ROOM) {
      // large numbers that cancel: what is left of them fits beside the others
      const parts = this.#parts.slice(0, this.#count);
      let count = parts.length;
      for (const part of large) count = grow(parts, count, part / SCALE);
      return rounded(parts, count);
    }
    let count = large.length;
    let tiny = 0;
    // the largest comes last: the sign of the last tiny one is that of their sum, and all that can matter of it
    for (const part of this.#parts.slice(0, this.#count)) {
      if (Math.abs(part) >= TINY) count = grow(large, count, part * SCALE);
      else if (part !== 0) tiny = Math.sign(part) * Number.MIN_VALUE;
    }
    return rounded(large, grow(large, count, tiny)) / SCALE;
  }

  /** The sum of all that was added to any of these. */
  static of(sums: Iterable<ExactSum>): ExactSum {
    const all = new ExactSum();
    for (const sum of sums) {
      for (let i = 0; i < sum.#count; i++) all.#count = grow(all.#parts, all.#count, sum.#parts[i] as number);
      for (let i = 0; i < sum.#largeCount; i++) {
        all.#largeCount = grow(all.#largeParts, all.#largeCount, sum.#largeParts[i] as number);
      }
      all.#special += sum.#special;
    }
    return all;
  }
}

/** Adds parts that do not overlap, the largest last, and rounds half to even over all of them. */
function rounded(parts: readonly number[], count: number): number {
  let left = count;
  if (left === 0) return 0;
  let sum = parts[--left] as number;
  let lost = 0;
  while (left > 0 && lost === 0) {
    const before = sum;
    const next = parts[--left] as number;
    sum = before + next;
    lost = next - (sum - before);
  }
  // a tie so far is none where smaller parts point the same way
  if (left > 0 && lost !== 0 && Math.sign(lost) === Math.sign(parts[left - 1] as number)) {
    const twice = lost * 2;
    const up = sum + twice;
    if (up - sum === twice) sum = up;
  }
  return sum;
}
