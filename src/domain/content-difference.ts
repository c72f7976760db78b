import { axesDifference } from './add-bins.ts';
import type { Binning, Bins, NumberArray } from './histogram.ts';

/** A histogram as it came, or as it is stored. */
export interface HistogramContent {
  readonly binning: Binning | null;
  readonly bins: Bins | null;
  /** What is stored beside the bins, by column. */
  readonly numbers: ReadonlyMap<string, number | string | null>;
}

/** In what a histogram differs from another one of its key: "entries 12, not 10; contents of 2 of 5 bins, ...". */
export function histogramDifference(one: HistogramContent, other: HistogramContent): string {
  const axes = one.binning && other.binning && axesDifference(one.binning, other.binning);
  const parts = [axes, ...titles(one, other), ...numbers(one, other), axes === null ? bins(one, other) : null];
  return parts.filter((part) => part !== null).join('; ');
}

/** `entries 12, not 10`; null where they are the same. */
export function valueDifference(name: string, one: unknown, other: unknown): string | null {
  return Object.is(one, other) || (one ?? null) === (other ?? null)
    ? null
    : `${name} ${shown(one)}, not ${shown(other)}`;
}

const SHOWN_CHARACTERS = 60;

function shown(value: unknown): string {
  if (value === null || value === undefined) return 'none';
  if (value instanceof Date) return value.toISOString();
  if (typeof value !== 'string') return String(value);
  return JSON.stringify(value.length > SHOWN_CHARACTERS ? `${value.slice(0, SHOWN_CHARACTERS)}…` : value);
}

function titles({ binning: one }: HistogramContent, { binning: other }: HistogramContent): (string | null)[] {
  if (one === null || other === null) return [];
  const axis = (i: number) => valueDifference(`title of the ${'xy'[i]} axis`, one.axes[i]?.title, other.axes[i]?.title);
  return [valueDifference('title', one.title, other.title), axis(0), axis(1)];
}

/** Statistics that are computed from bins say nothing that the bins do not say. */
const OF_STATISTICS: ReadonlyMap<string, string> = new Map([
  ['mean_x', 'mean'],
  ['rms_x', 'RMS'],
  ['mean_y', 'mean of y'],
  ['rms_y', 'RMS of y'],
  ['skewness', 'skewness'],
  ['kurtosis', 'kurtosis'],
]);

function numbers(one: HistogramContent, other: HistogramContent): (string | null)[] {
  const haveBins = one.bins !== null && other.bins !== null;
  return [...one.numbers].map(([name, value]) => {
    const statistic = OF_STATISTICS.get(name);
    if (statistic !== undefined && haveBins) return null;
    return valueDifference(statistic ?? name, value, other.numbers.get(name));
  });
}

const SECTIONS = ['contents', 'sumw2', 'binEntries', 'binSumw2'] as const;

/** What the numbers of a section are called, of counts and of profiles. */
const NAMES: Readonly<Record<(typeof SECTIONS)[number], readonly [ofCounts: string, ofProfiles: string]>> = {
  contents: ['contents', 'sums of y'],
  sumw2: ['squared weights', 'sums of y²'],
  binEntries: ['weights', 'weights'],
  binSumw2: ['squared weights', 'squared weights'],
};

function bins({ bins: one, binning }: HistogramContent, { bins: other }: HistogramContent): string | null {
  if (one === null || other === null)
    return one === other ? null : one === null ? 'no bins, where the other has some' : 'bins, where the other has none';
  if (one.flow !== other.flow) return `${one.flow ? 'with' : 'without'} under- and overflow, where the other is not so`;
  if (one.errorOption !== other.errorOption)
    return valueDifference('option of errors', one.errorOption, other.errorOption);
  const isProfile = one.binEntries !== undefined;
  if (isProfile !== (other.binEntries !== undefined))
    return isProfile ? 'a profile, not counts' : 'counts, not a profile';
  for (const section of SECTIONS) {
    const name = NAMES[section][isProfile ? 1 : 0];
    const [a, b] = [one[section], other[section]];
    if (a === undefined && b === undefined) continue;
    if (a === undefined || b === undefined)
      return a ? `${name}, where the other has none` : `no ${name}, where the other has some`;
    const { count, first } = differing(a, b);
    if (count === 0) continue;
    const place = binAt(first, one.flow, binning?.axes[0]?.bins ?? a.length, (binning?.axes.length ?? 1) > 1);
    return `${name} of ${count} of ${a.length} bins, first ${place}: ${shown(a[first])}, not ${shown(b[first])}`;
  }
  return null;
}

function differing(a: NumberArray, b: NumberArray): { count: number; first: number } {
  let count = 0;
  let first = -1;
  for (let i = 0; i < a.length; i++) {
    if (Object.is(a[i], b[i])) continue;
    if (count++ === 0) first = i;
  }
  return { count, first };
}

/** As ROOT numbers bins: 0 is the underflow, n + 1 the overflow. */
function binAt(cell: number, flow: boolean, nx: number, isMap: boolean): string {
  const offset = flow ? 0 : 1;
  if (!isMap) return `bin ${cell + offset}`;
  const width = flow ? nx + 2 : nx;
  return `bin (${(cell % width) + offset}, ${Math.floor(cell / width) + offset})`;
}
