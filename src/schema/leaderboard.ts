import { BOARD_FLAGS, type BoardFlag as Flag, LOW_COVERAGE, type Place, placesOnBoard } from '../domain/leaderboard.ts';
import { isTold, rounded } from '../domain/public-number.ts';
import { type TaskMetric as Metric, TASK_METRICS } from '../domain/task.ts';
import type { Task as TaskRow } from '../generated/sqlite/client.ts';
import type { BoardRow } from '../store/evaluations.ts';
import type { MaskPart } from '../store/mask-reads.ts';
import { pairingsOf } from '../store/task-truth.ts';
import { checkFirst } from './bounded-list.ts';
import { builder } from './builder.ts';
import { metricArgument, viewArguments } from './evaluation-enums.ts';
import { Interval } from './evaluation-estimates.ts';
import { scopeFor } from './evaluation-source.ts';
import { PredictionCoverage, versionOf } from './prediction.ts';
import { Prediction, StrategyVersion, Task } from './refs.ts';

const MOST_PLACES = 1_000;

const WORDS: Readonly<Record<Flag, string>> = {
  NOT_EVALUATED: 'The scores it has now are not evaluated: `evaluatePrediction` does it.',
  INVERTED:
    'Its scores look turned around: without the missing ones, an AUC below 0.4, all of its interval below 0.5. Nothing is flipped.',
  OPTIMISTIC_THRESHOLD: 'Its threshold was chosen on the truth that it is judged by: it has no rank.',
  LOW_COVERAGE: `Fewer than ${LOW_COVERAGE * 100} % of the members of the test part have a score.`,
  OUTSIDE_VALIDITY: 'The test part has runs that the version is not meant for (`validFrom`, `validTo`).',
  TRUTH_CHANGED: 'The truth of the task has newer versions than those it was frozen with.',
  OTHER_RECONSTRUCTION: 'The truth judges another reconstruction than that of the dataset, as the task asked for.',
};

const BoardFlag = builder.enumType('LeaderboardFlag', {
  description: 'What a place on a board is to be read with.',
  values: Object.fromEntries(BOARD_FLAGS.map((flag) => [flag, { description: WORDS[flag] }])) as Record<
    Flag,
    { description: string }
  >,
});

type ShownPlace = Place<BoardRow> & { readonly task: TaskRow };

const LeaderboardEntry = builder.objectRef<ShownPlace>('LeaderboardEntry').implement({
  description: 'A place on the board of a task.',
  fields: (t) => ({
    rank: t.exposeInt('rank', {
      nullable: true,
      description:
        'From 1; equal values share a rank, and the next one is counted by how many are ahead (1, 2, 2, 4). Null where it has no value, or none that may be ranked.',
    }),
    strategy: t.field({
      type: StrategyVersion,
      description: 'The version of a strategy.',
      resolve: ({ row }, _args, context) => versionOf(row, context),
    }),
    prediction: t.field({
      type: Prediction,
      description: 'What it said.',
      resolve: ({ row }, _args, { loaders }) => loaders.prediction.load(row.id) as Promise<never>,
    }),
    author: t.string({ description: 'Who made the prediction.', resolve: ({ row }) => row.author }),
    value: t.float({
      nullable: true,
      description:
        'The value of the metric in this view; null where it does not exist. Of a public part to three decimals.',
      resolve: ({ row }) => row.value,
    }),
    interval: t.field({
      type: Interval,
      nullable: true,
      description: 'Its interval; null where there is none, and of a public part.',
      resolve: ({ row: { low, high } }) => (low === null || high === null ? null : { low, high }),
    }),
    coverage: t.field({
      type: PredictionCoverage,
      description: 'How much of the test part has a score.',
      resolve: ({ row: { id, expected, scored, withReason } }, _args, { loaders }) => ({
        ...{ expected, scored, withReason },
        reasons: async () =>
          (await loaders.answers.load(id)).find((one) => one.part === 'TEST' && one.monitorElementId === 0)?.reasons ??
          {},
      }),
    }),
    evaluatedAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When its scores were evaluated; null where they are not.',
      resolve: ({ row }) => row.evaluatedAt,
    }),
    pairedWith: t.stringList({
      description: 'Datasets that the truth of the task judges, other than its own.',
      resolve: ({ task }) => [
        ...new Set(
          pairingsOf(task.dataset, JSON.parse(task.madeOf) as MaskPart[]).flatMap(({ part: { dataset } }) =>
            dataset && dataset !== task.dataset ? [dataset] : [],
          ),
        ),
      ],
    }),
    flags: t.field({
      type: [BoardFlag],
      description: 'What it is to be read with.',
      resolve: ({ flags }) => [...flags],
    }),
  }),
});

builder.prismaObjectField(Task, 'leaderboard', (t) =>
  t.field({
    type: [LeaderboardEntry],
    description:
      'Predictions by a metric, the best first; those without a rank behind them. Of the public part of the test where the rest is hidden from whoever asks (by the metric of the task in the default view, and no other); empty of a draft, and where all of it is hidden. Reads no scores.',
    args: {
      ...metricArgument,
      ...viewArguments,
      first: t.arg.int({
        required: true,
        defaultValue: 100,
        description: `How many, 0 to ${MOST_PLACES.toLocaleString('en')}.`,
      }),
    },
    resolve: async (task, { metric, weighting, kind, missing, first }, context) => {
      checkFirst(first, MOST_PLACES);
      const scope = await scopeFor(task, 'TEST', context);
      if (scope === null || task.state !== 'FROZEN') return [];
      const { store, loaders, cost } = context;
      const ranked = metric ?? (TASK_METRICS as readonly string[]).find((one) => one === task.metric);
      const view = { weighting, slice: kind, missing };
      const isPublic = scope === 'PUBLIC';
      if (isPublic && !(ranked === task.metric && isTold(view))) return [];
      const rows = await store.evaluations.board(task.id, scope, ranked as Metric, view);
      const shown = isPublic ? rows.map(told) : rows;
      const runs = (await loaders.taskRunCounts.load(task.id)).flatMap(({ part, run }) =>
        part === 'TEST' ? [run] : [],
      );
      const places = placesOnBoard(shown, { runs, flags: await flagsOf(task, store) }).slice(0, first);
      cost.addNodes(places.length);
      return places.map((place) => ({ ...place, task }));
    },
  }),
);

/** Of a public part. */
const told = (row: BoardRow): BoardRow => ({
  ...row,
  value: rounded(row.value),
  low: null,
  high: null,
  isInverted: null,
});

/** Of the whole board. */
async function flagsOf(
  task: TaskRow,
  { evaluations }: { evaluations: { isTruthCurrent(task: TaskRow): Promise<boolean> } },
): Promise<Flag[]> {
  const flags: Flag[] = [];
  if (!(await evaluations.isTruthCurrent(task))) flags.push('TRUTH_CHANGED');
  const pairings = pairingsOf(task.dataset, JSON.parse(task.madeOf) as MaskPart[]);
  if (pairings.some(({ pairing }) => pairing === 'OTHER_RECONSTRUCTION')) flags.push('OTHER_RECONSTRUCTION');
  return flags;
}
