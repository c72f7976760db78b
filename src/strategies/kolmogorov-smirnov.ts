import { z } from 'zod';
import { kolmogorovSmirnov } from '../domain/scores/kolmogorov-smirnov.ts';
import { referenceParameters, referenceStrategy } from './reference-strategy.ts';

export const kolmogorovSmirnovStrategy = referenceStrategy(
  {
    name: 'ks',
    version: 1,
    summary: 'The Kolmogorov-Smirnov distance from the references: 0 to 1, whatever the statistics.',
    parameters: z.strictObject(referenceParameters),
  },
  kolmogorovSmirnov,
);
