import { addBins, addWhole } from '../domain/add-bins.ts';
import type { Bins } from '../domain/histogram.ts';
import { type KnownBinning, type Share, type Sum, smallerHash, smallerText, sumOfEntries } from './shares.ts';

/** Shares that are to be added to what stands under a key. */
export interface Addition {
  /** What stands there, decoded; of a histogram that is its own share also that share. */
  readonly sum: Sum;
  readonly own: Share | null;
  /** Whether a number of a share that is stored is not whole. */
  readonly fractional: boolean;
  readonly added: readonly (readonly [row: number, share: Share, bins: Bins])[];
}

/** The sum where it is exact without a look at the shares that are stored; null where it needs them. */
export function stepByStep(
  { own, fractional, sum, added }: Addition,
  binnings: ReadonlyMap<number, KnownBinning>,
): Sum | null {
  // two parts: rounded once
  const [only] = added;
  if (own !== null && added.length === 1 && only) {
    return {
      ...labelled(sum, only[1], binnings),
      entries: sumOfEntries([sum.entries, only[1].entries]),
      bins: addBins([sum.bins, only[2]]),
    };
  }
  if (own === null && fractional) return null;
  let total = sum;
  for (const [, share, bins] of added) {
    const added = addWhole(total.bins, bins);
    const entries = sumOfEntries([total.entries, share.entries]);
    if (added === null || ![total.entries, share.entries, entries].every(exactEntries)) return null;
    total = { ...labelled(total, share, binnings), entries, bins: added };
  }
  return total;
}

const exactEntries = (entries: number | null) => entries === null || Number.isSafeInteger(entries);

const labelled = (sum: Sum, share: Share, binnings: ReadonlyMap<number, KnownBinning>): Sum => ({
  ...sum,
  binningId: smallerHash(binnings, sum.binningId, share.binningId),
  title: smallerText(sum.title, share.title),
});
