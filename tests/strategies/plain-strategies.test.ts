import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { meanOfLargestSquares } from '../../src/strategies/largest-squares.ts';
import { fitModel, modelScorer } from '../../src/strategies/model.ts';
import { axisOf, matrixOf, request, sampleOf } from './histograms.ts';

const numbers = (least: number, most: number) =>
  fc.array(fc.double({ min: -100, max: 100, noNaN: true }), { minLength: least, maxLength: most });

describe('the mean of the largest squares', () => {
  test('is that of ten, or of all where there are fewer', () => {
    fc.assert(
      fc.property(numbers(1, 40), (residuals) => {
        const sorted = residuals
          .map((residual) => residual ** 2)
          .sort((a, b) => b - a)
          .slice(0, 10);
        const expected = sorted.reduce((sum, square) => sum + square, 0) / sorted.length;
        expect(meanOfLargestSquares(Float64Array.from(residuals))).toBe(expected);
      }),
      { numRuns: 60 },
    );
  });
});

describe('entries only', () => {
  const scorer = modelScorer(fitModel('entries', matrixOf([[1], [9], [4], [3]]), request()));

  test('is the ratio to the median, both ways, and has a score for an empty histogram', () => {
    // the median of 1, 3, 4, 9 is 3.5
    expect(scorer.score(sampleOf([8])).score).toBeCloseTo(Math.log(2), 14);
    expect(scorer.score(sampleOf([1.25])).score).toBeCloseTo(Math.log(2), 14);
    expect(scorer.score(sampleOf([0])).score).toBeCloseTo(Math.log(4.5), 14);
  });

  test('looks at no bins, and so at no binning', () => {
    expect(scorer.score({ ...sampleOf([1, 2, 3]), entries: 3.5 })).toEqual({ score: 0, reason: null });
  });

  test('says where the source does not say the entries', () => {
    const none = { ...sampleOf([1]), entries: Number.NaN };
    expect(scorer.score(none)).toEqual({ score: null, reason: 'UNKNOWN_ENTRIES' });
    const unknown = { ...matrixOf([[1], [2]]), entries: Float64Array.of(Number.NaN, Number.NaN) };
    expect(() => fitModel('entries', unknown, request())).toThrow(/None of 2 histograms .*: 2 UNKNOWN_ENTRIES/);
  });
});

describe('template', () => {
  const usual = matrixOf([
    [2, 2],
    [4, 0],
  ]);

  test('is the least mean squared difference, with the residuals from the closest', () => {
    const scorer = modelScorer(fitModel('template', usual, request({}, { normalisation: 'NONE' })));
    const outcome = scorer.score(sampleOf([1, 4]));
    expect(outcome).toEqual({ score: 2.5, reason: null, residuals: Float64Array.of(-1, 2) });
  });

  test('or the mean of all of them', () => {
    const scorer = modelScorer(fitModel('template', usual, request({ distance: 'MEAN' }, { normalisation: 'NONE' })));
    expect(scorer.score(sampleOf([1, 4])).score).toBe((2.5 + 12.5) / 2);
  });

  test('draws as many as were asked for by the seed', () => {
    const rows = matrixOf(Array.from({ length: 30 }, (_, i) => [i, 1]));
    const drawn = (seed: number) =>
      fitModel('template', rows, request({ templates: 4 }, { normalisation: 'NONE' }, seed)).learned.templates;
    expect(drawn(1)).toHaveLength(8);
    expect(drawn(1)).toEqual(drawn(1));
    expect(drawn(1)).not.toEqual(drawn(2));
  });
});

describe('nearest neighbours', () => {
  test('is the mean distance to the closest rows, found one by one', () => {
    const three = fc.tuple(...Array.from({ length: 3 }, () => fc.double({ min: -100, max: 100, noNaN: true })));
    fc.assert(
      fc.property(
        fc.array(three, { minLength: 5, maxLength: 30 }),
        three,
        fc.integer({ min: 1, max: 5 }),
        (rows, tested, neighbours) => {
          const model = fitModel(
            'nearest-neighbours',
            matrixOf(rows),
            request({ neighbours }, { normalisation: 'NONE' }),
          );
          const distances = rows.map((row) => Math.hypot(...row.map((number, i) => number - (tested[i] as number))));
          const closest = distances.sort((a, b) => a - b).slice(0, neighbours);
          const expected = closest.reduce((sum, distance) => sum + distance, 0) / neighbours;
          expect(modelScorer(model).score(sampleOf(tested)).score).toBeCloseTo(expected, 8);
        },
      ),
      { numRuns: 40 },
    );
  });

  test('refuses fewer rows than neighbours', () => {
    expect(() =>
      fitModel(
        'nearest-neighbours',
        matrixOf([
          [1, 2],
          [2, 1],
        ]),
        request(),
      ),
    ).toThrow('5 neighbours need as many rows, and there are 2');
  });
});

describe('moments', () => {
  // means 1 and 2, each of width 0.5
  const usual = matrixOf([
    [2, 2, 0],
    [0, 2, 2],
  ]);

  test('is the squared distance of the means in standard deviations; what does not vary does not count', () => {
    const model = fitModel('moments', usual, request());
    expect([...(model.learned.means as Float64Array)]).toEqual([1.5, 0.5]);
    expect([...(model.learned.deviations as Float64Array)]).toEqual([Math.sqrt(0.5), 0]);
    const { score } = modelScorer(model);
    // mean 0.5
    expect(score(sampleOf([3, 0, 0])).score).toBeCloseTo(1 / 0.5, 14);
    expect(score(sampleOf([1, 1, 1])).score).toBe(0);
    expect(score(sampleOf([0, 0, 0]))).toEqual({ score: null, reason: 'EMPTY' });
  });

  test('adds up both axes of a map', () => {
    const axes = [axisOf(2), axisOf(2)];
    const model = fitModel(
      'moments',
      matrixOf(
        [
          [3, 1, 3, 1],
          [1, 3, 1, 3],
          [3, 3, 1, 1],
          [1, 1, 3, 3],
        ],
        axes,
      ),
      request({ highest: 1 }),
    );
    const [x, y] = model.learned.deviations as unknown as [number, number];
    const { score } = modelScorer(model);
    expect(score(sampleOf([1, 0, 0, 0], axes)).score).toBeCloseTo((0.5 / x) ** 2 + (0.5 / y) ** 2, 12);
  });

  test('has no skewness of a single bin, and says so', () => {
    const model = fitModel(
      'moments',
      matrixOf([
        [1, 2, 5],
        [2, 2, 1],
        [3, 3, 1],
      ]),
      request({ highest: 3 }),
    );
    expect(modelScorer(model).score(sampleOf([0, 7, 0]))).toEqual({ score: null, reason: 'UNDEFINED' });
  });

  test('refuses rows of which nothing varies, and a single one', () => {
    expect(() =>
      fitModel(
        'moments',
        matrixOf([
          [1, 2],
          [1, 2],
        ]),
        request(),
      ),
    ).toThrow('all moments are the same');
    expect(() => fitModel('moments', matrixOf([[1, 2]]), request())).toThrow(
      'two histograms with defined moments are needed, and there are 1',
    );
  });
});
