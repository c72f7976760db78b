import { describe, expect, test } from 'vitest';
import { describeParameters } from '../../src/strategies/parameters.ts';
import { preparationOptions } from '../../src/strategies/preparation-options.ts';
import { STRATEGIES, strategyNamed } from '../../src/strategies/registry.ts';

describe('the parameters of a strategy', () => {
  test('are told with their bounds and defaults', () => {
    expect(describeParameters(strategyNamed('pca').parameters)).toEqual([
      {
        name: 'components',
        type: 'INTEGER',
        description: 'How many principal components describe a usual histogram.',
        default: '3',
        least: 2,
        most: 5,
        choices: [],
      },
    ]);
    const [, distance] = describeParameters(strategyNamed('template').parameters);
    expect(distance).toMatchObject({ type: 'CHOICE', default: '"MINIMUM"', choices: ['MINIMUM', 'MEAN'] });
  });

  test.each(STRATEGIES.map((strategy) => [strategy.name, strategy] as const))(
    '%s all have a description and a default',
    (_, strategy) => {
      for (const parameter of describeParameters(strategy.parameters)) {
        expect(parameter.description).not.toBe('');
        expect(parameter.default).not.toBeNull();
      }
    },
  );

  test('and those of the preparation, of which two may be left out', () => {
    const described = describeParameters(preparationOptions);
    expect(described.map(({ name, type, default: value }) => [name, type, value])).toEqual([
      ['flow', 'CHOICE', '"DROP"'],
      ['maskedBins', 'LIST', '[]'],
      ['deadBins', 'CHOICE', '"KEEP"'],
      ['rebin', 'LIST', null],
      ['normalisation', 'CHOICE', null],
    ]);
  });
});
