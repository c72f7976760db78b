import { lowerError, upperError } from './poisson-interval.ts';
import { averaged, commonScale, isFilled, type Score, type Scored, UNDEFINED } from './scored.ts';

/**
 * The sum of squared pulls over the number of bins that are not empty in both. With the reference scaled by
 * k = sum(D) / sum(R), the pull of a bin is (D - k R) / sqrt(s_D^2 + k^2 s_R^2). The errors are those of Garwood's
 * central 68.27 % intervals of the raw counts, scaled afterwards: where D > k R the lower one of D and the upper one of
 * R, else the reverse.
 *
 * Not what AutoDQM's code does, which has other errors and divides by all bins. Not distributed as chi2 (the errors are
 * asymmetric, and of few counts far from normal), so that there is no p-value. Defined for counts alone.
 */
export function chi2(tested: Scored, references: readonly Scored[]): Score {
  if (!isFilled(tested) || !tested.isCounts) return UNDEFINED;
  return averaged(references, (reference) => (reference.isCounts ? against(tested, reference) : UNDEFINED));
}

function against(tested: Scored, reference: Scored): Score {
  const scale = tested.sum / reference.sum;
  const { ofA, ofB, unit } = commonScale(tested, reference);
  const toCounts = tested.sum / unit;
  const pulls = new Float64Array(tested.contents.length);
  let sum = 0;
  let filled = 0;
  for (let i = 0; i < pulls.length; i++) {
    const [d, r] = [tested.contents[i] as number, reference.contents[i] as number];
    if (d === 0 && r === 0) continue;
    filled++;
    const difference = (d * ofA - r * ofB) * toCounts;
    if (difference === 0) continue;
    const ofD = difference > 0 ? lowerError(d) : upperError(d);
    const ofR = scale * (difference > 0 ? upperError(r) : lowerError(r));
    const pull = difference / Math.sqrt(ofD * ofD + ofR * ofR);
    pulls[i] = pull;
    sum += pull * pull;
  }
  return { value: sum / filled, pValue: null, pulls };
}
