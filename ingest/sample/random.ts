import { bell, expOfMinus } from './arithmetic.ts';

/** A stream of random numbers that is the same on every machine: one for each histogram, keyed by name. */
export interface Random {
  /** 32 random bits. */
  bits(): number;
  /** Uniform in [0, 1). */
  uniform(): number;
  /** Standard normal, cut at about 3.9 sigma. */
  normal(): number;
  /** Poisson count of mean `lambda`. */
  poisson(lambda: number): number;
}

/** Seeds a stream by text: different texts give independent streams. */
export function randomOf(key: string): Random {
  let [a, b, c, d] = seedWords(key);
  // sfc32
  const bits = () => {
    const t = (((a + b) | 0) + d) | 0;
    d = (d + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + t;
    c |= 0;
    return t >>> 0;
  };
  for (let i = 0; i < 12; i++) bits();
  const uniform = () => bits() / 4294967296;
  const normal = () => {
    const x = bits();
    const cell = x >>> 20;
    const low = quantiles[cell] as number;
    return low + ((quantiles[cell + 1] as number) - low) * ((x & 0xfffff) / 0x100000);
  };
  const poisson = (lambda: number) => {
    if (!(lambda > 0)) return 0;
    if (lambda < 16) {
      let rest = uniform();
      let probability = expOfMinus(lambda);
      let count = 0;
      // beyond 80 the terms are below the resolution of `rest`
      while (rest >= probability && count < 80) {
        rest -= probability;
        probability *= lambda / ++count;
      }
      return count;
    }
    // Cornish-Fisher: a normal with the skewness of Poisson
    const g = normal();
    return Math.max(0, Math.round(lambda + Math.sqrt(lambda) * g + (g * g - 1) / 6));
  };
  return { bits, uniform, normal, poisson };
}

/** Two hashes of a text (FNV-1a from two bases), each finalized; the fourth word is sfc32's counter. */
function seedWords(key: string): [number, number, number, number] {
  let one = 0x811c9dc5;
  let two = 0x5bd1e995;
  for (let i = 0; i < key.length; i++) {
    one = Math.imul(one ^ key.charCodeAt(i), 0x01000193);
    two = Math.imul(two ^ key.charCodeAt(i), 0x0100018d);
  }
  return [finalize(one), finalize(two), finalize(one ^ finalize(two ^ 0x9e3779b9)), 1];
}

function finalize(hash: number): number {
  let x = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return x ^ (x >>> 16);
}

/** Quantiles of the normal distribution at k / 4096, by summing the bell. */
const quantiles = (() => {
  const cells = 4096;
  const steps = 80_000;
  const width = 10 / steps;
  const table = new Float64Array(cells + 1);
  let area = 0;
  let next = 1;
  for (let i = 0; i < steps && next < cells; i++) {
    const x = -5 + (i + 0.5) * width;
    area += bell(x, 0, 1) * width * 0.3989422804014327;
    while (next < cells && area >= next / cells) table[next++] = x + width / 2;
  }
  table[0] = -3.9;
  table[cells] = 3.9;
  return table;
})();
