import { describe, expect, test } from 'vitest';
import { betaBinomial } from '../../src/domain/scores/beta-binomial.ts';
import { chi2 } from '../../src/domain/scores/chi2.ts';
import { kolmogorovSmirnov } from '../../src/domain/scores/kolmogorov-smirnov.ts';
import { maxPull } from '../../src/domain/scores/max-pull.ts';
import { type Score, type Scored, scored } from '../../src/domain/scores/scored.ts';
import { fitModel, modelScorer } from '../../src/strategies/model.ts';
import { axisOf, matrixOf, request, sampleOf } from './histograms.ts';

const rows = [
  [5, 9, 12, 7],
  [4, 11, 10, 6],
  [7, 8, 14, 9],
  [3, 9, 9, 9],
];
const tested = [2, 9, 30, 1];
const compared = (contents: readonly number[]) =>
  scored({ flow: false, contents: Float64Array.from(contents) }, [axisOf(4)]);

const metrics: [string, (tested: Scored, references: readonly Scored[]) => Score][] = [
  ['ks', kolmogorovSmirnov],
  ['chi2', chi2],
  ['max-pull', (histogram, references) => maxPull(histogram, references, 1)],
  ['beta-binomial', betaBinomial],
];

describe.each(metrics)('%s', (name, metric) => {
  const scoreOf = (parameters: object, contents = tested) =>
    modelScorer(fitModel(name, matrixOf(rows), request(parameters))).score(sampleOf(contents));
  const size = (references: readonly (readonly number[])[]) =>
    Math.abs(metric(compared(tested), references.map(compared)).value as number);

  test('compares with the sum of the training rows', () => {
    expect(scoreOf({}).score).toBe(size([[19, 37, 45, 31]]));
  });

  test('or with one of them', () => {
    expect(scoreOf({ references: 'FIXED', row: 2 }).score).toBe(size([[7, 8, 14, 9]]));
    expect(() => scoreOf({ references: 'FIXED', row: 4 })).toThrow('there is no row 4, but 0 to 3');
  });

  test('or with several, on average', () => {
    expect(scoreOf({ references: 'SEVERAL', count: 4 }).score).toBe(size(rows));
  });

  test('has the pulls of the metric as residuals', () => {
    const outcome = scoreOf({});
    const { pulls } = metric(compared(tested), [compared([19, 37, 45, 31])]);
    expect(outcome.score === null ? undefined : outcome.residuals).toEqual(pulls);
  });

  test('has no score for an empty histogram', () => {
    expect(scoreOf({}, [0, 0, 0, 0])).toEqual({ score: null, reason: 'EMPTY' });
  });

  test('takes a masked bin as empty on both sides', () => {
    const model = fitModel(name, matrixOf(rows), request({}, { maskedBins: [2] }));
    const expected = metric(compared([2, 9, 0, 1]), [compared([19, 37, 0, 31])]);
    const outcome = modelScorer(model).score(sampleOf(tested));
    expect(outcome.score).toBe(Math.abs(expected.value as number));
  });

  test('refuses to have counts normalised, or to look at flow bins', () => {
    expect(() => fitModel(name, matrixOf(rows), request({}, { normalisation: 'SUM' }))).toThrow(
      'preparation.normalisation: the strategy has no use for it',
    );
    expect(() => fitModel(name, matrixOf(rows), request({}, { flow: 'KEEP' }))).toThrow(
      'preparation.flow: the strategy has no use for it',
    );
  });
});
