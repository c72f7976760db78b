import { NotFoundError } from '../domain/errors.ts';
import type { ScoreReason as Reason } from '../domain/prediction.ts';
import type { Prediction as PredictionRow, WatchedScore } from '../generated/sqlite/client.ts';
import type { StoreEvent } from '../store/events.ts';
import { builder } from './builder.ts';
import { atEvent, eventStream, lossTeller, onceFor, sharedReads } from './event-source.ts';
import { assertOpen, seesLearned } from './open-part.ts';
import { predictionKey } from './prediction.ts';
import { ScoreReason } from './prediction-enums.ts';
import { Lumisection, Prediction } from './refs.ts';

/** Lumisections that wait for a slow client. */
const MOST_WAITING = 10_000;

interface Told {
  readonly prediction: PredictionRow;
  readonly score: WatchedScore;
}

const ScoredLumisection = builder.objectRef<Told>('ScoredLumisection').implement({
  description: 'A lumisection that a prediction has scored as it came.',
  fields: (t) => ({
    prediction: t.field({ type: Prediction, description: 'Whose models.', resolve: ({ prediction }) => prediction }),
    run: t.int({ description: 'Number of the run.', resolve: ({ score }) => score.runNumber }),
    number: t.int({
      description: 'Number of the lumisection.',
      resolve: ({ score }) => score.lumisectionNumber,
    }),
    lumisection: t.field({
      type: Lumisection,
      nullable: true,
      description: 'The lumisection; null where it was deleted again.',
      resolve: ({ score }, _args, { loaders }) =>
        loaders.lumisection.load({ runNumber: score.runNumber, number: score.lumisectionNumber }),
    }),
    score: t.float({
      nullable: true,
      description: 'The score; null where there is none.',
      resolve: ({ score }) => score.score,
    }),
    reason: t.field({
      type: ScoreReason,
      nullable: true,
      description: 'Why there is no score; null where there is one.',
      resolve: ({ score }) => score.reason as Reason | null,
    }),
    isFlagged: t.boolean({
      nullable: true,
      description:
        'Whether the score is at or above the threshold of the prediction; null without a score or a threshold.',
      resolve: ({ prediction: { threshold }, score: { score } }) =>
        threshold === null || score === null ? null : score >= threshold,
    }),
  }),
});

type Item = { readonly event: StoreEvent & { readonly kind: 'scored' }; readonly lumisection: number } | null;

builder.subscriptionField('predictionScored', (t) =>
  t.field({
    type: ScoredLumisection,
    scope: 'read',
    description:
      'Each lumisection that a prediction which watches (`watchPrediction`) has scored, once it is; again where it is scored anew because further histograms of it came. A client that reads so slowly that more than 10,000 wait loses the oldest, and is told how many in `extensions.warnings`.',
    args: { prediction: t.arg.id({ required: true, description: 'An `id` that a Prediction gave.' }) },
    subscribe: async (_root, { prediction: id }, context) => {
      const { store } = context;
      const [key] = predictionKey.parseGlobal(id);
      const losses = lossTeller(context, 'scores');
      const reads = sharedReads(context);
      const [watched] = await reads.predictions([key]);
      if (watched == null) {
        throw new NotFoundError(`there is no prediction ${id}`, { field: 'prediction', value: id });
      }
      if (!(await seesLearned(watched, context))) await assertOpen({ id: watched.taskId }, 'what it scores', context);
      const { values } = await eventStream<Item, Told>(context, {
        topic: `scored ${key}`,
        most: MOST_WAITING,
        items(event) {
          if (event.kind === 'missed') return [null];
          if (event.kind !== 'scored') return [];
          return event.lumisections.map((lumisection) => ({ event, lumisection }));
        },
        async turn({ item, dropped }) {
          losses.dropped(dropped);
          if (item === null) return void losses.missed();
          const { event, lumisection } = item;
          const { prediction, scores } = await onceFor(event, async () => ({
            prediction: (await reads.predictions([key]))[0],
            scores: await store.watches.scores(key, event.run, event.lumisections),
          }));
          const score = scores.find((one) => one.lumisectionNumber === lumisection);
          // deleted again
          return prediction && score ? { prediction, score } : undefined;
        },
      });
      return values;
    },
    resolve: (told, _args, context) => atEvent(told, context),
  }),
);
