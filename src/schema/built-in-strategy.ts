import { COMBINATIONS } from '../strategies/combination.ts';
import { describeParameters, type ParameterDescription } from '../strategies/parameters.ts';
import { preparationOptions } from '../strategies/preparation-options.ts';
import { STRATEGIES } from '../strategies/registry.ts';
import type { Reads } from '../strategies/strategy.ts';
import { builder } from './builder.ts';

const TYPES: Readonly<Record<ParameterDescription['type'], string>> = {
  INTEGER: 'A whole number.',
  NUMBER: 'A number.',
  BOOLEAN: 'True or false.',
  CHOICE: 'One of `choices`, as a text.',
  LIST: 'A list of whole numbers.',
};

const READS: Readonly<Record<Reads, string>> = {
  VALUES: 'Bins as prepared, any finite numbers.',
  SHARES: 'Bins as prepared, none below 0.',
  COUNTS: 'Bins as counted, which it scales by itself.',
  SHAPE: 'Bins of which the scale does not matter.',
  ENTRIES: 'The number of entries, whatever the bins.',
};

const describedEnum = <Value extends string>(
  name: string,
  description: string,
  words: Readonly<Record<Value, string>>,
) =>
  builder.enumType(name, {
    description,
    values: Object.fromEntries(
      Object.entries<string>(words).map(([value, about]) => [value, { description: about }]),
    ) as Record<Value, { description: string }>,
  });

const ParameterType = describedEnum('StrategyParameterType', 'What a parameter is.', TYPES);
const StrategyReads = describedEnum('StrategyReads', 'What a built-in strategy works on.', READS);

const StrategyParameter = builder.objectRef<ParameterDescription>('StrategyParameter').implement({
  description: 'A parameter of a built-in strategy, or an option of what is done before it.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Its name, in the object `parameters` (`preparation`).' }),
    type: t.field({ type: ParameterType, description: 'What it is.', resolve: ({ type }) => type }),
    least: t.exposeFloat('least', { nullable: true, description: 'Lowest value (inclusive); null: no bound.' }),
    most: t.exposeFloat('most', { nullable: true, description: 'Highest value (inclusive); null: no bound.' }),
    choices: t.stringList({ description: 'The values of a CHOICE.', resolve: ({ choices }) => [...choices] }),
    default: t.exposeString('default', {
      nullable: true,
      description: 'What it is unless told, as JSON; null: it may be left out, and nothing stands for it.',
    }),
    description: t.exposeString('description', { description: 'What it does.' }),
  }),
});

const BuiltInStrategy = builder.objectRef<(typeof STRATEGIES)[number]>('BuiltInStrategy').implement({
  description: 'A strategy whose code is part of the server: `runStrategy` runs it.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Its name.' }),
    version: t.exposeInt('version', { description: 'Version of its code: versions of the strategy begin with it.' }),
    summary: t.exposeString('summary', { description: 'What its score says.' }),
    reads: t.field({ type: StrategyReads, description: 'What it works on.', resolve: ({ reads }) => reads }),
    parameters: t.field({
      type: [StrategyParameter],
      description: 'Its parameters.',
      resolve: ({ parameters }, _args, { cost }) => counted(describeParameters(parameters), cost),
    }),
  }),
});

const StrategyCombination = builder.objectRef<(typeof COMBINATIONS)[number]>('StrategyCombination').implement({
  description: 'A way to make one score of those of several monitor elements.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Its name.' }),
    version: t.exposeInt('version', { description: 'Version of its code.' }),
    summary: t.exposeString('summary', { description: 'What the score says.' }),
    parameters: t.field({
      type: [StrategyParameter],
      description: 'Its parameters.',
      resolve: ({ parameters }, _args, { cost }) => counted(describeParameters(parameters), cost),
    }),
  }),
});

function counted<Row>(rows: readonly Row[], cost: { addNodes(count: number): unknown }): readonly Row[] {
  cost.addNodes(rows.length);
  return rows;
}

builder.queryFields((t) => ({
  builtInStrategies: t.field({
    type: [BuiltInStrategy],
    description: 'The strategies that the server itself runs, the plainest first.',
    resolve: (_root, _args, { cost }) => counted(STRATEGIES, cost),
  }),
  builtInCombinations: t.field({
    type: [StrategyCombination],
    description: 'How built-in strategies make one score of those of several monitor elements.',
    resolve: (_root, _args, { cost }) => counted(COMBINATIONS, cost),
  }),
  builtInPreparation: t.field({
    type: [StrategyParameter],
    description: 'What may be done to histograms before a built-in strategy sees them, in this order.',
    resolve: (_root, _args, { cost }) => counted(describeParameters(preparationOptions), cost),
  }),
}));
