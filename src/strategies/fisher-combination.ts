import { z } from 'zod';
import { InvalidInputError } from '../domain/errors.ts';
import { chiSquareDeviations } from './chi-square-deviations.ts';
import type { Combination } from './combination.ts';
import { learnedPart } from './strategy.ts';

const parameters = z.strictObject({});

/**
 * Fisher's method (Statistical Methods for Research Workers, 1925): each score becomes the share p = (1 + k) / (1 + n) of
 * the n training scores of its element, k of which are as high or higher; -2 sum ln p follows chi2 of twice as many
 * degrees as there are elements, if they are independent. They are not, so that the result is an order, and no
 * probability. It does not ask how scores are distributed, but all that are higher than any in training are alike.
 */
export const fisher: Combination<z.infer<typeof parameters>> = {
  name: 'fisher',
  version: 1,
  summary: "Fisher's combination of how rare each score is among usual ones.",
  parameters,
  fit({ rows, elements, scores }) {
    const width = elements.length;
    const sorted = elements.map((_, element) =>
      Float64Array.from({ length: rows }, (_, row) => scores[row * width + element] as number)
        .filter((score) => !Number.isNaN(score))
        .sort(),
    );
    const missing = elements.filter((_, element) => sorted[element]?.length === 0);
    if (missing.length > 0) throw new InvalidInputError(`fisher: no score to learn from of ${missing.join(', ')}.`);
    const all = new Float64Array(sorted.reduce((sum, { length }) => sum + length, 0));
    let at = 0;
    for (const part of sorted) {
      all.set(part, at);
      at += part.length;
    }
    return { counts: Float64Array.from(sorted, ({ length }) => length), sorted: all };
  },
  scorer(learned, elements) {
    const counts = learnedPart(learned, 'counts');
    const all = learnedPart(learned, 'sorted');
    let at = 0;
    const sorted = Array.from({ length: elements }, (_, element) => {
      const from = at;
      at += counts[element] as number;
      return all.subarray(from, at);
    });
    return (scores) => {
      let sum = 0;
      let used = 0;
      for (let element = 0; element < elements; element++) {
        const score = scores[element] as number;
        if (Number.isNaN(score)) continue;
        const training = sorted[element] as Float64Array;
        sum -= 2 * Math.log((1 + training.length - lower(training, score)) / (1 + training.length));
        used++;
      }
      return used === 0 ? Number.NaN : chiSquareDeviations(sum, 2 * used);
    };
  },
};

/** How many of the sorted numbers are below this one. */
function lower(sorted: Float64Array, score: number): number {
  let [from, to] = [0, sorted.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((sorted[middle] as number) < score) from = middle + 1;
    else to = middle;
  }
  return from;
}
