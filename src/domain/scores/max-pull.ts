import { averaged, commonScale, isFilled, type Score, type Scored, UNDEFINED } from './scored.ts';

/**
 * The mean of the `largest` largest sizes of pulls, the pull of a bin being (k T - R) / max(1, sqrt(R)) with
 * k = sum(R) / sum(T): the MaxPull classifier of ML4DQM-DC (CMSTrackerDPG). Its code takes a root of the mean once more;
 * this is the formula that it states. Bins where R is below 0 are taken to have an error of 1.
 * @param withPulls whether the pulls of all bins are given too
 */
export function maxPull(tested: Scored, references: readonly Scored[], largest: number, withPulls = true): Score {
  if (!isFilled(tested)) return UNDEFINED;
  return averaged(references, (reference) => {
    if (largest === 1 && !withPulls) return { value: largestPull(tested, reference), pValue: null };
    const pulls = new Float64Array(tested.contents.length);
    const most = largestPull(tested, reference, pulls);
    const value = largest === 1 ? most : meanOfLargest(pulls, largest);
    return withPulls ? { value, pValue: null, pulls } : { value, pValue: null };
  });
}

/** @param pulls receives all of them. */
function largestPull(tested: Scored, reference: Scored, pulls?: Float64Array): number {
  const [ofTested, ofReference] = [tested.contents, reference.contents];
  const { ofA, ofB, unit } = commonScale(tested, reference);
  const toCounts = reference.sum / unit;
  let most = 0;
  for (let i = 0; i < ofTested.length; i++) {
    const r = ofReference[i] as number;
    const difference = ((ofTested[i] as number) * ofA - r * ofB) * toCounts;
    const pull = difference / (r > 1 ? Math.sqrt(r) : 1);
    if (pulls !== undefined) pulls[i] = pull;
    most = Math.max(most, Math.abs(pull));
  }
  return most;
}

function meanOfLargest(pulls: Float64Array, largest: number): number {
  const count = Math.min(largest, pulls.length);
  const sizes = pulls.map(Math.abs).sort();
  let sum = 0;
  for (let i = sizes.length - count; i < sizes.length; i++) sum += sizes[i] as number;
  return sum / count;
}
