import { responsePathAsArray } from 'graphql';
import { InvalidInputError } from '../domain/errors.ts';
import type { TrendGap, TrendPlace, TrendPoint } from '../store/trends.ts';
import { checkFirst, countObjects } from './bounded-list.ts';
import { builder } from './builder.ts';
import { decodeCursor, encodeCursor } from './cursor.ts';
import { Verdict } from './enums.ts';
import { Dataset, MonitorElement } from './refs.ts';
import { BandKind, readBand, TrendBand } from './trend-band.ts';
import { type PlannedTrend, planTrend, trendArguments } from './trend-query.ts';
import { toFilter, whereRef } from './where.ts';

export const MOST_POINTS = 50_000;
const DEFAULT_POINTS = 10_000;
const MOST_GAPS = 10_000;
const DEFAULT_GAPS = 1_000;
/** Of cursors. */
const ORDER = 'trend';

const Point = builder.objectRef<TrendPoint>('TrendPoint').implement({
  description: 'One histogram in a trend.',
  fields: (t) => ({
    run: t.exposeInt('run', { description: 'Run number.' }),
    lumisection: t.exposeInt('lumisection', {
      nullable: true,
      description: 'Lumisection number; null in a trend by run.',
    }),
    dataset: t.field({
      type: Dataset,
      description: 'The dataset that has the histogram. Where several have one, each is a point.',
      resolve: ({ datasetId }, _args, { loaders }) => loaders.dataset.load(datasetId) as Promise<never>,
    }),
    value: t.exposeFloat('value', {
      nullable: true,
      description:
        'The quantity; null where the histogram is there but has none (an empty one has no mean), or where the time or luminosity to divide it by is not known or 0.',
    }),
    entries: t.exposeFloat('entries', {
      nullable: true,
      description: 'Number of entries, as the source states it, not normalised.',
    }),
    cursor: t.string({
      description: 'Its place among the points: give it as `after` to go on behind it.',
      resolve: async ({ run, lumisection, datasetId }, _args, { loaders }) => {
        const dataset = await loaders.dataset.load(datasetId);
        return encodeCursor(ORDER, [run, lumisection ?? 0, dataset?.name ?? '']);
      },
    }),
    flag: t.field({
      type: Verdict,
      nullable: true,
      description:
        'What `source` says of the lumisection. By run: BAD where it says so of anything in the run, GOOD where it does of every lumisection that is known (those that are stored, and as many as the run has). Null where no source was named.',
      resolve: ({ flag }) => flag,
    }),
  }),
});

const Gap = builder.objectRef<TrendGap>('TrendGap').implement({
  description: 'Lumisections of a run without a histogram that `where` selects, from first to last, both inclusive.',
  fields: (t) => ({
    run: t.exposeInt('run', { description: 'Run number.' }),
    first: t.exposeInt('first', { description: 'First lumisection (inclusive).' }),
    last: t.exposeInt('last', { description: 'Last lumisection (inclusive).' }),
  }),
});

/** @throws InvalidInputError for what is the cursor of no point. */
function placeOf(after: string | null | undefined): TrendPlace | undefined {
  if (after === null || after === undefined) return undefined;
  const [run, lumisection, dataset, ...more] = decodeCursor(ORDER, 'after', after);
  const isPlace = Number.isSafeInteger(run) && Number.isSafeInteger(lumisection) && typeof dataset === 'string';
  if (isPlace && more.length === 0) return [run as number, lumisection as number, dataset];
  throw new InvalidInputError('after: this is no `cursor` of a point', { field: 'after' });
}

const Trend = builder.objectRef<PlannedTrend>('Trend').implement({
  description:
    'A quantity of one monitor element over lumisections or runs. Gaps are gaps: what has no histogram has no point, and nothing is put in its place.',
  fields: (t) => ({
    monitorElement: t.field({
      type: MonitorElement,
      description: 'What the trend is of.',
      resolve: ({ element }) => element,
    }),
    points: t.field({
      type: [Point],
      description:
        'One point a histogram, by run, then lumisection, then name of the dataset. Where there are more than `first`, a warning `MORE_POINTS` says so.',
      args: {
        first: t.arg.int({
          required: true,
          defaultValue: DEFAULT_POINTS,
          description: `Most points, at most ${MOST_POINTS}; those behind them with the last one's \`cursor\` as \`after\`.`,
        }),
        after: t.arg.string({ description: 'Only the points behind the one with this `cursor` (exclusive).' }),
      },
      resolve: async ({ query }, { first, after }, context, info) => {
        const most = checkFirst(first, MOST_POINTS);
        const { points, hasMore } = await context.store.trends.points(query, most, placeOf(after));
        if (hasMore) {
          context.warn({
            code: 'MORE_POINTS',
            message: `The trend has more than these ${first} points: go on with the last one's \`cursor\` as \`after\`.`,
            path: responsePathAsArray(info.path),
          });
        }
        return countObjects(points, context);
      },
    }),
    gaps: t.field({
      type: [Gap],
      description:
        'Stored lumisections without a point, of those that `where` selects by run, lumisection and mask, in runs that hold the monitor element: those whose histogram another condition of `where` leaves out are among them. Ascending. Empty by run.',
      args: {
        first: t.arg.int({
          required: true,
          defaultValue: DEFAULT_GAPS,
          description: `Most ranges, at most ${MOST_GAPS}.`,
        }),
      },
      resolve: async ({ query }, { first }, context) =>
        countObjects(await context.store.trends.gaps(query, checkFirst(first, MOST_GAPS)), context),
    }),
    band: t.field({
      type: TrendBand,
      description: `What the same quantity was in a reference, to compare the points with: a middle and a stretch around it. Made of at most ${MOST_POINTS} values; of more it is refused.`,
      args: {
        where: t.arg({
          type: whereRef('lumisectionHistogram'),
          required: true,
          description:
            'Which histograms are the reference, e.g. those of a run in a mask. The conditions of the trend itself do not count here.',
        }),
        kind: t.arg({
          type: BandKind,
          required: true,
          defaultValue: 'QUANTILES',
          description: 'How the band is made of their values.',
        }),
        low: t.arg.float({
          required: true,
          defaultValue: 0.16,
          description: 'Of QUANTILES: the lower one, 0 to 1.',
        }),
        high: t.arg.float({
          required: true,
          defaultValue: 0.84,
          description: 'Of QUANTILES: the upper one, 0 to 1.',
        }),
        k: t.arg.float({
          required: true,
          defaultValue: 1,
          description: 'Of MEAN_RMS: how many standard deviations to each side, 0 to 1,000.',
        }),
      },
      resolve: ({ query }, { where, ...kind }, context) =>
        readBand(context, { ...query, where: toFilter('lumisectionHistogram', where) }, kind, MOST_POINTS),
    }),
  }),
});

builder.queryField('trend', (t) =>
  t.field({
    type: Trend,
    description:
      'How a quantity of one monitor element goes with time: a stored moment, `entries`, or the integral or fraction in a window of each histogram, by lumisection or run. An unknown monitor element is an error.',
    args: trendArguments,
    resolve: (_root, given, { store }) => planTrend(store, given),
  }),
);
