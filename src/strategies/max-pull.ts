import { z } from 'zod';
import { maxPull } from '../domain/scores/max-pull.ts';
import { referenceParameters, referenceStrategy } from './reference-strategy.ts';

export const maxPullStrategy = referenceStrategy(
  {
    name: 'max-pull',
    version: 1,
    summary: 'The mean size of the largest pulls of bins, of the histogram scaled to the references.',
    parameters: z.strictObject({
      ...referenceParameters,
      largest: z.int().min(1).max(1_000).default(1).describe('How many of the largest pulls count.'),
    }),
  },
  (tested, references, { largest }) => maxPull(tested, references, largest),
);
