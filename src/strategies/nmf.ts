import { z } from 'zod';
import { InvalidInputError } from '../domain/errors.ts';
import { bestWeights, factorise, gramOf, productsWith } from './factorisation.ts';
import { meanOfLargestSquares } from './largest-squares.ts';
import { learnedPart, type Strategy } from './strategy.ts';

const parameters = z.strictObject({
  components: z.int().min(2).max(5).default(3).describe('How many histograms, added up, describe a usual one.'),
  rounds: z.int().min(1).max(2_000).default(200).describe('How often all numbers are improved at most.'),
  tolerance: z
    .number()
    .min(0)
    .max(1)
    .default(1e-5)
    .describe('The fit ends when a round improves it by less than this share of what it was at the beginning.'),
});

/**
 * The mean of the ten largest squared residuals of a histogram against the closest sum of a few components, none of them
 * nor of their weights below 0 (ML4DQM-DC). The fit begins with random numbers, so that another seed may find others.
 */
export const nmf: Strategy<z.infer<typeof parameters>> = {
  name: 'nmf',
  version: 1,
  summary: 'What sums of a few usual shapes cannot describe: the mean of the ten largest squared residuals.',
  reads: 'SHARES',
  parameters,
  fit({ count, bins }, layout, wanted, random) {
    if (count < wanted.components) {
      throw new InvalidInputError(
        `nmf: ${wanted.components} components need as many histograms, and there are ${count}.`,
      );
    }
    const { components, objectives } = factorise(bins, layout.columns.length, wanted, random);
    return { components, objectives: Float64Array.from(objectives) };
  },
  scorer(learned, layout, wanted) {
    const components = learnedPart(learned, 'components');
    const rank = wanted.components;
    const width = layout.columns.length;
    const gram = gramOf(components, rank, width);
    const weights = new Float64Array(rank);
    const residuals = new Float64Array(width);
    return (bins) => {
      weights.fill(0);
      bestWeights(gram, productsWith(components, rank, bins), weights);
      for (let i = 0; i < width; i++) {
        let described = 0;
        for (let k = 0; k < rank; k++) described += (weights[k] as number) * (components[k * width + i] as number);
        residuals[i] = (bins[i] as number) - described;
      }
      return { score: meanOfLargestSquares(residuals), residuals };
    };
  },
};
