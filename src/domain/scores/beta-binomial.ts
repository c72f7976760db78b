import { logFactorial } from './log-factorial.ts';
import { normalQuantile } from './normal-quantile.ts';
import { isFilled, type Score, type Scored, UNDEFINED } from './scored.ts';

/** How well a reference is trusted to describe a bin, relative: with more counts it is given less weight. */
const TOLERANCE = 0.01;
const LEAST_LIKELIHOOD = 1e-300;
const LARGEST_PULL = 37;
/** Two-sided probability of 37 standard deviations. */
const AT_LARGEST_PULL = 1.1451142445049073e-299;

/**
 * AutoDQM's beta-binomial pulls (autodqm_ml, plugins/beta_binomial.py): of each bin, how unlikely its count D of n in all
 * is, given that a reference had R of sum(R) there.
 *
 * With s = (1 + (R tol^2)^2)^(-1/2), alpha = [s R] + 1, beta = [s sum(R)] - [s R] + 1 ([] to the nearest, half to even):
 * p = BB(D; n, alpha, beta) / max(BB at floor and ceil of the mean n R / sum(R)), from 1e-300 to 1. p is averaged over
 * the references, and the pull is the root of the upper quantile of chi2 of one degree at p, at most 37, negative where D
 * is below the references (each scaled to n, averaged with their p as weights).
 *
 * The value is the largest pull above 0, or the lowest below it, whichever is larger in size once each is corrected for
 * having been looked for among N bins (those that are not empty in all): q' = N q where N q < 0.01, else 1 - (1 - q)^N.
 *
 * p is a likelihood ratio, which is no p-value: three standard deviations give a pull of 2.54. Defined for counts alone.
 */
export function betaBinomial(tested: Scored, references: readonly Scored[]): Score {
  const used = references.filter((reference) => isFilled(reference) && reference.isCounts);
  if (!isFilled(tested) || !tested.isCounts || used.length === 0) return UNDEFINED;
  const { contents, sum } = tested;
  const likelihoods = new Float64Array(contents.length);
  const expected = new Float64Array(contents.length);
  for (const reference of used) {
    const scale = sum / reference.sum;
    for (let i = 0; i < contents.length; i++) {
      const r = reference.contents[i] as number;
      const p = relativeLikelihood(contents[i] as number, sum, r, reference.sum);
      likelihoods[i] = (likelihoods[i] as number) + p;
      expected[i] = (expected[i] as number) + p * scale * r;
    }
  }
  const pulls = new Float64Array(contents.length);
  let [highest, lowest]: [Extreme, Extreme] = [NONE, NONE];
  let bins = 0;
  for (let i = 0; i < pulls.length; i++) {
    const [d, total] = [contents[i] as number, likelihoods[i] as number];
    if (d !== 0 || used.some((reference) => reference.contents[i] !== 0)) bins++;
    const p = total / used.length;
    // none where it is exactly as expected, whatever p is
    const pull = Math.sign(d - (expected[i] as number) / total) * pullOf(p);
    pulls[i] = pull;
    if (highest === NONE || pull > highest.pull) highest = { pull, p };
    if (lowest === NONE || pull < lowest.pull) lowest = { pull, p };
  }
  const [most, least] = [lookedForAmong(bins, highest), lookedForAmong(bins, lowest)];
  return { value: Math.abs(least) > most ? least : most, pValue: null, pulls };
}

/** A pull, and the p it was made of. */
interface Extreme {
  readonly pull: number;
  readonly p: number;
}
const NONE: Extreme = { pull: 0, p: 1 };

function relativeLikelihood(d: number, n: number, r: number, sum: number): number {
  const trust = (1 + (r * TOLERANCE ** 2) ** 2) ** -0.5;
  const scaled = halfToEven(trust * r);
  const rest = halfToEven(trust * sum) - scaled;
  const mean = (n * r) / sum;
  const likeliest = Math.max(
    logLikelihood(Math.max(0, Math.floor(mean)), n, scaled, rest),
    logLikelihood(Math.min(n, Math.ceil(mean)), n, scaled, rest),
  );
  const p = Math.exp(logLikelihood(d, n, scaled, rest) - likeliest);
  return p > 1 ? 1 : Math.max(p, LEAST_LIKELIHOOD);
}

/** Of the beta-binomial law with alpha = a + 1 and beta = b + 1, but for what does not depend on k. */
const logLikelihood = (k: number, n: number, a: number, b: number): number =>
  logFactorial(k + a) - logFactorial(k) + (logFactorial(n - k + b) - logFactorial(n - k));

function halfToEven(x: number): number {
  const floor = Math.floor(x);
  if (x - floor !== 0.5) return Math.round(x);
  return floor % 2 === 0 ? floor : floor + 1;
}

/** The root of the upper quantile of chi2 of one degree: where a normal variable lies beyond on either side. */
const pullOf = (p: number): number =>
  p >= 1 ? 0 : Math.min(LARGEST_PULL, -normalQuantile(Math.max(p, LEAST_LIKELIHOOD) / 2));

function lookedForAmong(bins: number, { pull, p }: Extreme): number {
  if (pull === 0) return 0;
  // the two-sided probability of the pull, which is what it was made of
  const q = Math.abs(pull) < LARGEST_PULL ? p : AT_LARGEST_PULL;
  const any = bins * q < 0.01 ? bins * q : -Math.expm1(bins * Math.log1p(-q));
  return Math.sign(pull) * pullOf(any);
}
