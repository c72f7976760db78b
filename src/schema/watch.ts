import type { Context } from '../context.ts';
import { InvalidInputError } from '../domain/errors.ts';
import type { ScoreReason as Reason } from '../domain/prediction.ts';
import type { WatchedScore, Watch as WatchRow } from '../generated/sqlite/client.ts';
import { watchedBy } from '../playground/watcher.ts';
import { checkFirst } from './bounded-list.ts';
import { readAnew } from './bring.ts';
import { builder } from './builder.ts';
import { decodeCursor, encodeCursor } from './cursor.ts';
import { MatrixPageInfo } from './histogram-matrix.ts';
import { seesLearned } from './open-part.ts';
import { ScoreReason } from './prediction-enums.ts';
import { predictionPayload } from './prediction-payload.ts';
import { Prediction } from './refs.ts';
import { ownPrediction } from './run-strategy.ts';

const DEFAULT_ROWS = 1_000;
const MOST_ROWS = 10_000;
const CURSOR = 'watchedScores';

type PredictionRow = typeof Prediction.$inferType;

const WatchError = builder.objectRef<{ code: string; message: string }>('WatchError').implement({
  description: 'What kept a watch from scoring.',
  fields: (t) => ({
    code: t.exposeString('code', { description: 'Stable code, for programs.' }),
    message: t.exposeString('message', { description: 'What happened.' }),
  }),
});

const PredictionWatch = builder.objectRef<WatchRow>('PredictionWatch').implement({
  description: 'That the models of a prediction score lumisections of its dataset as they arrive.',
  fields: (t) => ({
    author: t.exposeString('author', { description: 'Who began it.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it began.' }),
    error: t.field({
      type: WatchError,
      nullable: true,
      description: 'What kept it from scoring when it last looked; it tries again. Null where nothing did.',
      resolve: ({ errorCode, errorMessage }) =>
        errorCode === null ? null : { code: errorCode, message: errorMessage ?? '' },
    }),
  }),
});

interface Page {
  readonly rows: readonly WatchedScore[];
  readonly hasNextPage: boolean;
}

const WatchedScores = builder.objectRef<Page>('WatchedScores').implement({
  description:
    'Scores of lumisections that came while a prediction watched, column by column: by run, then lumisection.',
  fields: (t) => ({
    runs: t.intList({ description: 'Run number of each.', resolve: ({ rows }) => rows.map((row) => row.runNumber) }),
    lumisections: t.intList({
      description: 'Lumisection number of each.',
      resolve: ({ rows }) => rows.map((row) => row.lumisectionNumber),
    }),
    scores: t.field({
      type: t.listRef('Float', { nullable: true }),
      description: 'Score of each; null where there is none.',
      resolve: ({ rows }) => rows.map(({ score }) => score),
    }),
    reasons: t.field({
      type: t.listRef(ScoreReason, { nullable: true }),
      description: 'Why there is no score; null where there is one.',
      resolve: ({ rows }) => rows.map(({ reason }) => reason as Reason | null),
    }),
    scoredAt: t.field({
      type: ['DateTime'],
      description: 'When each was scored: anew where further histograms of it came.',
      resolve: ({ rows }) => rows.map((row) => row.scoredAt),
    }),
    pageInfo: t.field({
      type: MatrixPageInfo,
      description: 'Where the page ends.',
      resolve: ({ rows, hasNextPage }) => {
        const last = rows.at(-1);
        return { hasNextPage, endCursor: last ? encodeCursor(CURSOR, [last.runNumber, last.lumisectionNumber]) : null };
      },
    }),
  }),
});

builder.prismaObjectFields(Prediction, (t) => ({
  watch: t.field({
    type: PredictionWatch,
    nullable: true,
    description: 'Its watch: see `watchPrediction`. Null where it does not watch.',
    resolve: ({ id }: { readonly id: number }, _args, { loaders }) => loaders.watch.load(id),
  }),
  watchedScores: t.field({
    type: WatchedScores,
    nullable: true,
    description:
      'What it said of lumisections that came while it watched; null where it has learned from a truth that is hidden from you.',
    args: {
      first: t.arg.int({
        required: true,
        defaultValue: DEFAULT_ROWS,
        description: `At most so many, 0 to ${MOST_ROWS}.`,
      }),
      after: t.arg.string({ description: 'Only what follows this `endCursor` (exclusive).' }),
    },
    resolve: async (prediction: PredictionRow, { first, after }, context) => {
      const { store, cost } = context;
      const most = checkFirst(first, MOST_ROWS);
      const place = after == null ? ([0, 0] as const) : placeOf(after);
      if (!(await seesLearned(prediction, context))) return null;
      const rows = await store.watches.page(prediction.id, { after: place, most: most + 1 });
      cost.addListed(5 * Math.min(rows.length, most));
      return { rows: rows.slice(0, most), hasNextPage: rows.length > most };
    },
  }),
}));

function placeOf(cursor: string): readonly [number, number] {
  const [run, lumisection] = decodeCursor(CURSOR, 'after', cursor);
  if (typeof run === 'number' && typeof lumisection === 'number') return [run, lumisection];
  throw new InvalidInputError('after: the cursor belongs to no page of scores', { field: 'after' });
}

const WatchPredictionInput = builder.inputType('WatchPredictionInput', {
  description: 'Whether a prediction is to watch.',
  fields: (t) => ({
    prediction: t.id({
      required: true,
      description: 'An `id` that a Prediction gave: of a built-in strategy, COMPLETE.',
    }),
    watch: t.boolean({
      required: true,
      defaultValue: true,
      description: 'False: it watches no more; its scores stay.',
    }),
  }),
});

const WatchPredictionPayload = predictionPayload('WatchPredictionPayload', 'The prediction, and whether it watches.');

builder.mutationField('watchPrediction', (t) =>
  t.field({
    type: WatchPredictionPayload,
    scope: 'challenge',
    description:
      'Has the models of a prediction score every lumisection of which its dataset gets histograms from now on, in runs of the task and others; a run that gets something is scored whole. `predictionScored` tells of it. Only who had it made may, and whoever has the scope `admin`.',
    args: { input: t.arg({ type: WatchPredictionInput, required: true, description: 'Which prediction.' }) },
    resolve: async (_root, { input: { prediction: id, watch } }, context) => {
      const prediction = await ownPrediction(context, id);
      if (watch) await begin(prediction, context);
      else await context.store.watches.stop(prediction.id);
      readAnew(context);
      return { prediction };
    },
  }),
);

async function begin(prediction: PredictionRow, { store, viewer, loaders }: Context): Promise<void> {
  const task = await loaders.task.load(prediction.taskId);
  if (task?.granularity !== 'LUMISECTION') {
    throw new InvalidInputError('the task is of windows or runs: only single lumisections are scored as they arrive', {
      field: 'prediction',
      reason: 'NO_LUMISECTIONS',
    });
  }
  const watched = prediction.status === 'COMPLETE' ? await watchedBy(store, prediction.id) : null;
  if (watched === null) {
    throw new InvalidInputError(
      'the prediction has no models: only those of built-in strategies that are COMPLETE watch',
      {
        field: 'prediction',
        reason: 'NO_MODELS',
      },
    );
  }
  await store.watches.start(prediction.id, viewer.name, watched.content);
}
