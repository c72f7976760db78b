import { InvalidInputError } from '../domain/errors.ts';
import type { MetricValue } from '../domain/prediction-evaluation.ts';
import type { MaskPart as Part } from '../store/mask-reads.ts';
import { builder } from './builder.ts';
import { TaskMetric } from './enums.ts';
import {
  AnomalyKind,
  EvaluatedPart,
  EvaluatedTruth,
  MissingScores,
  Resampled,
  viewArguments,
  Weighting,
} from './evaluation-enums.ts';
import { Interval, Resampling, ThresholdEvaluation } from './evaluation-estimates.ts';
import { asGiven, look, type ShownEvaluation, shownEvaluation } from './evaluation-source.ts';
import { MaskPart } from './lumisection-mask.ts';
import { PredictionCoverage } from './prediction.ts';
import { Prediction } from './refs.ts';

const EvaluationMetric = builder.objectRef<MetricValue>('EvaluationMetric').implement({
  description: 'What strategies are ranked by, of an evaluation.',
  fields: (t) => ({
    metric: t.field({ type: TaskMetric, description: 'Which metric.', resolve: ({ metric }) => metric }),
    value: t.exposeFloat('value', {
      nullable: true,
      description: 'The value; null where it does not exist. Of a public part to three decimals.',
    }),
    interval: t.field({
      type: Interval,
      nullable: true,
      description:
        'Its interval; null with fewer than two runs, or fewer than 40 resamplings that have a value, and of a public part.',
      resolve: ({ interval }) => interval,
    }),
    isResolvable: t.exposeBoolean('isResolvable', {
      description: 'false: there are too few good members for this rate of false alarms, and nothing is said.',
    }),
    threshold: t.exposeFloat('threshold', {
      nullable: true,
      description:
        'Of an efficiency at a rate: the threshold that it was taken at, chosen on these members; null where only flagging none keeps to the rate, of other metrics, and of a public part.',
    }),
  }),
});

const EvaluationTruth = builder.objectRef<ShownEvaluation>('EvaluationTruth').implement({
  description: 'The truth that an evaluation is under.',
  fields: (t) => ({
    hash: t.string({
      nullable: true,
      description:
        'SHA-256 over the labels of all members, in hexadecimal; null where some of them are hidden from whoever asks, who could compare a guess with it.',
      resolve: async ({ stored, task }, _args, { store }) =>
        (await store.tasks.boardScope(task)) === 'TEST' ? stored.truthHash : null,
    }),
    isFrozen: t.boolean({
      description: 'Whether it is the truth that the task was frozen with.',
      resolve: ({ stored }) => stored.isFrozenTruth,
    }),
    madeOf: t.field({
      type: [MaskPart],
      description: 'The versions of sources and saved masks that it was made of.',
      resolve: ({ stored }, _args, { cost }) => {
        const parts = JSON.parse(stored.truthMadeOf) as Part[];
        cost.addNodes(parts.length);
        return parts;
      },
    }),
  }),
});

export const Evaluation = builder.objectRef<ShownEvaluation>('Evaluation').implement({
  description: 'What a prediction is worth, in one view. See docs/evaluation.md for what each number is.',
  fields: (t) => ({
    part: t.field({ type: EvaluatedPart, description: 'The part of the task.', resolve: ({ part }) => part }),
    isPublicPart: t.boolean({
      description:
        'Whether it is of the public part of the test alone, as the truth of the rest is hidden from whoever asks: of that one number is told, the metric of the task in the view that is the default, to three decimals, and what else would tell of labels is null.',
      resolve: ({ scope }) => scope === 'PUBLIC',
    }),
    weighting: t.field({ type: Weighting, description: 'What counts alike.', resolve: ({ view }) => view.weighting }),
    kind: t.field({
      type: AnomalyKind,
      description: 'Which bad members are to be found.',
      resolve: ({ view }) => view.slice,
    }),
    missing: t.field({
      type: MissingScores,
      description: 'What became of members without a score.',
      resolve: ({ view }) => view.missing,
    }),
    resampled: t.field({
      type: Resampled,
      description: 'What intervals draw whole.',
      resolve: ({ cluster }) => cluster,
    }),
    truth: t.field({ type: EvaluationTruth, description: 'The truth that it is under.', resolve: (shown) => shown }),
    bad: t.int({
      nullable: true,
      description: 'Number of bad members in this view; null of a public part.',
      resolve: ({ numbers }) => numbers?.bad ?? null,
    }),
    good: t.int({
      nullable: true,
      description: 'Number of good members in this view; null of a public part.',
      resolve: ({ numbers }) => numbers?.good ?? null,
    }),
    badRuns: t.int({
      nullable: true,
      description: 'Number of runs with bad members; null of a public part.',
      resolve: ({ numbers }) => numbers?.badRuns ?? null,
    }),
    goodRuns: t.int({
      nullable: true,
      description: 'Number of runs with good members; null of a public part.',
      resolve: ({ numbers }) => numbers?.goodRuns ?? null,
    }),
    withoutTruth: t.int({
      nullable: true,
      description: 'Members that have no truth (any more): they count for nothing; null of a public part.',
      resolve: ({ coverage }) => coverage?.withoutTruth ?? null,
    }),
    coverage: t.field({
      type: PredictionCoverage,
      nullable: true,
      description:
        'How many members of the part, those without truth left out, have a score; null of a public part (`coverage` of the prediction is of the whole test).',
      resolve: ({ coverage }) =>
        coverage && {
          expected: coverage.expected,
          scored: coverage.scored,
          withReason: 0,
          reasons: async () => ({}),
        },
    }),
    rocAuc: t.float({
      nullable: true,
      description:
        'Area under the ROC curve: how probably a bad member scores more anomalous than a good one; null without both, and of a public part where the task has another metric.',
      resolve: ({ metrics }) => ofMetric(metrics, 'ROC_AUC'),
    }),
    averagePrecision: t.float({
      nullable: true,
      description:
        'Average precision: the precision at each bad member, on average; null without both classes, and of a public part where the task has another metric.',
      resolve: ({ metrics }) => ofMetric(metrics, 'AVERAGE_PRECISION'),
    }),
    isInverted: t.boolean({
      nullable: true,
      description:
        'Whether scores look turned around: with the missing ones left out, an AUC below 0.4, and all of its interval below 0.5. Nothing is flipped. Null of a public part.',
      resolve: ({ numbers }) => numbers?.isInverted ?? null,
    }),
    metrics: t.field({
      type: [EvaluationMetric],
      description:
        'All that strategies can be ranked by, with intervals; of a public part the metric of the task alone.',
      resolve: (shown, _args, { cost }) => {
        cost.addNodes(shown.metrics.length);
        return shown.metrics.map((one) => ({
          ...one,
          threshold: one.threshold === null ? null : asGiven(shown, one.threshold),
        }));
      },
    }),
    resampling: t.field({
      type: Resampling,
      nullable: true,
      description: 'What the intervals rest on; null of a public part.',
      resolve: ({ numbers, task }) => numbers && { ...numbers.resampling, seed: task.seed },
    }),
    atThreshold: t.field({
      type: ThresholdEvaluation,
      nullable: true,
      description:
        'What the threshold of the prediction, or another one, does; null without one, and of a public part.',
      args: {
        threshold: t.arg.float({
          description: 'In the orientation of the strategy; that of the prediction unless told.',
        }),
      },
      resolve: async (shown, { threshold }, context) => {
        const { numbers, task } = shown;
        if (numbers === null) return null;
        if (threshold == null) {
          const given = shown.threshold;
          return given === null || numbers.atThreshold === null
            ? null
            : { ...numbers.atThreshold, given, seed: task.seed };
        }
        if (!Number.isFinite(threshold))
          throw new InvalidInputError('threshold: it is no finite number', { field: 'threshold' });
        const looked = await look(shown, { kind: 'threshold', threshold }, context);
        return looked?.threshold ? { ...looked.threshold, given: threshold, seed: task.seed } : null;
      },
    }),
    createdAt: t.field({
      type: 'DateTime',
      description: 'When it was made.',
      resolve: ({ stored }) => stored.createdAt,
    }),
  }),
});

const ofMetric = (metrics: readonly MetricValue[], metric: MetricValue['metric']) =>
  metrics.find((one) => one.metric === metric)?.value ?? null;

builder.prismaObjectField(Prediction, 'evaluation', (t) =>
  t.field({
    type: Evaluation,
    nullable: true,
    description:
      'What its scores are worth. Made by `submitPrediction` and `evaluatePrediction`, and kept; null where the scores it has now are not evaluated, and where the truth is hidden from whoever asks (of a public part, in all views but the default).',
    args: {
      part: t.arg({ type: EvaluatedPart, required: true, defaultValue: 'TEST', description: 'Which part.' }),
      ...viewArguments,
      resampled: t.arg({
        type: Resampled,
        required: true,
        defaultValue: 'RUN',
        description: 'What intervals draw whole.',
      }),
      truth: t.arg({ type: EvaluatedTruth, required: true, defaultValue: 'FROZEN', description: 'Under which truth.' }),
      monitorElement: t.arg.string({
        description:
          'Path: the scores of this monitor element, and null where the part has none; those of the members as such unless told.',
      }),
    },
    resolve: (prediction, { part, weighting, kind, missing, resampled, truth, monitorElement }, context) =>
      shownEvaluation(
        prediction,
        {
          part,
          view: { slice: kind, weighting, missing },
          cluster: resampled,
          truth,
          monitorElement: monitorElement ?? null,
        },
        context,
      ),
  }),
);
