import { hasDied } from '../../ingest/pipeline/process-name.ts';
import type { Context } from '../context.ts';
import { ForbiddenError, NotFoundError } from '../domain/errors.ts';
import { owns } from '../domain/viewer.ts';
import type { StrategyRun as RunRow } from '../generated/sqlite/client.ts';
import { builtInVersion } from '../playground/built-in.ts';
import { enqueueBuiltIn } from '../playground/enqueue-built-in.ts';
import type { LEARN_FROM } from '../playground/learn.ts';
import { assertFrozen } from '../store/predictions.ts';
import type { NotLearned } from '../store/strategy-runs.ts';
import { readAnew } from './bring.ts';
import { builder } from './builder.ts';
import { assertOpen } from './open-part.ts';
import { predictionKey } from './prediction.ts';
import { predictionPayload } from './prediction-payload.ts';
import { Prediction } from './refs.ts';
import { assertVersion } from './strategy-input.ts';
import { authorOf } from './strategy-mutations.ts';
import { taskCalled } from './task-called.ts';

type PredictionRow = typeof Prediction.$inferType;

const LearnFrom = builder.enumType('LearnFrom', {
  description: 'What a built-in strategy learns from.',
  values: {
    GOOD: { description: 'Members of the training part that are good.' },
    ALL: { description: 'All members of the training part: what is usual has to be most of them.' },
  } satisfies Record<(typeof LEARN_FROM)[number], { description: string }>,
});

const UnlearnedElement = builder.objectRef<NotLearned>('UnlearnedElement').implement({
  description: 'A monitor element of which a built-in strategy could learn nothing.',
  fields: (t) => ({
    monitorElement: t.exposeString('monitorElement', { description: 'Its path.' }),
    reason: t.exposeString('reason', { description: 'Why, in a sentence.' }),
  }),
});

const PredictionProgress = builder.objectRef<RunRow>('PredictionProgress').implement({
  description:
    'How far the making of a prediction by a built-in strategy has come: in the background, one after another.',
  fields: (t) => ({
    stepsDone: t.exposeInt('stepsDone', {
      description: 'Members that were read: once to learn from, once to be scored, of each monitor element.',
    }),
    stepsTotal: t.exposeInt('stepsTotal', { description: 'How many are to be read; 0 before it begins.' }),
    attempts: t.exposeInt('attempts', { description: 'How often it was begun.' }),
    cancelRequested: t.boolean({
      description: 'Whether somebody asked for it to be cancelled.',
      resolve: ({ cancelRequested }) => Boolean(cancelRequested),
    }),
    notLearned: t.field({
      type: [UnlearnedElement],
      description: 'Monitor elements of which nothing could be learned; at most those of the task.',
      resolve: ({ notLearned }, _args, { cost }) => {
        const elements = JSON.parse(notLearned) as NotLearned[];
        cost.addNodes(elements.length);
        return elements;
      },
    }),
    queuedAt: t.expose('queuedAt', { type: 'DateTime', description: 'When it was asked for.' }),
    startedAt: t.expose('startedAt', { type: 'DateTime', nullable: true, description: 'When it was last begun.' }),
    finishedAt: t.expose('finishedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it ended; null while it waits or goes on.',
    }),
  }),
});

builder.prismaObjectField(Prediction, 'progress', (t) =>
  t.field({
    type: PredictionProgress,
    nullable: true,
    description: 'How far its making has come; null where no built-in strategy makes it.',
    resolve: ({ id }: { readonly id: number }, _args, { loaders }) => loaders.strategyRun.load(id),
  }),
);

const RunStrategyInput = builder.inputType('RunStrategyInput', {
  description: 'A built-in strategy that is to be run on a frozen task.',
  fields: (t) => ({
    task: t.string({ required: true, description: 'Name of the task.' }),
    strategy: t.string({
      required: true,
      description: 'Name of the built-in strategy: `builtInStrategies` lists them.',
    }),
    parameters: t.field({
      type: 'JSONObject',
      description: 'Its parameters by name, as `{ components: 4 }`; those that are left out have their defaults.',
    }),
    preparation: t.field({
      type: 'JSONObject',
      description:
        'What is done to histograms before, by name, as `{ rebin: [10, 10] }`: `builtInPreparation` lists it.',
    }),
    seed: t.int({ description: 'What random numbers begin with; 1 unless told.' }),
    learnFrom: t.field({ type: LearnFrom, description: 'What it learns from; GOOD unless told.' }),
    combination: t.string({
      description:
        'How scores of several monitor elements become one: `builtInCombinations` lists it; `gaussian` unless told.',
    }),
    combinationParameters: t.field({ type: 'JSONObject', description: 'Parameters of that, by name.' }),
    version: t.string({
      description:
        'Label of this version of the strategy, 1 to 100 characters. Unless told it says what is not as usual: `1 components=4`.',
    }),
  }),
});

const RunStrategyPayload = builder
  .objectRef<{ prediction: PredictionRow; queued: boolean }>('RunStrategyPayload')
  .implement({
    description: 'The prediction that the strategy makes.',
    fields: (t) => ({
      prediction: t.field({
        type: Prediction,
        description: 'The prediction.',
        resolve: ({ prediction }) => prediction,
      }),
      queued: t.exposeBoolean('queued', {
        description:
          'Whether this call had it made: the same strategy with the same parameters is run once on a task, unless it FAILED or was CANCELLED.',
      }),
    }),
  });

const CancelPredictionInput = builder.inputType('CancelPredictionInput', {
  description: 'A prediction whose making is to be stopped.',
  fields: (t) => ({
    prediction: t.id({ required: true, description: 'An `id` that a Prediction gave.' }),
  }),
});

const CancelPredictionPayload = predictionPayload(
  'CancelPredictionPayload',
  'The prediction as it is now.',
  'CANCELLED where it waited; one that is being made is within seconds.',
);

builder.mutationFields((t) => ({
  runStrategy: t.field({
    type: RunStrategyPayload,
    scope: 'challenge',
    description:
      'Has a built-in strategy learn from the training part of a task and score its members, in the background: `prediction { status progress { stepsDone stepsTotal } }` tells how far it is. Refused where the task takes no more submissions of whoever asks.',
    args: { input: t.arg({ type: RunStrategyInput, required: true, description: 'Which strategy, and how.' }) },
    resolve: async (_root, { input }, context) => {
      const { task: called, strategy, version: label } = input;
      const task = await taskCalled(called, context);
      assertFrozen(task);
      await assertOpen(task, 'what a strategy learns', context);
      const version = builtInVersion({
        ...{ strategy, parameters: input.parameters, preparation: input.preparation },
        ...{ seed: input.seed ?? undefined, learnFrom: input.learnFrom ?? undefined },
        ...{ combination: input.combination ?? undefined, combinationParameters: input.combinationParameters },
      });
      if (label != null) assertVersion(label, 'version');
      const run = await enqueueBuiltIn(context.store, task, version, authorOf(context), label ?? undefined);
      readAnew(context);
      return run;
    },
  }),
  cancelPrediction: t.field({
    type: CancelPredictionPayload,
    scope: 'challenge',
    description:
      'Stops the making of a prediction by a built-in strategy. Only who had it made may, and whoever has the scope `admin`.',
    args: { input: t.arg({ type: CancelPredictionInput, required: true, description: 'Which prediction.' }) },
    resolve: async (_root, { input: { prediction: id } }, context) => {
      const { id: key } = await ownPrediction(context, id);
      const prediction = await context.store.strategyRuns.cancel(key, hasDied);
      readAnew(context);
      return { prediction };
    },
  }),
}));

/** The prediction, which the viewer may change. @throws NotFoundError, ForbiddenError */
export async function ownPrediction({ store, viewer }: Context, id: string): Promise<PredictionRow> {
  const [prediction] = await store.reads.predictions([...predictionKey.parseGlobal(id)]);
  if (!prediction) throw new NotFoundError(`there is no prediction ${id}`, { field: 'prediction', value: id });
  if (owns(viewer, prediction.author)) return prediction;
  throw new ForbiddenError(`the prediction is by ${prediction.author}: its author may change it, or the scope admin`, {
    scope: 'admin',
  });
}
