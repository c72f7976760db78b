import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CorruptModelError, InvalidInputError, NotFoundError } from '../../src/domain/errors.ts';
import { fitModel, type Model, modelScorer } from '../../src/strategies/model.ts';
import { decodeModel, encodeModel } from '../../src/strategies/model-bytes.ts';
import { STRATEGIES } from '../../src/strategies/registry.ts';
import { axisOf, matrixOf, request, sampleOf } from './histograms.ts';

/** Eight usual histograms of six bins. */
const usual = Array.from({ length: 8 }, (_, row) =>
  Array.from({ length: 6 }, (_, bin) => 20 + ((row * 7 + bin * 13) % 9)),
);
const odd = [0, 90, 3, 25, 21, 0];

describe.each(STRATEGIES.map(({ name }) => name))('the strategy %s', (name) => {
  const model = fitModel(name, matrixOf(usual), request());
  /** Why there is nothing in a histogram of no numbers: its entries are none, too. */
  const lacking = name === 'entries' ? 'UNKNOWN_ENTRIES' : 'NOT_FINITE';

  test('gives an anomalous histogram a higher score than a usual one', () => {
    const { score } = modelScorer(model);
    const [of, than] = name === 'entries' ? [[1, 1, 1, 1, 1, 1], usual[0] as number[]] : [odd, usual[0] as number[]];
    expect(score(sampleOf(of)).score).toBeGreaterThan(score(sampleOf(than)).score as number);
  });

  test('learns the same to the last bit from the same', () => {
    expect(encodeModel(fitModel(name, matrixOf(usual), request()))).toEqual(encodeModel(model));
  });

  test('is read from bytes as it was written, and scores the same to the last bit', () => {
    const bytes = encodeModel(model);
    const read = decodeModel(bytes);
    expect(read).toEqual(model);
    expect(encodeModel(read)).toEqual(bytes);
    expect(modelScorer(read).score(sampleOf(odd)).score).toBe(modelScorer(model).score(sampleOf(odd)).score);
  });

  test('scores a histogram the same whatever was scored before', () => {
    const { score } = modelScorer(model);
    const first = score(sampleOf(odd)).score;
    score(sampleOf(usual[1] as number[]));
    expect(score(sampleOf(odd)).score).toBe(first);
  });

  test('records what it has seen, and leaves out what it cannot learn from', () => {
    const rows = matrixOf([...usual, odd.map(() => Number.NaN)]);
    const { seen, strategyVersion, parameters } = fitModel(name, rows, { ...request(), contentHash: 'f00' });
    expect(seen).toEqual({ rows: 8, leftOut: { [lacking]: 1 }, contentHash: 'f00', axes: [axisOf(6)], flow: false });
    expect(strategyVersion).toBeGreaterThan(0);
    expect(parameters).toEqual(model.parameters);
  });

  test('says something finite, or why not, whatever there is to learn from', () => {
    const contents = fc.array(fc.oneof(fc.constant(0), fc.integer({ min: -3, max: 1000 }), fc.double()), {
      minLength: 3,
      maxLength: 3,
    });
    const rows = fc.oneof(
      fc.array(contents, { maxLength: 8 }),
      // all the same, all zero
      fc
        .tuple(contents, fc.integer({ min: 1, max: 8 }))
        .map(([row, count]) => Array.from({ length: count }, () => row)),
      fc.integer({ min: 1, max: 8 }).map((count) => Array.from({ length: count }, () => [0, 0, 0])),
    );
    const preparations = fc.record(
      { deadBins: fc.constantFrom('KEEP', 'MASK'), normalisation: fc.constantFrom('SUM', 'NONE', 'ENTRIES') },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(rows, contents, preparations, (rows, tested, preparation) => {
        let fitted: Model;
        try {
          fitted = fitModel(name, matrixOf(rows, [axisOf(3)]), request({}, preparation));
        } catch (error) {
          expect(error).toBeInstanceOf(InvalidInputError);
          return;
        }
        const { score, reason } = modelScorer(fitted).score(sampleOf(tested));
        if (score === null) expect(reason).not.toBeNull();
        else expect(Number.isFinite(score)).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  test('refuses to learn from nothing', () => {
    expect(() => fitModel(name, matrixOf([], [axisOf(3)]), request())).toThrow('There is no histogram to learn from.');
    const bad = matrixOf([[Number.NaN], [Number.NaN]]);
    expect(() => fitModel(name, bad, request())).toThrow(`None of 2 histograms can be learned from: 2 ${lacking}.`);
  });

  test('has no score for another binning', () => {
    const outcome = modelScorer(model).score(sampleOf([1, 2, 3]));
    if (name === 'entries') expect(outcome.reason).toBeNull();
    else expect(outcome).toEqual({ score: null, reason: 'INCOMPATIBLE_BINNING' });
  });

  test('refuses parameters that it does not have', () => {
    expect(() => fitModel(name, matrixOf(usual), request({ colour: 1 }))).toThrow(/^parameters: .*colour/);
  });
});

test.each([
  ['template', 0.04741260116074472],
  ['nearest-neighbours', 0.5452568185898887],
  ['pca', 0.0043809214985446815],
  ['nmf', 0.036104890702386906],
])('the score of %s is the same to the last bit in every process', (name, expected) => {
  expect(modelScorer(fitModel(name, matrixOf(usual), request())).score(sampleOf(odd)).score).toBe(expected);
});

test('a parameter out of bounds is refused by its name', () => {
  expect(() => fitModel('pca', matrixOf(usual), request({ components: 6 }))).toThrow(/^parameters\.components: /);
  expect(() => fitModel('pca', matrixOf(usual), request({}, { flow: 'SOME' }))).toThrow(/^preparation\.flow: /);
});

test.each([1.5, 2 ** 31, Number.NaN])('a seed of %s is refused: it would be taken for another', (seed) => {
  expect(() => fitModel('nmf', matrixOf(usual), request({}, {}, seed))).toThrow(/^seed: /);
});

test('an unknown strategy is refused with the names there are', () => {
  expect(() => fitModel('svm', matrixOf(usual), request())).toThrow(NotFoundError);
  expect(() => fitModel('svm', matrixOf(usual), request())).toThrow('entries, moments, ks');
});

test('a model of another version of its strategy is refused', () => {
  const model = { ...fitModel('pca', matrixOf(usual), request()), strategyVersion: 0 };
  expect(() => modelScorer(model)).toThrow('fit it again');
});

test('dead bins are not looked at, filled or not', () => {
  const rows = usual.map((row) => [...row, 0]);
  const { score } = modelScorer(fitModel('pca', matrixOf(rows), request({}, { deadBins: 'MASK' })));
  expect(score(sampleOf([...odd, 50])).score).toBe(score(sampleOf([...odd, 0])).score);
  const keeping = modelScorer(fitModel('pca', matrixOf(rows), request()));
  expect(keeping.score(sampleOf([...odd, 50])).score).not.toBe(keeping.score(sampleOf([...odd, 0])).score);
});

describe('the bytes of a model', () => {
  const model = fitModel('pca', matrixOf(usual), request({}, { deadBins: 'MASK', maskedBins: [1] }));
  const bytes = encodeModel(model);

  test('hold any numbers bit for bit', () => {
    const parts = fc.dictionary(
      fc.string({ minLength: 1 }).filter((name) => name !== '__proto__' && !/^\d+$/.test(name)),
      fc.float64Array(),
    );
    fc.assert(
      fc.property(parts, fc.array(fc.nat()), (learned, dead) => {
        const written = encodeModel({ ...model, learned: { ...learned }, dead: Int32Array.from(dead) });
        const read = decodeModel(written);
        expect(read.learned).toEqual({ ...learned });
        expect(encodeModel(read)).toEqual(written);
      }),
      { numRuns: 40 },
    );
  });

  test('may lie anywhere in a buffer', () => {
    const buffer = Buffer.alloc(bytes.length + 3);
    buffer.set(bytes, 3);
    expect(decodeModel(buffer.subarray(3))).toEqual(model);
  });

  test('with one changed, one more or one less are refused', () => {
    fc.assert(
      fc.property(fc.nat({ max: bytes.length - 1 }), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const changed = bytes.slice();
        changed[at] = (changed[at] as number) ^ change;
        expect(() => decodeModel(changed)).toThrow(CorruptModelError);
        expect(() => decodeModel(bytes.subarray(0, at))).toThrow(CorruptModelError);
      }),
      { numRuns: 40 },
    );
    expect(() => decodeModel(Uint8Array.of(...bytes, 0))).toThrow(CorruptModelError);
  });
});
