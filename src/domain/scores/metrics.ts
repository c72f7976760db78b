import { betaBinomial } from './beta-binomial.ts';
import { chi2 } from './chi2.ts';
import { earthMover } from './earth-mover.ts';
import { kolmogorovSmirnov } from './kolmogorov-smirnov.ts';
import { maxPull } from './max-pull.ts';
import type { Score, Scored } from './scored.ts';

export interface ScoreOptions {
  /** Of how many largest pulls MAX_PULL is the mean: at least 1. */
  readonly largestPulls: number;
  /** Whether pulls are wanted (default true); where they cost nothing more they are given all the same. */
  readonly withPulls?: boolean;
}

export type Metric = 'KS' | 'CHI2' | 'MAX_PULL' | 'BETA_BINOMIAL' | 'EMD';

/** What histograms are compared by, all larger in size the less they are alike. All have the axes of the tested one. */
export const METRICS: Readonly<
  Record<Metric, (tested: Scored, references: readonly Scored[], options: ScoreOptions) => Score>
> = {
  KS: kolmogorovSmirnov,
  CHI2: chi2,
  MAX_PULL: (tested, references, { largestPulls, withPulls }) => maxPull(tested, references, largestPulls, withPulls),
  BETA_BINOMIAL: betaBinomial,
  EMD: earthMover,
};
