import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bestWeights, factorise, gramOf, productsWith } from '../../src/strategies/factorisation.ts';
import { fitModel, modelScorer } from '../../src/strategies/model.ts';
import { seededRandom } from '../../src/strategies/random.ts';
import { matrixOf, request, sampleOf } from './histograms.ts';

const matrices = fc.tuple(fc.integer({ min: 1, max: 8 }), fc.integer({ min: 1, max: 8 })).chain(([rows, width]) =>
  fc.record({
    width: fc.constant(width),
    rows: fc.array(fc.oneof(fc.constant(0), fc.double({ min: 0, max: 1e6, noNaN: true })), {
      minLength: rows * width,
      maxLength: rows * width,
    }),
    components: fc.integer({ min: 1, max: 4 }),
    seed: fc.integer(),
  }),
);

describe('a factorisation', () => {
  test('never gets worse from round to round, and has no number below 0', () => {
    fc.assert(
      fc.property(matrices, ({ rows, width, components, seed }) => {
        const wanted = { components, rounds: 20, tolerance: 0 };
        const found = factorise(Float64Array.from(rows), width, wanted, seededRandom(seed));
        const size = rows.reduce((sum, number) => sum + number * number, 0);
        for (const [i, after] of found.objectives.entries()) {
          // beside what rounding does to differences of numbers of this size
          if (i > 0)
            expect(after).toBeLessThanOrEqual((found.objectives[i - 1] as number) * (1 + 1e-12) + 1e-13 * size);
        }
        expect(Math.min(...found.components, ...found.weights)).toBeGreaterThanOrEqual(0);
      }),
      { numRuns: 60 },
    );
  });

  test('finds sums of two shapes that lie apart', () => {
    const rows = [
      [4, 2, 0, 0],
      [0, 0, 1, 3],
      [2, 1, 1, 3],
      [8, 4, 3, 9],
    ];
    const wanted = { components: 2, rounds: 500, tolerance: 0 };
    const { objectives } = factorise(Float64Array.from(rows.flat()), 4, wanted, seededRandom(1));
    expect(objectives.at(-1)).toBeLessThan(1e-18);
  });
});

describe('weights', () => {
  test('are the best: no slope along any that is above 0, none downwards from any that is 0', () => {
    const vectors = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 18, maxLength: 18 });
    const row = fc.array(fc.integer({ min: 0, max: 99 }), { minLength: 6, maxLength: 6 });
    fc.assert(
      fc.property(vectors, row, (vectors, row) => {
        const components = Float64Array.from(vectors);
        const gram = gramOf(components, 3, 6);
        const target = productsWith(components, 3, Float64Array.from(row));
        const weights = new Float64Array(3);
        bestWeights(gram, target, weights);
        for (let k = 0; k < 3; k++) {
          if (gram[k * 4] === 0) continue;
          let slope = target[k] as number;
          for (let l = 0; l < 3; l++) slope -= (gram[k * 3 + l] as number) * (weights[l] as number);
          const scale = (target[k] as number) + 1;
          if ((weights[k] as number) > 0) expect(Math.abs(slope) / scale).toBeLessThan(1e-6);
          else expect(slope / scale).toBeLessThan(1e-6);
        }
      }),
      { numRuns: 60 },
    );
  });
});

interface Case {
  readonly components: number;
  readonly training: number[][];
  readonly objective: number;
}

const cases = JSON.parse(readFileSync(join(import.meta.dirname, 'fixtures/nmf.json'), 'utf8')) as Case[];

describe('NMF', () => {
  test.each(cases.map((each) => [each.training.length, each.components, each] as const))(
    'of %i histograms with %i components comes as close as that of scikit-learn',
    (_rows, _components, { components, training, objective }) => {
      const parameters = { components, rounds: 2_000, tolerance: 1e-9 };
      const found = [1, 2, 3].map((seed) => {
        const { learned } = fitModel('nmf', matrixOf(training), request(parameters, {}, seed));
        return (learned.objectives as Float64Array).at(-1) as number;
      });
      expect(Math.min(...found) / objective).toBeLessThan(1.001);
    },
  );

  const usual = [
    [4, 2, 0, 0],
    [0, 0, 1, 3],
    [2, 1, 1, 3],
    [8, 4, 3, 9],
  ];

  test('scores what is no sum of usual shapes', () => {
    const model = fitModel('nmf', matrixOf(usual), request({ components: 2, rounds: 500, tolerance: 0 }));
    const { score } = modelScorer(model);
    expect(score(sampleOf([6, 3, 4, 12])).score).toBeLessThan(1e-12);
    // only (2, 1, 0, 0) / 3 comes close to it: half of the sum in the second bin, of which 0.4 of (2, 1) are left
    const residual = [0.5 - 0.6, 0.5 - 0.3];
    const expected = residual.reduce((sum, number) => sum + number ** 2, 0) / 4;
    expect(score(sampleOf([1, 1, 0, 0])).score).toBeCloseTo(expected, 10);
  });

  test('says so where numbers lie below 0', () => {
    const model = fitModel('nmf', matrixOf([...usual, [-1, 5, 5, 5]]), request({ components: 2 }));
    expect(model.seen).toMatchObject({ rows: 4, leftOut: { NEGATIVE: 1 } });
    expect(modelScorer(model).score(sampleOf([-1, 2, 3, 4]))).toEqual({ score: null, reason: 'NEGATIVE' });
  });
});
