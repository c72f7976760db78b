import { CholeskyDecomposition, Matrix } from 'ml-matrix';
import { z } from 'zod';
import { InvalidInputError } from '../domain/errors.ts';
import { chiSquareDeviations } from './chi-square-deviations.ts';
import type { Combination, ScoreTable } from './combination.ts';
import { learnedPart } from './strategy.ts';

const parameters = z.strictObject({
  shrinkage: z
    .number()
    .min(0.001)
    .max(1)
    .default(0.1)
    .describe(
      'By which share correlations of elements are taken to be smaller than found; 1: elements are independent.',
    ),
});

/** Sets of elements of which the factor is kept: most lumisections have the same ones. */
const KEPT_FACTORS = 64;

/**
 * A Gaussian is fitted to the logarithms of the training scores (ML4DQM-DC fits distributions to those of the elements'
 * errors): the score is u' C^-1 u, C the covariance with correlations shrunk, u how far the logarithms lie above their
 * means, 0 where they lie below: a score lower than usual is no anomaly. Elements without a score are left out, on both
 * sides, and so is one whose scores do not vary in training.
 */
export const gaussian: Combination<z.infer<typeof parameters>> = {
  name: 'gaussian',
  version: 1,
  summary: 'How far the logarithms of the scores lie above usual ones, by a Gaussian fitted to those.',
  parameters,
  fit(table, { shrinkage }) {
    const width = table.elements.length;
    const rows = logarithms(table);
    if (rows.length < 2) {
      throw new InvalidInputError(
        `gaussian: two rows with a score of each element are needed, and there are ${rows.length}.`,
      );
    }
    const means = new Float64Array(width);
    for (const row of rows) for (let i = 0; i < width; i++) means[i] = (means[i] as number) + (row[i] as number);
    for (let i = 0; i < width; i++) means[i] = (means[i] as number) / rows.length;
    const covariance = new Float64Array(width * width);
    for (const row of rows) {
      for (let i = 0; i < width; i++) {
        const deviation = (row[i] as number) - (means[i] as number);
        for (let j = 0; j < width; j++) {
          const product = deviation * ((row[j] as number) - (means[j] as number));
          covariance[i * width + j] = (covariance[i * width + j] as number) + product / (rows.length - 1);
        }
      }
    }
    for (let i = 0; i < width; i++) {
      // what is left of equal numbers after rounding is no spread
      const least = (1e-12 * Math.max(1, Math.abs(means[i] as number))) ** 2;
      if ((covariance[i * width + i] as number) <= least) covariance[i * width + i] = 0;
      for (let j = 0; j < width; j++) {
        if (i !== j) covariance[i * width + j] = (covariance[i * width + j] as number) * (1 - shrinkage);
      }
    }
    if (table.elements.every((_, i) => covariance[i * width + i] === 0)) {
      throw new InvalidInputError('gaussian: the scores of no element vary, so that nothing has a scale.');
    }
    return { means, covariance };
  },
  scorer(learned, width) {
    const means = learnedPart(learned, 'means');
    const covariance = Matrix.from1DArray(width, width, learnedPart(learned, 'covariance'));
    const factors = new Map<string, CholeskyDecomposition>();
    return (scores) => {
      const used: number[] = [];
      for (let i = 0; i < width; i++) if (!Number.isNaN(scores[i]) && covariance.get(i, i) > 0) used.push(i);
      if (used.length === 0) return Number.NaN;
      const key = used.join();
      let factor = factors.get(key);
      if (factor === undefined) {
        if (factors.size === KEPT_FACTORS) factors.clear();
        factor = new CholeskyDecomposition(covariance.selection(used, used));
        factors.set(key, factor);
      }
      const above = used.map((i) => Math.max(0, Math.log(Math.max(0, scores[i] as number)) - (means[i] as number)));
      const solved = factor.solve(Matrix.columnVector(above));
      let square = 0;
      for (const [i, value] of above.entries()) square += value * solved.get(i, 0);
      return chiSquareDeviations(square, used.length);
    };
  },
};

/**
 * Of the rows that have a score of each element. A score of 0 is taken as the least one above 0 of its element, or as 1
 * where there is none.
 */
function logarithms({ rows, elements, scores }: ScoreTable): number[][] {
  const width = elements.length;
  const least = elements.map((element, i) => {
    let smallest = Number.POSITIVE_INFINITY;
    for (let row = 0; row < rows; row++) {
      const score = scores[row * width + i] as number;
      if (score < 0) throw new InvalidInputError(`gaussian: ${element} has scores below 0, which have no logarithm.`);
      if (score > 0 && score < smallest) smallest = score;
    }
    return Number.isFinite(smallest) ? smallest : 1;
  });
  const complete: number[][] = [];
  for (let row = 0; row < rows; row++) {
    const logs = least.map((smallest, i) => Math.log(Math.max(smallest, scores[row * width + i] as number)));
    if (logs.every(Number.isFinite)) complete.push(logs);
  }
  return complete;
}
