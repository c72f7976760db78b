import type { Steps } from './ranking.ts';

/**
 * Area under the ROC curve: the probability that a bad lumisection scores higher than a good one, half of it where they
 * score alike (Mann-Whitney's U over the number of pairs). Exact for weights that are whole numbers, ties included, while
 * twice the number of pairs is below 2^53. Null without weight in both classes.
 * Source: J. A. Hanley, B. J. McNeil, Radiology 143 (1982) 29.
 */
export function rocAuc({ bad, good }: Steps): number | null {
  let badAbove = 0;
  let goodAbove = 0;
  let [rightly, wrongly] = [0, 0];
  for (let step = 0; step < bad.length; step++) {
    const badHere = bad[step] as number;
    const goodHere = good[step] as number;
    rightly += goodHere * (2 * badAbove + badHere);
    wrongly += badHere * (2 * goodAbove + goodHere);
    badAbove += badHere;
    goodAbove += goodHere;
  }
  // both sums are twice the pairs: of fractions too, 1 is exactly 1
  return badAbove > 0 && goodAbove > 0 ? rightly / (rightly + wrongly) : null;
}

/** Below this an AUC is far below 0.5. */
const FAR_BELOW = 0.4;

/**
 * Whether scores look turned around: the AUC is below 0.4, and the whole of its interval, where there is one, below 0.5.
 * Said beside the value, which stays what it is.
 */
export function isInverted(auc: number | null, interval: { readonly high: number } | null): boolean {
  return auc !== null && auc < FAR_BELOW && (interval === null || interval.high < 0.5);
}
