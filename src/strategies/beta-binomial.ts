import { z } from 'zod';
import { betaBinomial } from '../domain/scores/beta-binomial.ts';
import { referenceParameters, referenceStrategy } from './reference-strategy.ts';

export const betaBinomialStrategy = referenceStrategy(
  {
    name: 'beta-binomial',
    version: 1,
    summary: "AutoDQM's largest beta-binomial pull of a bin, corrected for the number of bins looked at.",
    parameters: z.strictObject(referenceParameters),
  },
  betaBinomial,
);
