import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { fitModel, modelScorer, residualsOnGrid } from '../../src/strategies/model.ts';
import { principalComponents } from '../../src/strategies/principal-components.ts';
import { matrixOf, request, sampleOf } from './histograms.ts';

interface Case {
  readonly components: number;
  readonly training: number[][];
  readonly tested: number[][];
  readonly variances: number[];
  readonly scores: number[];
}

const cases = JSON.parse(readFileSync(join(import.meta.dirname, 'fixtures/pca.json'), 'utf8')) as Case[];

describe('PCA', () => {
  test.each(cases.map((each) => [each.training.length, each.training[0]?.length, each] as const))(
    'of %i histograms of %i bins agrees with the SVD of numpy',
    (_rows, _bins, { components, training, tested, variances, scores }) => {
      const model = fitModel('pca', matrixOf(training), request({ components }));
      const scorer = modelScorer(model);
      for (const [i, contents] of tested.entries()) {
        const { score } = scorer.score(sampleOf(contents));
        expect((score as number) / (scores[i] as number)).toBeCloseTo(1, 10);
      }
      for (const [i, variance] of (model.learned.variances as Float64Array).entries()) {
        expect(variance / (variances[i] as number)).toBeCloseTo(1, 10);
      }
    },
  );

  test('of rows is the same whether taken from columns or from rows', () => {
    const rows = Float64Array.from({ length: 7 * 7 }, (_, i) => Math.sin(i * i));
    const square = principalComponents(rows, 7, 7, 3);
    // three columns of zeros more: now the rows are fewer
    const wide = new Float64Array(7 * 10);
    for (let row = 0; row < 7; row++) wide.set(rows.subarray(row * 7, row * 7 + 7), row * 10);
    const other = principalComponents(wide, 7, 10, 3);
    for (let k = 0; k < 3; k++) {
      for (let i = 0; i < 7; i++)
        expect(other.components[k * 10 + i]).toBeCloseTo(square.components[k * 7 + i] ?? 0, 12);
    }
  });

  test('finds directions by hand: along (1, -1), then none', () => {
    const { mean, components, variances } = principalComponents(Float64Array.of(1, 3, 2, 2, 3, 1), 3, 2, 2);
    expect([...mean]).toEqual([2, 2]);
    expect(components).toHaveLength(2);
    expect(components[0]).toBeCloseTo(Math.SQRT1_2, 14);
    expect(components[1]).toBeCloseTo(-Math.SQRT1_2, 14);
    expect(variances[0]).toBeCloseTo(2, 14);
  });

  test('ties histograms that it describes wholly, however they are rounded', () => {
    const rows = Array.from({ length: 9 }, (_, i) => [i + 1, 2 * i + 3, 7]);
    const scorer = modelScorer(fitModel('pca', matrixOf(rows), request({ components: 2 })));
    for (const row of rows) expect(scorer.score(sampleOf(row)).score).toBe(0);
    const two = modelScorer(
      fitModel(
        'pca',
        matrixOf([
          [1, 2],
          [2, 5],
          [4, 3],
        ]),
        request({ components: 2 }, { normalisation: 'NONE' }),
      ),
    );
    expect(two.score(sampleOf([100, 3])).score).toBe(0);
  });

  test('has no components where all histograms are the same, and then scores their mean alone', () => {
    const model = fitModel(
      'pca',
      matrixOf([
        [1, 2, 3],
        [1, 2, 3],
        [1, 2, 3],
      ]),
      request({}, { normalisation: 'NONE' }),
    );
    expect(model.learned.components).toHaveLength(0);
    expect(modelScorer(model).score(sampleOf([1, 2, 6])).score).toBe(3);
  });

  test('takes numbers next to nothing, and next to too many', () => {
    // squares of the middle numbers are below the smallest float64
    const small = [
      [0, 0, 1],
      [6, 1e294, 0],
      [0, 0, 5e-324],
    ];
    expect(fitModel('pca', matrixOf(small), request()).learned.components).toHaveLength(3);
    const large = [1, 2, 3].map((row) => [row * 5e307, 1, 1]);
    expect(() => fitModel('pca', matrixOf(large), request({}, { normalisation: 'NONE' }))).toThrow('pass a float64');
  });

  test('shows where a histogram differs, and not where a bin is masked', () => {
    const model = fitModel(
      'pca',
      matrixOf([
        [1, 2, 3],
        [1, 2, 3],
      ]),
      request({ components: 2 }, { normalisation: 'NONE', maskedBins: [1] }),
    );
    const scorer = modelScorer(model);
    const outcome = scorer.score(sampleOf([1, 99, 6]));
    expect(outcome).toMatchObject({ score: 4.5, reason: null });
    const residuals = outcome.score === null ? undefined : outcome.residuals;
    expect([...residualsOnGrid(scorer.layout, residuals as Float64Array)]).toEqual([0, Number.NaN, 3]);
  });

  test('refuses fewer histograms than components, and more of both than can be done', () => {
    expect(() =>
      fitModel(
        'pca',
        matrixOf([
          [1, 2],
          [2, 1],
        ]),
        request(),
      ),
    ).toThrow('3 components need as many histograms, and there are 2');
    expect(() => principalComponents(new Float64Array(1_001 * 1_001), 1_001, 1_001, 3)).toThrow(
      'rebin to at most 1000 bins',
    );
  });
});
