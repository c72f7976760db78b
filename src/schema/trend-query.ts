import { InvalidInputError, NotFoundError } from '../domain/errors.ts';
import {
  AMOUNTS,
  TREND_QUANTITIES,
  type TrendNormalization,
  type TrendQuantity,
  WINDOW_QUANTITIES,
} from '../domain/trend.ts';
import { checkWindow, type TrendWindow } from '../domain/trend-window.ts';
import type { MonitorElement as Element } from '../generated/sqlite/client.ts';
import type { Store } from '../store/store.ts';
import type { TrendQuery } from '../store/trends.ts';
import { builder } from './builder.ts';
import { toFilter, type WhereValue, whereRef } from './where.ts';

const ABOUT: Readonly<Record<TrendQuantity, string>> = {
  entries: 'Number of entries, as the source states it.',
  integral: 'Sum of the bin contents in range; in `window`, where one is given.',
  meanX: 'Mean along x, in range.',
  rmsX: 'Standard deviation along x, in range.',
  meanY: 'Mean along y, in range; null of one axis.',
  rmsY: 'Standard deviation along y, in range; null of one axis.',
  skewness: 'Skewness along x; null where there is none.',
  kurtosis: 'Excess kurtosis along x; null where there is none.',
  fraction:
    'Share of the sum of the bin contents in range that lies in `window`, 0 to 1 where no content is negative; null where that sum is 0.',
};

export const enumName = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();

const Quantity = builder.enumType('TrendQuantity', {
  description:
    'What of a histogram a trend shows. All but `FRACTION` are stored beside the bins, which are read only where there is a `window`.',
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

interface AxisWindowValue {
  readonly min?: number | null | undefined;
  readonly max?: number | null | undefined;
}

const AxisWindow = builder.inputRef<AxisWindowValue>('AxisWindowInput').implement({
  description: 'A stretch of an axis: the bins whose middle lies in it. Bins are never split.',
  fields: (t) => ({
    min: t.float({ description: 'Lower end (inclusive), in units of the axis; open unless told.' }),
    max: t.float({ description: 'Upper end (exclusive), in units of the axis; open unless told.' }),
  }),
});

const WindowInput = builder
  .inputRef<{ x?: AxisWindowValue | null | undefined; y?: AxisWindowValue | null | undefined }>('TrendWindowInput')
  .implement({
    description: 'Part of a histogram. Under- and overflow are in no window.',
    fields: (t) => ({
      x: t.field({ type: AxisWindow, description: 'Along x; all of it unless told.' }),
      y: t.field({ type: AxisWindow, description: 'Along y; all of it unless told. Of one axis it is refused.' }),
    }),
  });

export const trendArguments = builder.args((t) => ({
  monitorElement: t.string({
    required: true,
    description: 'Path exactly as stored; a leaf from a CSV is its own path.',
  }),
  quantity: t.field({ type: Quantity, required: true, description: 'What of each histogram is shown.' }),
  window: t.field({
    type: WindowInput,
    description: 'Of `INTEGRAL` and `FRACTION`: only this part of each histogram, whose bins are read for it.',
  }),
  where: t.field({
    type: whereRef('lumisectionHistogram'),
    description:
      'Conditions on the histograms, `mask` among them. By run they are conditions on histograms of runs, which lie in no lumisection: `lumisection` is refused then.',
  }),
  by: t.field({
    type: TrendBy,
    required: true,
    defaultValue: 'LUMISECTION',
    description: 'Histograms of lumisections, or of whole runs.',
  }),
  normalize: t.field({ type: Normalization, description: 'Divide amounts by time or luminosity.' }),
  source: t.string({ description: 'A certification source: its newest version gives `flag`.' }),
  subsystem: t.string({
    description: 'One subsystem that `source` judges, e.g. `pixel`; without it all of them together.',
  }),
}));

export interface TrendArguments {
  readonly monitorElement: string;
  readonly quantity: TrendQuantity;
  readonly window?:
    | { x?: AxisWindowValue | null | undefined; y?: AxisWindowValue | null | undefined }
    | null
    | undefined;
  readonly where?: WhereValue | null | undefined;
  readonly by: 'LUMISECTION' | 'RUN';
  readonly normalize?: TrendNormalization | null | undefined;
  readonly source?: string | null | undefined;
  readonly subsystem?: string | null | undefined;
}

export interface PlannedTrend {
  readonly element: Element;
  readonly query: TrendQuery;
}

/** @throws InvalidInputError for what does not go together, NotFoundError for an unknown monitor element. */
export async function planTrend(
  { reads }: Pick<Store, 'reads'>,
  { monitorElement, quantity, window, where, by, normalize, source, subsystem }: TrendArguments,
): Promise<PlannedTrend> {
  if (normalize && !AMOUNTS.has(quantity)) {
    throw new InvalidInputError(
      `normalize: ${enumName(quantity)} is no amount; only ${[...AMOUNTS].map(enumName).join(' and ')} grow with time`,
      { field: 'normalize' },
    );
  }
  if (subsystem && !source) {
    throw new InvalidInputError('subsystem: there is no `source` whose subsystem it could be', { field: 'subsystem' });
  }
  const meant = windowOf(quantity, window);
  const element = await reads.monitorElementByPath(monitorElement);
  if (!element) {
    throw new NotFoundError(`No monitor element has the path ${JSON.stringify(monitorElement)}`, {
      field: 'monitorElement',
    });
  }
  if (element.efficiency && (normalize || meant)) {
    throw new InvalidInputError(
      `${normalize ? 'normalize' : 'window'}: the monitor element is an efficiency: its bins are ratios, which are no amounts and are never added`,
      { field: normalize ? 'normalize' : 'window' },
    );
  }
  const query: TrendQuery = {
    noun: by === 'RUN' ? 'runHistogram' : 'lumisectionHistogram',
    monitorElementId: element.id,
    quantity,
    window: meant,
    where: toFilter('lumisectionHistogram', where),
    normalization: normalize ?? undefined,
    flagSource: source ? { source, subsystem: subsystem ?? null, dataset: null } : undefined,
  };
  return { element, query };
}

function windowOf(quantity: TrendQuantity, given: TrendArguments['window']): TrendWindow | undefined {
  if (!given) {
    if (quantity !== 'fraction') return undefined;
    throw new InvalidInputError('window: FRACTION is the share of a window: say which', { field: 'window' });
  }
  if (!WINDOW_QUANTITIES.has(quantity)) {
    throw new InvalidInputError(
      `window: ${enumName(quantity)} is of the whole histogram; only ${[...WINDOW_QUANTITIES].map(enumName).join(' and ')} are of a part`,
      { field: 'window' },
    );
  }
  const axis = (of: AxisWindowValue | null | undefined) => (of ? { min: of.min ?? null, max: of.max ?? null } : null);
  const window = { x: axis(given.x), y: axis(given.y) };
  checkWindow(window);
  return window;
}
