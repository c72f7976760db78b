import { z } from 'zod';
import { chi2 } from '../domain/scores/chi2.ts';
import { referenceParameters, referenceStrategy } from './reference-strategy.ts';

export const chi2Strategy = referenceStrategy(
  {
    name: 'chi2',
    version: 1,
    summary: 'The mean squared pull of the bins that are not empty, against the references scaled to the histogram.',
    parameters: z.strictObject(referenceParameters),
  },
  chi2,
);
