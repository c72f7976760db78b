import { describe, expect, test } from 'vitest';
import { type BuiltInRequest, builtInOf, builtInVersion } from '../../src/playground/built-in.ts';

const versionOf = (request: BuiltInRequest) => builtInVersion(request).version;

describe('a version of a built-in strategy', () => {
  test('is called by the version of its code and what is not as usual, in one order', () => {
    expect(versionOf({ strategy: 'pca' })).toBe('1');
    expect(versionOf({ strategy: 'pca', parameters: { components: 3 }, preparation: { normalisation: 'SUM' } })).toBe(
      '1',
    );
    expect(versionOf({ strategy: 'pca', seed: 1, learnFrom: 'GOOD', combination: 'gaussian' })).toBe('1');
    expect(
      versionOf({ strategy: 'pca', parameters: { components: 4 }, preparation: { rebin: [10, 10] }, seed: 7 }),
    ).toBe('1 components=4 rebin=[10,10] seed=7');
    expect(versionOf({ strategy: 'ks', parameters: { references: 'FIXED', row: 2 }, combination: 'fisher' })).toBe(
      '1 references=FIXED row=2 combination=fisher',
    );
    expect(versionOf({ strategy: 'ks', combinationParameters: { shrinkage: 0.5 }, learnFrom: 'ALL' })).toBe(
      '1 learnFrom=ALL shrinkage=0.5',
    );
  });

  test('is called by a hash where that would be long', () => {
    const of = (bins: number) =>
      versionOf({ strategy: 'pca', preparation: { maskedBins: Array.from({ length: bins }, (_, i) => i) } });
    expect(of(60)).toMatch(/^1 [0-9a-f]{16}$/);
    expect(of(61)).not.toBe(of(60));
  });

  test('states all that its scores depend on, from which it is run again', () => {
    const request = { strategy: 'nmf', parameters: { components: 2 }, preparation: { rebin: [2] }, seed: -5 };
    const { builtIn, definition } = builtInVersion({ ...request, combination: 'fisher', learnFrom: 'ALL' });
    expect(definition.parameters).toMatchObject({
      ...{ components: 2, rounds: 200, learnFrom: 'ALL', strategyVersion: 1, combinationVersion: 1 },
      combination: { name: 'fisher', parameters: {} },
    });
    expect(definition).toMatchObject({ preparation: { rebin: [2], normalisation: 'SUM' }, seed: -5 });
    expect(builtInOf('nmf', JSON.parse(JSON.stringify(definition)))).toEqual(JSON.parse(JSON.stringify(builtIn)));
  });

  test('is not run by other code than that which it names', () => {
    const { definition } = builtInVersion({ strategy: 'ks' });
    for (const changes of [{ strategyVersion: 2 }, { combinationVersion: 2 }]) {
      const other = { ...definition, parameters: { ...definition.parameters, ...changes } };
      expect(() => builtInOf('ks', other)).toThrow(/another version/);
    }
  });

  test.each([
    [{ seed: 0.5 }, 'seed'],
    [{ seed: 2 ** 31 }, 'seed'],
    [{ learnFrom: 'BAD' as never }, 'learnFrom'],
    [{ combinationParameters: { shrinkage: 2 } }, 'combinationParameters.shrinkage'],
  ])('is refused with %o', (changes, field) => {
    expect(() => builtInVersion({ strategy: 'pca', ...changes })).toThrow(field);
  });
});
