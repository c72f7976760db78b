import { InvalidInputError } from '../domain/errors.ts';
import type { CurvePoint as Point } from '../domain/evaluation/curves.ts';
import { FLAGGED_ELEMENTS, type FlaggedRuns as Flagged } from '../domain/evaluation/flagged-elements.ts';
import type { RunCounts } from '../domain/evaluation/runs.ts';
import { definitionOf } from '../domain/task.ts';
import { type BinNumbers, lookAtFlags } from '../playground/look.ts';
import { OWN_SCORES } from '../store/prediction-parts.ts';
import { checkFirst } from './bounded-list.ts';
import { builder } from './builder.ts';
import { Evaluation } from './evaluation.ts';
import { MemberQuantity, RunTruth } from './evaluation-enums.ts';
import { EstimateObject } from './evaluation-estimates.ts';
import { asGiven, inTurn, look, mayLook, type ShownEvaluation } from './evaluation-source.ts';
import { elementId } from './prediction.ts';

/** Most points of a curve, runs of a list, edges of bins. */
const MOST_POINTS = 1_000;
const MOST_RUNS = 1_000;
const MOST_EDGES = 50;

const CurvePoint = builder.objectRef<Point>('CurvePoint').implement({
  description: 'A point of a curve.',
  fields: (t) => ({
    x: t.exposeFloat('x', {
      description: 'ROC: share of the good that are flagged. Precision and recall: the recall.',
    }),
    y: t.exposeFloat('y', {
      description: 'ROC: share of the bad that are flagged. Precision and recall: the precision.',
    }),
    threshold: t.exposeFloat('threshold', {
      nullable: true,
      description: 'The threshold, in the orientation of the strategy; null where none, or all, are flagged.',
    }),
  }),
});

const curve = (of: 'ROC' | 'PRECISION_RECALL', description: string) =>
  builder.objectField(Evaluation, of === 'ROC' ? 'rocCurve' : 'precisionRecallCurve', (t) =>
    t.field({
      type: [CurvePoint],
      nullable: true,
      description,
      args: {
        first: t.arg.int({
          required: true,
          defaultValue: 200,
          description: `Most points, 2 to ${MOST_POINTS.toLocaleString('en')}: those that are left out lie evenly along the curve.`,
        }),
      },
      resolve: async (shown, { first }, context) => {
        if (first < 2)
          throw new InvalidInputError(`first: ${first} is not between 2 and ${MOST_POINTS}`, { field: 'first' });
        const looked = await look(shown, { kind: 'curve', of, atMost: checkFirst(first, MOST_POINTS) }, context);
        if (!looked?.curve) return null;
        context.cost.addNodes(looked.curve.length);
        return looked.curve.map((point) => ({ ...point, threshold: givenOrNull(shown, point.threshold) }));
      },
    }),
  );

curve(
  'ROC',
  'Points of the ROC curve by falling scores, from (0, 0) to (1, 1); empty without both classes, null of a public part.',
);
curve(
  'PRECISION_RECALL',
  'Points of precision and recall by falling scores; empty without both classes, null of a public part.',
);

const givenOrNull = (shown: ShownEvaluation, threshold: number | null) =>
  threshold === null ? null : asGiven(shown, threshold);

const EvaluatedRun = builder.objectRef<RunCounts>('EvaluatedRun').implement({
  description: 'What a threshold does to the members of a run.',
  fields: (t) => ({
    run: t.exposeInt('run', { description: 'Number of the run.' }),
    bad: t.exposeInt('bad', { description: 'Bad members.' }),
    badFlagged: t.exposeInt('badFlagged', { description: 'Those of them that are flagged.' }),
    good: t.exposeInt('good', { description: 'Good members.' }),
    goodFlagged: t.exposeInt('goodFlagged', {
      description: 'Those of them that are flagged, those without a score included where missing scores are penalised.',
    }),
    missing: t.exposeInt('missing', { description: 'Members without a score.' }),
  }),
});

builder.objectField(Evaluation, 'runs', (t) =>
  t.field({
    type: [EvaluatedRun],
    nullable: true,
    description: 'The same by run, ascending; null without a threshold, and of a public part.',
    args: {
      first: t.arg.int({
        required: true,
        defaultValue: 100,
        description: `How many runs, 0 to ${MOST_RUNS.toLocaleString('en')}.`,
      }),
      afterRun: t.arg.int({ required: true, defaultValue: 0, description: 'Only runs behind this one.' }),
      threshold: t.arg.float({
        description: 'In the orientation of the strategy; that of the prediction unless told.',
      }),
    },
    resolve: async (shown, { first, afterRun, threshold }, context) => {
      const used = threshold ?? shown.threshold;
      checkFirst(first, MOST_RUNS);
      if (used === null) return null;
      const looked = await look(shown, { kind: 'runs', threshold: used }, context);
      if (!looked?.runs) return null;
      const runs = looked.runs.filter(({ run }) => run > afterRun).slice(0, first);
      context.cost.addNodes(runs.length);
      return runs;
    },
  }),
);

const FlaggedRunShare = builder
  .objectRef<{ elements: number; runs: number; share: number | null }>('FlaggedRunShare')
  .implement({
    description: 'How many runs have so many flagged monitor elements or more.',
    fields: (t) => ({
      elements: t.exposeInt('elements', { description: 'Number of monitor elements.' }),
      runs: t.exposeInt('runs', { description: 'Number of such runs.' }),
      share: t.exposeFloat('share', { nullable: true, description: 'Their share; null without runs.' }),
    }),
  });

const FlaggedRuns = builder.objectRef<Flagged>('FlaggedRuns').implement({
  description: 'Flagged monitor elements of the runs of one truth.',
  fields: (t) => ({
    truth: t.field({ type: RunTruth, description: 'What the runs are.', resolve: ({ truth }) => truth }),
    runs: t.exposeInt('runs', { description: 'Number of runs.' }),
    atLeast: t.field({
      type: [FlaggedRunShare],
      description: `How many of them have at least ${FLAGGED_ELEMENTS.join(', ')} flagged monitor elements.`,
      resolve: ({ atLeast }) => [...atLeast],
    }),
  }),
});

builder.objectField(Evaluation, 'flaggedRuns', (t) =>
  t.field({
    type: [FlaggedRuns],
    nullable: true,
    description:
      'Share of good, bad and mixed runs with flagged monitor elements: of those that have scores of their own, at their stated thresholds, else at the working points of their scores on validation. Null where none has scores, and of a public part.',
    args: {
      leastMembers: t.arg.int({
        required: true,
        defaultValue: 1,
        description: 'A monitor element is flagged in a run with so many flagged members or more; at least 1.',
      }),
    },
    resolve: async (shown, { leastMembers }, context) => {
      if (leastMembers < 1) throw new InvalidInputError('leastMembers: at least 1', { field: 'leastMembers' });
      const { prediction, part } = shown;
      const answers = (await context.loaders.answers.load(prediction.id)).filter(
        (one) => one.part === part && one.monitorElementId !== OWN_SCORES,
      );
      if (answers.length === 0 || !mayLook(shown)) return null;
      const flagged = await inTurn(context, () => lookAtFlags(context, shown, answers, leastMembers));
      context.cost.addNodes(3 * (1 + FLAGGED_ELEMENTS.length));
      return flagged;
    },
  }),
);

type ShownBin = BinNumbers & { readonly shown: ShownEvaluation };

const EvaluatedBin = builder.objectRef<ShownBin>('EvaluatedBin').implement({
  description: 'Members of which a quantity lies in a range.',
  fields: (t) => ({
    low: t.exposeFloat('low', { description: 'Lower edge (inclusive), in the unit of the quantity.' }),
    high: t.exposeFloat('high', { description: 'Upper edge (exclusive).' }),
    bad: t.int({ description: 'Bad members in it.', resolve: ({ numbers }) => numbers.bad }),
    good: t.int({ description: 'Good members in it.', resolve: ({ numbers }) => numbers.good }),
    rocAuc: t.field({
      type: EstimateObject,
      description: 'Area under the ROC curve.',
      resolve: ({ numbers }) => numbers.rocAuc,
    }),
    averagePrecision: t.field({
      type: EstimateObject,
      description: 'Average precision.',
      resolve: ({ numbers }) => numbers.averagePrecision,
    }),
    efficiency: t.field({
      type: EstimateObject,
      nullable: true,
      description: 'Share of the bad that the threshold of the prediction flags; null without a threshold.',
      resolve: ({ numbers }) => numbers.atThreshold?.efficiency ?? null,
    }),
    falseAlarmRate: t.field({
      type: EstimateObject,
      nullable: true,
      description: 'Share of the good that it flags; null without a threshold.',
      resolve: ({ numbers }) => numbers.atThreshold?.falseAlarmRate ?? null,
    }),
  }),
});

interface ShownBins {
  readonly bins: readonly ShownBin[];
  readonly unknown: number;
  readonly outside: number;
}

const EvaluatedBins = builder.objectRef<ShownBins>('EvaluatedBins').implement({
  description: 'An evaluation by a quantity of members.',
  fields: (t) => ({
    bins: t.field({ type: [EvaluatedBin], description: 'The ranges, ascending.', resolve: ({ bins }) => [...bins] }),
    unknown: t.exposeInt('unknown', { description: 'Members of which the quantity is not known: in no range.' }),
    outside: t.exposeInt('outside', { description: 'Members outside of the edges: in no range.' }),
  }),
});

builder.objectField(Evaluation, 'bins', (t) =>
  t.field({
    type: EvaluatedBins,
    nullable: true,
    description: 'The same by ranges of a quantity, both classes alike; null of a public part.',
    args: {
      quantity: t.arg({ type: MemberQuantity, required: true, description: 'By what.' }),
      edges: t.arg.floatList({
        required: true,
        description: `Edges of the ranges, 2 to ${MOST_EDGES}, ascending, in the unit of the quantity.`,
      }),
      entriesOf: t.arg.string({
        description:
          'Path of the monitor element whose entries are meant, of ENTRIES; the first one of the task unless told.',
      }),
    },
    resolve: async (shown, { quantity, edges, entriesOf }, context) => {
      if (edges.length > MOST_EDGES) throw new InvalidInputError(`edges: more than ${MOST_EDGES}`, { field: 'edges' });
      if (shown.scope === 'PUBLIC') return null;
      const { task, threshold } = shown;
      const entries = quantity === 'entries' ? { entriesOf: await entriesPlace() } : {};
      const looked = await look(shown, { kind: 'bins', quantity, edges, threshold }, context, entries);
      if (!looked?.bins) return null;
      context.cost.addNodes(looked.bins.bins.length);
      return { ...looked.bins, bins: looked.bins.bins.map((bin) => ({ ...bin, shown })) };

      async function entriesPlace() {
        const path = entriesOf ?? (definitionOf(task).monitorElements[0] as string);
        const dataset = await context.store.reads.datasetByName(task.dataset);
        return { datasetId: dataset?.id ?? 0, monitorElementId: await elementId(path, context, 'entriesOf') };
      }
    },
  }),
);
