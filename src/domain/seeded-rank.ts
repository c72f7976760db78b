/**
 * A number in [0, 2^32) for whole numbers and a seed, as if it were drawn: the same on every machine, and for each list
 * of numbers by itself, so that what is ranked by it does not depend on what else is there. (The finalizer of MurmurHash3
 * over each number; https://github.com/aappleby/smhasher, public domain.)
 */
export function seededRank(seed: number, ...numbers: readonly number[]): number {
  let hash = finalize(seed ^ 0x9e3779b9);
  for (const number of numbers) hash = finalize(Math.imul(hash ^ number, 0x85ebca6b) + 0x6d2b79f5);
  return hash >>> 0;
}

function finalize(hash: number): number {
  let x = hash | 0;
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return x ^ (x >>> 16);
}
