/** What is stored beside the bins of a histogram: columns, so that no bins are read. */
export const STORED_QUANTITIES = [
  'entries',
  'integral',
  'meanX',
  'rmsX',
  'meanY',
  'rmsY',
  'skewness',
  'kurtosis',
] as const;
export type StoredQuantity = (typeof STORED_QUANTITIES)[number];

/** What a trend shows. `fraction` is the share of the integral that lies in a window: it is made of the bins. */
export const TREND_QUANTITIES = [...STORED_QUANTITIES, 'fraction'] as const;
export type TrendQuantity = (typeof TREND_QUANTITIES)[number];

/** What is made of the bins inside of a window, where one is given. */
export const WINDOW_QUANTITIES: ReadonlySet<TrendQuantity> = new Set(['integral', 'fraction']);

/** Amounts, which grow with time and luminosity; all others are of one event. */
export const AMOUNTS: ReadonlySet<TrendQuantity> = new Set(['entries', 'integral']);

/** By what amounts are divided: seconds, or recorded luminosity in 1/pb. */
export type TrendNormalization = 'RATE' | 'LUMINOSITY';

/** Frequency of revolution of the LHC, in Hz. */
const REVOLUTIONS_PER_SECOND = 11_245.5;
/** A lumisection is 2^18 orbits: 23.31 s. Its stored times are rounded to whole seconds, which would show as noise. */
export const LUMISECTION_SECONDS = 2 ** 18 / REVOLUTIONS_PER_SECOND;
