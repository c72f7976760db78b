import { TREND_QUANTITIES } from '../domain/trend.ts';
import { keyOfTrendCursor, type TrendExportRequest } from '../export/export-trends.ts';
import type { Store } from '../store/store.ts';
import { coerced, conditionsOf, limitOf, refuse, refuseUnknown } from './export-parameters.ts';
import { enumName, planTrend, type TrendArguments } from './trend-query.ts';

const QUANTITIES = new Map(TREND_QUANTITIES.map((quantity) => [enumName(quantity), quantity]));
const NORMALIZATIONS = ['RATE', 'LUMINOSITY'] as const;

/** Parameters of an export of a trend, in a URL and on the command line alike, with what they are. */
export const TREND_EXPORT_PARAMETERS = {
  monitorElement: 'path exactly as stored (needed)',
  quantity: `${[...QUANTITIES.keys()].join(', ')} (needed)`,
  by: 'LUMISECTION (unless told) or RUN: which histograms',
  window: 'part of each histogram, as JSON of TrendWindowInput: {"x":{"min":0,"max":10}}',
  normalize: 'RATE or LUMINOSITY: what amounts are divided by',
  source: 'certification source that gives the flags',
  subsystem: 'one subsystem that the source judges',
  dataset: 'whole name',
  run: 'numbers and ranges, both ends inclusive: 315257,315259-315270',
  mask: 'only lumisections of this mask',
  where: 'further conditions, as JSON of LumisectionHistogramWhere or RunHistogramWhere',
  limit: 'most rows',
  after: 'only what follows this cursor of the same export',
} as const;

/**
 * The same as the arguments of `trend`.
 * @throws InvalidInputError, LimitExceededError, NotFoundError
 */
export async function trendExportRequest(
  store: Store,
  given: Readonly<Record<string, string>>,
): Promise<TrendExportRequest> {
  refuseUnknown(given, TREND_EXPORT_PARAMETERS);
  const { monitorElement, normalize, source, subsystem, window } = given;
  if (monitorElement === undefined) throw refuse('monitorElement', 'a trend is of one monitor element: name it');
  const quantity = QUANTITIES.get(given.quantity?.toUpperCase() ?? '');
  if (quantity === undefined) {
    throw refuse('quantity', `'${given.quantity ?? ''}' is none of ${[...QUANTITIES.keys()].join(', ')}`);
  }
  const by = (given.by ?? 'LUMISECTION').toUpperCase();
  if (by !== 'LUMISECTION' && by !== 'RUN') throw refuse('by', `'${given.by}' is neither LUMISECTION nor RUN`);
  const normalization = NORMALIZATIONS.find((name) => name === normalize?.toUpperCase());
  if (normalize !== undefined && normalization === undefined) {
    throw refuse('normalize', `'${normalize}' is none of ${NORMALIZATIONS.join(', ')}`);
  }
  const noun = by === 'RUN' ? 'runHistogram' : 'lumisectionHistogram';
  const where = conditionsOf(noun, given);
  const after = given.after === undefined ? undefined : keyOfTrendCursor(given.after);
  const limit = limitOf(given);
  const { query } = await planTrend(store, {
    ...{ monitorElement, quantity, by, source, subsystem },
    normalize: normalization,
    window:
      window === undefined ? undefined : (coerced('window', 'TrendWindowInput', window) as TrendArguments['window']),
  });
  return { trend: { ...query, where }, after, limit, asked: given };
}
