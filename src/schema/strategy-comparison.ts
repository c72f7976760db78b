import type { Context } from '../context.ts';
import { NotFoundError } from '../domain/errors.ts';
import type { Disagreement as Found, PairedDifference } from '../domain/evaluation/compare.ts';
import { BAD } from '../domain/evaluation/sample.ts';
import { type TaskMetric as Metric, TASK_METRICS } from '../domain/task.ts';
import type { Prediction as Row, Task as TaskRow } from '../generated/sqlite/client.ts';
import { type ComparedPredictions, compareOnTest } from '../playground/look.ts';
import { checkFirst, countObjects } from './bounded-list.ts';
import { builder } from './builder.ts';
import { TaskMetric } from './enums.ts';
import { metricArgument, viewArguments } from './evaluation-enums.ts';
import { Interval, Resampling } from './evaluation-estimates.ts';
import { inTurn, scopeFor } from './evaluation-source.ts';
import { VersionNameInput, versionOf } from './prediction.ts';
import { Lumisection, Prediction, Run } from './refs.ts';
import { taskCalled } from './task-called.ts';
import { TruthLabel } from './task-enums.ts';

const MOST_DISAGREEMENTS = 1_000;

interface Comparison extends ComparedPredictions {
  readonly task: TaskRow;
  readonly metric: Metric;
  readonly first: Row;
  readonly second: Row;
}

const FlaggedBy = builder.enumType('FlaggedBy', {
  description: 'Which of two strategies calls a member bad.',
  values: {
    A: { value: 'FIRST', description: '`a` does, and `b` does not.' },
    B: { value: 'SECOND', description: '`b` does, and `a` does not.' },
  } as const,
});

const StrategyDisagreement = builder.objectRef<Found>('StrategyDisagreement').implement({
  description: 'A member of a task that one of two strategies calls bad, and the other does not.',
  fields: (t) => ({
    runNumber: t.exposeInt('run', { description: 'Number of the run.' }),
    lumisectionNumber: t.exposeInt('lumisection', {
      description: 'Number of the lumisection; the first one of a window, 0 of a run.',
    }),
    run: t.field({
      type: Run,
      nullable: true,
      description: 'The run, with its histograms; null where it is not stored any more.',
      resolve: ({ run }, _args, { loaders }) => loaders.run.load(run),
    }),
    lumisection: t.field({
      type: Lumisection,
      nullable: true,
      description: 'The lumisection, with its histograms: the first one of a window; null of a run.',
      resolve: ({ run, lumisection }, _args, { loaders }) =>
        lumisection === 0 ? null : loaders.lumisection.load({ runNumber: run, number: lumisection }),
    }),
    truth: t.field({
      type: TruthLabel,
      description: 'What it is.',
      resolve: ({ truth }) => (truth === BAD ? 'POSITIVE' : 'NEGATIVE'),
    }),
    flaggedBy: t.field({
      type: FlaggedBy,
      description: 'Which one calls it bad.',
      resolve: ({ flaggedBy }) => flaggedBy,
    }),
    scoreA: t.float({
      nullable: true,
      description: 'Score of `a`, as it gave it; null where it has none.',
      resolve: ({ scores }) => scores[0],
    }),
    scoreB: t.float({
      nullable: true,
      description: 'Score of `b`, as it gave it; null where it has none.',
      resolve: ({ scores }) => scores[1],
    }),
  }),
});

interface Disagreements {
  readonly count: number;
  readonly lumisections: readonly Found[];
}

const StrategyDisagreements = builder.objectRef<Disagreements>('StrategyDisagreements').implement({
  description: 'Where two strategies disagree at their thresholds. A member without a score is not called bad here.',
  fields: (t) => ({
    totalCount: t.exposeInt('count', { description: 'How many there are.' }),
    nodes: t.field({
      type: [StrategyDisagreement],
      description: 'The first ones, by run and lumisection.',
      resolve: ({ lumisections }, _args, context) => countObjects(lumisections, context) as Found[],
    }),
  }),
});

const StrategyComparison = builder.objectRef<Comparison>('StrategyComparison').implement({
  description: 'How much better one strategy is than another: on the same members, and the same resamplings of runs.',
  fields: (t) => ({
    a: t.field({ type: Prediction, description: 'The prediction of the first one.', resolve: ({ first }) => first }),
    b: t.field({ type: Prediction, description: 'The prediction of the second one.', resolve: ({ second }) => second }),
    metric: t.field({ type: TaskMetric, description: 'What is compared.', resolve: ({ metric }) => metric }),
    difference: t.float({
      nullable: true,
      description: 'The metric of `a` minus that of `b`; null where either does not exist.',
      resolve: ({ difference }) => difference.difference,
    }),
    interval: t.field({
      type: Interval,
      nullable: true,
      description: 'Of the difference: clear of 0 where one is better beyond what the choice of runs explains.',
      resolve: ({ difference }) => difference.interval,
    }),
    shareAhead: t.float({
      nullable: true,
      description:
        'Share of the resamplings in which `a` is ahead, half of those in which both are alike; null without any.',
      resolve: ({ difference }) => difference.shareAbove,
    }),
    resampling: t.field({
      type: Resampling,
      description: 'What the interval rests on.',
      resolve: ({ difference, task }: { difference: PairedDifference; task: TaskRow }) => ({
        ...difference.resampling,
        seed: task.seed,
      }),
    }),
    disagreements: t.field({
      type: StrategyDisagreements,
      nullable: true,
      description: 'Members that one calls bad and the other does not; null where one of them has no threshold.',
      resolve: ({ disagreements }) => disagreements,
    }),
  }),
});

builder.queryField('compareStrategies', (t) =>
  t.field({
    type: StrategyComparison,
    nullable: true,
    description:
      'Compares two predictions on the test part of a task; null where the scores of one are not evaluated, and where truth is hidden from whoever asks.',
    args: {
      task: t.arg.string({ required: true, description: 'Name of the task.' }),
      a: t.arg({ type: VersionNameInput, required: true, description: 'The first version of a strategy.' }),
      b: t.arg({ type: VersionNameInput, required: true, description: 'The second one.' }),
      ...metricArgument,
      ...viewArguments,
      disagreements: t.arg.int({
        required: true,
        defaultValue: 100,
        description: `How many disagreements to list, 0 to ${MOST_DISAGREEMENTS.toLocaleString('en')}.`,
      }),
    },
    resolve: async (_root, { task: called, a, b, metric, weighting, kind, missing, disagreements }, context) => {
      checkFirst(disagreements, MOST_DISAGREEMENTS);
      const task = await taskCalled(called, context);
      if ((await scopeFor(task, 'TEST', context)) !== 'TEST') return null;
      const [first, second] = [await predictionOf(task, a, 'a', context), await predictionOf(task, b, 'b', context)];
      const { loaders } = context;
      const evaluated = await Promise.all(
        [first, second].map(({ id }) => loaders.evaluation.load({ predictionId: id, scope: 'TEST', truth: 'FROZEN' })),
      );
      if (evaluated.includes(null)) return null;
      const used = metric ?? (TASK_METRICS.find((one) => one === task.metric) as Metric);
      const sides = [
        { prediction: first, version: await versionOf(first, context) },
        { prediction: second, version: await versionOf(second, context) },
      ] as const;
      const how = { metric: used, view: { slice: kind, weighting, missing }, atMost: disagreements };
      const answer = await inTurn(context, () => compareOnTest(context, task, sides, how));
      return { ...answer, task, metric: used, first, second };
    },
  }),
);

async function predictionOf(
  task: TaskRow,
  named: { readonly name: string; readonly version: string },
  field: string,
  { store }: Pick<Context, 'store'>,
): Promise<Row> {
  const version = await store.strategies.version(named);
  const prediction = version && (await store.predictions.find(task.id, version.id));
  if (prediction) return prediction;
  throw new NotFoundError(`${field}: ${named.name} ${named.version} has no prediction on the task`, { field });
}
