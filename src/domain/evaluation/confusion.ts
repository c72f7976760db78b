import type { Steps } from './ranking.ts';

/** Lumisections (their weights) by truth and flag, at a threshold. */
export interface Confusion {
  readonly threshold: number;
  readonly badFlagged: number;
  readonly badPassed: number;
  readonly goodFlagged: number;
  readonly goodPassed: number;
}

/** Flagged is what scores at least `threshold`, and good lumisections without a score where those count. */
export function confusionAt({ thresholds, bad, good }: Steps, threshold: number): Confusion {
  let [badFlagged, badPassed, goodFlagged, goodPassed] = [0, 0, 0, 0];
  for (let step = 0; step < thresholds.length; step++) {
    if ((thresholds[step] as number) >= threshold) {
      badFlagged += bad[step] as number;
      goodFlagged += good[step] as number;
    } else {
      badPassed += bad[step] as number;
      goodPassed += good[step] as number;
    }
  }
  return { threshold, badFlagged, badPassed, goodFlagged, goodPassed };
}

/** Share of the bad that are flagged (recall); null without any. */
export function efficiencyOf({ badFlagged, badPassed }: Confusion): number | null {
  return share(badFlagged, badFlagged + badPassed);
}

/** Share of the good that are flagged; null without any. */
export function falseAlarmRateOf({ goodFlagged, goodPassed }: Confusion): number | null {
  return share(goodFlagged, goodFlagged + goodPassed);
}

/** Share of the flagged that are bad; null where nothing is flagged. */
export function precisionOf({ badFlagged, goodFlagged }: Confusion): number | null {
  return share(badFlagged, badFlagged + goodFlagged);
}

function share(part: number, whole: number): number | null {
  return whole > 0 ? part / whole : null;
}
