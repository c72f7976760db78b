import { responsePathAsArray } from 'graphql';
import { InvalidInputError, NotFoundError } from '../domain/errors.ts';
import { AMOUNTS, TREND_QUANTITIES, type TrendNormalization, type TrendQuantity } from '../domain/trend.ts';
import type { MonitorElement as Element } from '../generated/sqlite/client.ts';
import type { TrendGap, TrendPoint, TrendQuery } from '../store/trends.ts';
import { checkFirst, countObjects } from './bounded-list.ts';
import { builder } from './builder.ts';
import { Verdict } from './enums.ts';
import { Dataset, MonitorElement } from './refs.ts';
import { toFilter, whereRef } from './where.ts';

const MOST_POINTS = 50_000;
const DEFAULT_POINTS = 10_000;
const MOST_GAPS = 10_000;
const DEFAULT_GAPS = 1_000;

const ABOUT: Readonly<Record<TrendQuantity, string>> = {
  entries: 'Number of entries, as the source states it.',
  integral: 'Sum of the bin contents in range.',
  meanX: 'Mean along x, in range.',
  rmsX: 'Standard deviation along x, in range.',
  meanY: 'Mean along y, in range; null of one axis.',
  rmsY: 'Standard deviation along y, in range; null of one axis.',
  skewness: 'Skewness along x; null where there is none.',
  kurtosis: 'Excess kurtosis along x; null where there is none.',
};

const enumName = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();

const Quantity = builder.enumType('TrendQuantity', {
  description: 'What of a histogram a trend shows. All of these are stored beside the bins, which are not read.',
  values: Object.fromEntries(
    TREND_QUANTITIES.map((quantity) => [enumName(quantity), { value: quantity, description: ABOUT[quantity] }]),
  ) as Record<string, { value: TrendQuantity; description: string }>,
});

const TrendBy = builder.enumType('TrendBy', {
  description: 'Which histograms a trend goes through.',
  values: {
    LUMISECTION: { description: 'Those of lumisections.' },
    RUN: { description: 'Those of whole runs, as they were stored: they are not made from lumisections.' },
  } as const,
});

const Normalization = builder.enumType('TrendNormalization', {
  description: 'What `ENTRIES` and `INTEGRAL` are divided by. Anything else is no amount, and is refused.',
  values: {
    RATE: {
      description:
        'By time, to 1/s: a lumisection is 2^18 orbits at 11245.5 Hz, 23.31 s; a run lasts from `startedAt` to `endedAt`.',
    },
    LUMINOSITY: { description: 'By the recorded luminosity of the lumisection or run, in 1/pb, to pb.' },
  } satisfies Record<TrendNormalization, { description: string }>,
});

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
    flag: t.field({
      type: Verdict,
      nullable: true,
      description:
        'What `source` says of the lumisection. By run: BAD where it says so of anything in the run, GOOD where it does of every stored lumisection. Null where no source was named.',
      resolve: ({ flag }) => flag,
    }),
  }),
});

const Gap = builder.objectRef<TrendGap>('TrendGap').implement({
  description: 'Lumisections of a run that a trend has no point for, from first to last, both inclusive.',
  fields: (t) => ({
    run: t.exposeInt('run', { description: 'Run number.' }),
    first: t.exposeInt('first', { description: 'First lumisection (inclusive).' }),
    last: t.exposeInt('last', { description: 'Last lumisection (inclusive).' }),
  }),
});

interface PlannedTrend {
  readonly element: Element;
  readonly query: TrendQuery;
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
          description: `Most points, at most ${MOST_POINTS}; for those behind them ask \`where\` for later runs or lumisections.`,
        }),
      },
      resolve: async ({ query }, { first }, context, info) => {
        const { points, hasMore } = await context.store.trends.points(query, checkFirst(first, MOST_POINTS));
        if (hasMore) {
          context.warn({
            code: 'MORE_POINTS',
            message: `The trend has more than ${first} points; these are the first.`,
            path: responsePathAsArray(info.path),
          });
        }
        return countObjects(points, context);
      },
    }),
    gaps: t.field({
      type: [Gap],
      description:
        'Stored lumisections without a point, of those that `where` selects by run, lumisection and mask, in runs that hold the monitor element; ascending. Empty by run.',
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
  }),
});

builder.queryField('trend', (t) =>
  t.field({
    type: Trend,
    description:
      'How a quantity of one monitor element goes with time: a stored moment, `entries` or `integral` of each histogram, by lumisection or run. An unknown monitor element is an error.',
    args: {
      monitorElement: t.arg.string({
        required: true,
        description: 'Path exactly as stored; a leaf from a CSV is its own path.',
      }),
      quantity: t.arg({ type: Quantity, required: true, description: 'What of each histogram is shown.' }),
      where: t.arg({
        type: whereRef('lumisectionHistogram'),
        description:
          'Conditions on the histograms, `mask` among them. By run they are conditions on histograms of runs, which lie in no lumisection: `lumisection` is refused then.',
      }),
      by: t.arg({
        type: TrendBy,
        required: true,
        defaultValue: 'LUMISECTION',
        description: 'Histograms of lumisections, or of whole runs.',
      }),
      normalize: t.arg({ type: Normalization, description: 'Divide amounts by time or luminosity.' }),
      source: t.arg.string({ description: 'A certification source: its newest version gives `flag`.' }),
      subsystem: t.arg.string({
        description: 'One subsystem that `source` judges, e.g. `pixel`; without it all of them together.',
      }),
    },
    resolve: async (_root, { monitorElement, quantity, where, by, normalize, source, subsystem }, { store }) => {
      if (normalize && !AMOUNTS.has(quantity)) {
        throw new InvalidInputError(
          `normalize: ${enumName(quantity)} is no amount; only ${[...AMOUNTS].map(enumName).join(' and ')} grow with time`,
          { field: 'normalize' },
        );
      }
      if (subsystem && !source) {
        throw new InvalidInputError('subsystem: there is no `source` whose subsystem it could be', {
          field: 'subsystem',
        });
      }
      const element = await store.reads.monitorElementByPath(monitorElement);
      if (!element) {
        throw new NotFoundError(`No monitor element has the path ${JSON.stringify(monitorElement)}`, {
          field: 'monitorElement',
        });
      }
      const noun = by === 'RUN' ? 'runHistogram' : 'lumisectionHistogram';
      const query: TrendQuery = {
        noun,
        monitorElementId: element.id,
        quantity,
        where: toFilter('lumisectionHistogram', where),
        normalization: normalize ?? undefined,
        flagSource: source ? { source, subsystem: subsystem ?? null, dataset: null } : undefined,
      };
      return { element, query };
    },
  }),
);
