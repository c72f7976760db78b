import { z } from 'zod';
import { InvalidInputError } from '../domain/errors.ts';
import type { Reads } from './strategy.ts';

/** What is done to each histogram before a strategy sees it, in this order: mask, rebin, normalise. */
export const preparationOptions = z.strictObject({
  flow: z
    .enum(['DROP', 'KEEP'])
    .default('DROP')
    .describe('KEEP: under- and overflow are bins as others. DROP: bins in range alone.'),
  maskedBins: z
    .array(z.int().min(0))
    .max(100_000)
    .default([])
    .describe(
      'Bins to leave out, as known dead channels: in range, from 0, `y * nx + x`, as booked (before rebinning).',
    ),
  deadBins: z
    .enum(['KEEP', 'MASK'])
    .default('KEEP')
    .describe(
      'MASK: bins that are 0 in every histogram that is learned from are left out, also where they are filled later.',
    ),
  rebin: z
    .array(z.int().min(1).max(100_000))
    .min(1)
    .max(2)
    .optional()
    .describe('How many neighbouring bins become one, by axis, x first; each divides the bins of its axis.'),
  normalisation: z
    .enum(['NONE', 'SUM', 'ENTRIES'])
    .optional()
    .describe(
      'SUM: each histogram is divided by the sum of its bins in use; ENTRIES: by its entries; NONE: not at all. SUM where nothing is said, NONE for strategies that scale by themselves.',
    ),
});

export type PreparationOptions = z.infer<typeof preparationOptions>;

/**
 * The options with all defaults filled in, for a strategy that reads this.
 * @throws InvalidInputError for options that the strategy has no use for: it would not do what was asked for.
 */
export function optionsFor(
  reads: Reads,
  given: PreparationOptions,
): Required<Omit<PreparationOptions, 'rebin'>> & Pick<PreparationOptions, 'rebin'> {
  const normalisation = given.normalisation ?? (reads === 'VALUES' || reads === 'SHARES' ? 'SUM' : 'NONE');
  if (reads === 'VALUES' || reads === 'SHARES') return { ...given, normalisation };
  if (normalisation !== 'NONE') throw noUse('normalisation', 'its score does not depend on the scale, or needs counts');
  if (given.flow === 'KEEP') throw noUse('flow', 'it is about bins in range alone');
  if (reads === 'ENTRIES' && (given.rebin || given.maskedBins.length > 0 || given.deadBins === 'MASK')) {
    throw noUse('rebin, maskedBins, deadBins', 'it does not look at bins');
  }
  return { ...given, normalisation };
}

const noUse = (field: string, why: string) =>
  new InvalidInputError(`preparation.${field}: the strategy has no use for it, as ${why}.`, { field });
