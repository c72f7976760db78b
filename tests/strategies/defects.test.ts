import { describe, expect, test } from 'vitest';
import { fitModel, modelScorer } from '../../src/strategies/model.ts';
import { seededRandom } from '../../src/strategies/random.ts';
import { STRATEGIES } from '../../src/strategies/registry.ts';
import { matrixOf, request, sampleOf } from './histograms.ts';

const BINS = 60;
const { uniform } = seededRandom(7);

/** Counts about a peak whose height and width drift as they do with pileup. */
function usual(): number[] {
  const pileup = uniform();
  return Array.from({ length: BINS }, (_, bin) => {
    const distance = (bin - 25) / (7 + 2 * pileup);
    const mean = (300 + 300 * pileup) * Math.exp(-0.5 * distance * distance) + 20;
    // nearly normal, of the width of Poisson's
    const noise = uniform() + uniform() + uniform() + uniform() - 2;
    return Math.max(0, Math.round(mean + Math.sqrt(3 * mean) * noise));
  });
}

/** What goes wrong with detectors. */
const defects: Record<string, (counts: number[]) => number[]> = {
  'a dead region': (counts) => counts.map((count, bin) => (bin >= 20 && bin < 24 ? 0 : count)),
  'a hot channel': (counts) => counts.map((count, bin) => (bin === 45 ? count + 200 : count)),
  'a shift': (counts) => counts.map((_, bin) => counts[Math.max(0, bin - 3)] as number),
  'another gain': (counts) => counts.map((_, bin) => counts[Math.min(BINS - 1, Math.round(bin * 0.85))] as number),
  'lost data': (counts) => counts.map((count) => Math.round(count / 4)),
};

const training = matrixOf(Array.from({ length: 200 }, usual));
const good = Array.from({ length: 60 }, usual);
const bad = Object.fromEntries(
  Object.entries(defects).map(([name, spoil]) => [name, Array.from({ length: 30 }, () => spoil(usual()))]),
);

/** Of a defect, the share of pairs of a bad and a good histogram of which the bad one has the higher score. */
function separationBy(strategy: string): (defect: string) => number {
  const { score } = modelScorer(fitModel(strategy, training, request()));
  const scoresOf = (all: readonly number[][]) => all.map((counts) => score(sampleOf(counts)).score as number);
  const low = scoresOf(good);
  return (defect) => {
    const high = scoresOf(bad[defect] as number[][]);
    const won = high.map((of) => low.filter((than) => of > than).length + low.filter((than) => of === than).length / 2);
    return won.reduce((sum, count) => sum + count, 0) / (high.length * low.length);
  };
}

const shapes = Object.keys(defects).filter((name) => name !== 'lost data');

describe.each(STRATEGIES.map(({ name }) => name).filter((name) => name !== 'entries'))('%s', (name) => {
  const separation = separationBy(name);

  test.each(shapes)('tells %s from what is usual', (defect) => {
    expect(separation(defect)).toBeGreaterThan(name === 'ks' || name === 'moments' ? 0.85 : 0.99);
  });
});

describe('entries', () => {
  const separation = separationBy('entries');

  test('tells lost data from what is usual', () => {
    expect(separation('lost data')).toBe(1);
  });

  test.each(shapes)('is blind to %s', (defect) => {
    expect(Math.abs(separation(defect) - 0.5)).toBeLessThan(0.15);
  });
});
