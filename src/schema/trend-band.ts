import type { Context } from '../context.ts';
import { InvalidInputError, LimitExceededError } from '../domain/errors.ts';
import { finite } from '../domain/finite.ts';
import { type Band, bandOf, type BandKind as Kind } from '../domain/trend-band.ts';
import type { TrendQuery } from '../store/trends.ts';
import { countObjects } from './bounded-list.ts';
import { builder } from './builder.ts';

/** Most standard deviations of a band to each side. */
const MOST_K = 1_000;

export const BandKind = builder.enumType('TrendBandKind', {
  description: 'How a band is made of the values of a reference.',
  values: {
    QUANTILES: {
      description:
        'The median, from the quantile `low` to the quantile `high`: linear between the values around it (as numpy does unless told). Single values that are far off do not move it.',
    },
    MEAN_RMS: {
      description:
        'The mean, `k` standard deviations to each side: those of the values themselves (divided by their number).',
    },
  } satisfies Record<Kind['kind'], { description: string }>,
});

interface ReadBand extends Band {
  readonly count: number;
  readonly lacking: number;
}

export const TrendBand = builder.objectRef<ReadBand>('TrendBand').implement({
  description: 'What a quantity was in a reference.',
  fields: (t) => ({
    center: t.float({
      nullable: true,
      description: 'The median or mean; null where no histogram of the reference has a value.',
      resolve: ({ center }) => finite(center),
    }),
    low: t.float({ nullable: true, description: 'Lower end of the band.', resolve: ({ low }) => finite(low) }),
    high: t.float({ nullable: true, description: 'Upper end of the band.', resolve: ({ high }) => finite(high) }),
    count: t.exposeInt('count', { description: 'Number of values that it is made of.' }),
    lacking: t.exposeInt('lacking', {
      description: 'Number of histograms of the reference whose value is null: they are left out.',
    }),
  }),
});

interface BandArguments {
  readonly kind: Kind['kind'];
  readonly low: number;
  readonly high: number;
  readonly k: number;
}

/** @throws InvalidInputError; LimitExceededError where the reference has more than `most` histograms. */
export async function readBand(
  context: Context,
  reference: TrendQuery,
  given: BandArguments,
  most: number,
): Promise<ReadBand> {
  const kind = checked(given);
  const { points, hasMore } = await context.store.trends.points({ ...reference, flagSource: undefined }, most);
  if (hasMore) {
    throw new LimitExceededError(
      `band: the reference has more than ${most} histograms: name fewer runs, or one dataset, in its \`where\``,
      { field: 'where', limit: most },
    );
  }
  const values = countObjects(points, context).flatMap(({ value }) => (value === null ? [] : [value]));
  return { ...bandOf(values, kind), count: values.length, lacking: points.length - values.length };
}

function checked({ kind, low, high, k }: BandArguments): Kind {
  if (kind === 'QUANTILES') {
    if (low >= 0 && low <= high && high <= 1) return { kind, low, high };
    throw new InvalidInputError(`low, high: ${low} and ${high} are not between 0 and 1, in this order`, {
      field: 'low',
    });
  }
  if (k >= 0 && k <= MOST_K) return { kind, k };
  throw new InvalidInputError(`k: ${k} is not between 0 and ${MOST_K}`, { field: 'k' });
}
