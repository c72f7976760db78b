import type { Steps } from './ranking.ts';

/**
 * Average precision: the sum over thresholds of precision times what recall gains at it, without interpolation. Null
 * without weight in both classes (precision of a class alone says nothing).
 * Source: scikit-learn, `average_precision_score`.
 */
export function averagePrecision({ bad, good }: Steps): number | null {
  let badAbove = 0;
  let goodAbove = 0;
  let sum = 0;
  for (let step = 0; step < bad.length; step++) {
    const badHere = bad[step] as number;
    badAbove += badHere;
    goodAbove += good[step] as number;
    if (badHere > 0) sum += badHere * (badAbove / (badAbove + goodAbove));
  }
  return badAbove > 0 && goodAbove > 0 ? sum / badAbove : null;
}
