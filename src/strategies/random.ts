import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

/** Random numbers that are the same for the same seed, on every machine. */
export interface Random {
  /** From 0 (inclusive) to 1 (exclusive). */
  uniform(): number;
  /** `size` of the numbers 0 to `count - 1`, each as likely as any other, in increasing order; all of them where there are no more. */
  choose(size: number, count: number): Int32Array;
}

/** @param seed a 32-bit integer */
export function seededRandom(seed: number): Random {
  const generator = xoroshiro128plus(seed);
  return {
    uniform: () => uniformFloat64(generator),
    choose(size, count) {
      const numbers = Int32Array.from({ length: count }, (_, i) => i);
      if (size >= count) return numbers;
      for (let i = 0; i < size; i++) {
        const other = uniformInt(generator, i, count - 1);
        [numbers[i], numbers[other]] = [numbers[other] as number, numbers[i] as number];
      }
      return numbers.slice(0, size).sort();
    },
  };
}
