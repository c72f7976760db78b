import { NotFoundError } from '../domain/errors.ts';
import { betaBinomialStrategy } from './beta-binomial.ts';
import { chi2Strategy } from './chi2.ts';
import { entriesOnly } from './entries-only.ts';
import { kolmogorovSmirnovStrategy } from './kolmogorov-smirnov.ts';
import { maxPullStrategy } from './max-pull.ts';
import { momentsStrategy } from './moments.ts';
import { nearestNeighbours } from './nearest-neighbours.ts';
import { nmf } from './nmf.ts';
import { pca } from './pca.ts';
import type { Strategy } from './strategy.ts';
import { template } from './template.ts';

/** All built-in strategies, the plainest first. */
export const STRATEGIES: readonly Strategy<unknown>[] = [
  entriesOnly,
  momentsStrategy,
  kolmogorovSmirnovStrategy,
  chi2Strategy,
  maxPullStrategy,
  betaBinomialStrategy,
  template,
  nearestNeighbours,
  pca,
  nmf,
];

const byName = new Map(STRATEGIES.map((strategy) => [strategy.name, strategy]));

/** @throws NotFoundError that lists the names there are */
export function strategyNamed(name: string): Strategy<unknown> {
  const strategy = byName.get(name);
  if (strategy !== undefined) return strategy;
  throw new NotFoundError(`There is no built-in strategy "${name}", but ${[...byName.keys()].join(', ')}.`, { name });
}
