import type { Axis as AxisShape } from '../domain/axis.ts';
import type { ScoreReason as Reason } from '../domain/prediction.ts';
import type { ModelFacts } from '../store/models.ts';
import { OWN_SCORES } from '../store/prediction-parts.ts';
import { Axis } from './axis.ts';
import { builder } from './builder.ts';
import { seesLearned } from './open-part.ts';
import { ScoreReason } from './prediction-enums.ts';
import { MonitorElement, Prediction } from './refs.ts';

const LeftOutHistograms = builder.objectRef<{ reason: Reason; count: number }>('UnlearnedHistograms').implement({
  description: 'Histograms that a model could not learn from, for one reason.',
  fields: (t) => ({
    reason: t.field({ type: ScoreReason, description: 'The reason.', resolve: ({ reason }) => reason }),
    count: t.exposeInt('count', { description: 'How many.' }),
  }),
});

const StrategyModel = builder.objectRef<ModelFacts>('StrategyModel').implement({
  description:
    'What a built-in strategy has learned for a prediction: of a monitor element, or how scores of several become one.',
  fields: (t) => ({
    monitorElement: t.field({
      type: MonitorElement,
      nullable: true,
      description: 'Of what; null of the combination of several, and where it is stored no more.',
      resolve: ({ monitorElementId }, _args, { loaders }) =>
        monitorElementId === OWN_SCORES ? null : loaders.monitorElement.load(monitorElementId),
    }),
    isCombination: t.boolean({
      description: 'Whether it makes one score of those of several monitor elements.',
      resolve: ({ monitorElementId }) => monitorElementId === OWN_SCORES,
    }),
    rows: t.exposeInt('rows', {
      description: 'Number of histograms that it has learned from; of a combination, of members of the validation.',
    }),
    leftOut: t.field({
      type: [LeftOutHistograms],
      description: 'Histograms that it could not learn from, by reason.',
      resolve: ({ leftOut }, _args, { cost }) => {
        const counts = Object.entries(JSON.parse(leftOut) as Partial<Record<Reason, number>>);
        cost.addNodes(counts.length);
        return counts.map(([reason, count]) => ({ reason: reason as Reason, count }));
      },
    }),
    contentHash: t.exposeString('contentHash', {
      description:
        'SHA-256 in hexadecimal over what it was given to learn from: see docs/strategies.md. The same content has the same hash, on every database.',
    }),
    axes: t.field({
      type: [Axis],
      nullable: true,
      description: 'Axes that a histogram has to have to be scored; null of a combination.',
      resolve: ({ axes }) => (axes === null ? null : (JSON.parse(axes) as AxisShape[])),
    }),
    bytes: t.exposeInt('size', { description: 'Size of what is kept of it, in bytes.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
  }),
});

builder.prismaObjectField(Prediction, 'models', (t) =>
  t.field({
    type: [StrategyModel],
    description:
      'What its built-in strategy has learned, in the order in which monitor elements were stored; none of others, and none where it tells of a truth that is hidden from you.',
    resolve: async (prediction: typeof Prediction.$inferType, _args, context) => {
      const { loaders, cost } = context;
      if (!(await seesLearned(prediction, context))) return [];
      const models = await loaders.models.load(prediction.id);
      cost.addNodes(models.length);
      return models;
    },
  }),
);
