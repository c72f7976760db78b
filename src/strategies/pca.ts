import { z } from 'zod';
import { InvalidInputError } from '../domain/errors.ts';
import { meanOfLargestSquares } from './largest-squares.ts';
import { principalComponents } from './principal-components.ts';
import { learnedPart, type Strategy } from './strategy.ts';

const parameters = z.strictObject({
  components: z.int().min(2).max(5).default(3).describe('How many principal components describe a usual histogram.'),
});

/** Below it, relative to the largest bin, what is left after a projection is rounding. */
const LEAST_RESIDUAL = 1e-12;

/**
 * The mean of the ten largest squared residuals of a histogram against its projection on the principal components of the
 * training rows (ML4DQM-DC). Where those span fewer dimensions than components were asked for, there are as many
 * components as dimensions: rows that are all the same leave their mean alone.
 */
export const pca: Strategy<z.infer<typeof parameters>> = {
  name: 'pca',
  version: 1,
  summary: 'What principal components of the training cannot describe: the mean of the ten largest squared residuals.',
  reads: 'VALUES',
  parameters,
  fit({ count, bins }, layout, { components }) {
    if (count < components) {
      throw new InvalidInputError(`pca: ${components} components need as many histograms, and there are ${count}.`);
    }
    return { ...principalComponents(bins, count, layout.columns.length, components) };
  },
  scorer(learned) {
    const mean = learnedPart(learned, 'mean');
    const components = learnedPart(learned, 'components');
    const width = mean.length;
    const residuals = new Float64Array(width);
    return (bins) => {
      let largest = 0;
      for (let i = 0; i < width; i++) {
        const value = bins[i] as number;
        largest = Math.max(largest, Math.abs(value));
        residuals[i] = value - (mean[i] as number);
      }
      // orthonormal components: taken away one after the other, they leave what a projection on all would
      for (let start = 0; start < components.length; start += width) {
        let weight = 0;
        for (let i = 0; i < width; i++) weight += (residuals[i] as number) * (components[start + i] as number);
        for (let i = 0; i < width; i++) {
          residuals[i] = (residuals[i] as number) - weight * (components[start + i] as number);
        }
      }
      // histograms that are described wholly are tied, not ordered by how they were rounded
      for (let i = 0; i < width; i++) {
        if (Math.abs(residuals[i] as number) < LEAST_RESIDUAL * largest) residuals[i] = 0;
      }
      return { score: meanOfLargestSquares(residuals), residuals };
    };
  },
};
