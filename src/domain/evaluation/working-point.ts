import type { Steps } from './ranking.ts';

/** A threshold, and what it gives on the lumisections that it was chosen on. */
export interface WorkingPoint {
  readonly threshold: number;
  /** Share of the bad lumisections that are flagged. */
  readonly efficiency: number;
  /** Share of the good lumisections that are flagged. */
  readonly falseAlarmRate: number;
}

/**
 * The threshold, among the scores that occur, with the largest eps_s * (1 - eps_b): the share of bad lumisections that are
 * flagged times the share of good ones that are not. Of equal products the highest threshold wins, which flags least.
 * Null where every product is 0 (a class is missing, or all scores are equal).
 * Source: working point of ML4DQM, eps_s and eps_b the efficiencies of signal and background.
 */
export function workingPoint({ thresholds, bad, good }: Steps): WorkingPoint | null {
  let badAll = 0;
  let goodAll = 0;
  for (let step = 0; step < bad.length; step++) {
    badAll += bad[step] as number;
    goodAll += good[step] as number;
  }
  let [badAbove, goodAbove, largest] = [0, 0, 0];
  let best: WorkingPoint | null = null;
  for (let step = 0; step < bad.length; step++) {
    badAbove += bad[step] as number;
    goodAbove += good[step] as number;
    // of sums, not of shares: whole numbers are compared exactly. It is 0 at the infinite thresholds of missing scores
    const product = badAbove * (goodAll - goodAbove);
    if (product > largest) {
      largest = product;
      best = {
        threshold: thresholds[step] as number,
        efficiency: badAbove / badAll,
        falseAlarmRate: goodAbove / goodAll,
      };
    }
  }
  return best;
}
