import type { Context } from '../context.ts';
import type { StrategyAuthor } from '../store/strategies.ts';
import { readAnew } from './bring.ts';
import { builder } from './builder.ts';
import { Strategy, StrategyVersion } from './refs.ts';
import {
  assertStrategyName,
  assertVersion,
  descriptionFrom,
  statedFields,
  statedFrom,
  urlFrom,
} from './strategy-input.ts';

/** In whose name strategies and predictions are made. */
export const authorOf = ({ viewer }: Pick<Context, 'viewer'>): StrategyAuthor => ({
  name: viewer.name,
  isAdmin: viewer.scopes.includes('admin'),
});

const CreateStrategyInput = builder.inputType('CreateStrategyInput', {
  description: 'A name that is to be taken for a strategy.',
  fields: (t) => ({
    name: t.string({
      required: true,
      description:
        'Letters, digits and `. _ -`, beginning with a letter and ending with a letter or digit: 1 to 100 characters.',
    }),
    description: t.string({ description: 'What it does: at most 2,000 characters.' }),
    sourceUrl: t.string({ description: 'Where its source is: a URL of http or https, at most 2,000 characters.' }),
  }),
});

const CreateStrategyPayload = builder
  .objectRef<{ strategy: typeof Strategy.$inferType; created: boolean }>('CreateStrategyPayload')
  .implement({
    description: 'The strategy as it is stored.',
    fields: (t) => ({
      strategy: t.field({ type: Strategy, description: 'The strategy.', resolve: ({ strategy }) => strategy }),
      created: t.exposeBoolean('created', {
        description: 'Whether it is new: the same strategy of the same author is made once.',
      }),
    }),
  });

const CreateStrategyVersionInput = builder.inputType('CreateStrategyVersionInput', {
  description: 'A version of a strategy.',
  fields: (t) => ({
    strategy: t.string({ required: true, description: 'Name of the strategy.' }),
    version: t.string({
      required: true,
      description: 'Its label: 1 to 100 printable characters. What it stands for never changes.',
    }),
    ...statedFields(t),
  }),
});

const CreateStrategyVersionPayload = builder
  .objectRef<{ version: typeof StrategyVersion.$inferType; created: boolean }>('CreateStrategyVersionPayload')
  .implement({
    description: 'The version as it is stored.',
    fields: (t) => ({
      strategyVersion: t.field({
        type: StrategyVersion,
        description: 'The version.',
        resolve: ({ version }) => version,
      }),
      created: t.exposeBoolean('created', {
        description: 'Whether it is new: the same under the same label is made once.',
      }),
    }),
  });

builder.mutationFields((t) => ({
  createStrategy: t.field({
    type: CreateStrategyPayload,
    scope: 'challenge',
    description:
      'Takes a name for a strategy, in the name of the token: from then on nobody else makes versions of it.',
    args: { input: t.arg({ type: CreateStrategyInput, required: true, description: 'The strategy.' }) },
    resolve: async (_root, { input: { name, description, sourceUrl } }, context) => {
      assertStrategyName(name, 'name');
      const strategy = { name, description: descriptionFrom(description), sourceUrl: urlFrom(sourceUrl) };
      const made = await context.store.strategies.create(strategy, authorOf(context));
      readAnew(context);
      return made;
    },
  }),
  createStrategyVersion: t.field({
    type: CreateStrategyVersionPayload,
    scope: 'challenge',
    description:
      'Makes a version of a strategy. Only who took the name of the strategy may, and whoever has the scope `admin`. Versions never change: another definition under a label that is taken is refused.',
    args: { input: t.arg({ type: CreateStrategyVersionInput, required: true, description: 'The version.' }) },
    resolve: async (_root, { input: { strategy, version, ...stated } }, context) => {
      assertVersion(version, 'version');
      const made = await context.store.strategies.createVersion(
        strategy,
        { version, ...statedFrom(stated) },
        authorOf(context),
      );
      readAnew(context);
      return made;
    },
  }),
}));
