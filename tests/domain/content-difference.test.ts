import { describe, expect, test } from 'vitest';
import { type HistogramContent, histogramDifference } from '../../src/domain/content-difference.ts';
import type { Binning, Bins } from '../../src/domain/histogram.ts';

const axis = { bins: 3, min: 0, max: 3, title: 'x' };
const line: Binning = { title: 'charge', axes: [axis] };
const map: Binning = { title: 'charge', axes: [axis, { ...axis, bins: 2 }] };
const counts = (...contents: number[]): Bins => ({ flow: true, contents: Float64Array.from(contents) });
const numbers = new Map<string, number | string | null>([
  ['entries', 6],
  ['mean_x', 1.5],
]);
const charge: HistogramContent = { binning: line, bins: counts(0, 1, 2, 3, 0), numbers };
const statistics: HistogramContent = { binning: null, bins: null, numbers };
const profile = { ...counts(0, 2, 4, 6, 0), binEntries: Float64Array.of(0, 1, 1, 1, 0) };
const cells = (...changed: [cell: number, content: number][]) => {
  const contents = new Float64Array(20);
  for (const [cell, content] of changed) contents[cell] = content;
  return { flow: true, contents };
};

describe('two contents of one key differ in', () => {
  test.each<[what: string, one: HistogramContent, other: HistogramContent, said: string]>([
    ['nothing', charge, charge, ''],
    ['entries', { ...charge, numbers: new Map([['entries', 7]]) }, charge, 'entries 7, not 6'],
    [
      'bins, of which the first is named as ROOT does, and no statistics of them',
      { ...charge, bins: counts(0, 1, 9, 3, 9), numbers: new Map([...numbers, ['mean_x', 2]]) },
      charge,
      'contents of 2 of 5 bins, first bin 2: 9, not 2',
    ],
    [
      'cells of a map',
      { ...charge, binning: map, bins: cells([8, 1], [19, 1]) },
      { ...charge, binning: map, bins: cells() },
      'contents of 2 of 20 bins, first bin (3, 1): 1, not 0',
    ],
    [
      'in-range bins where there are no others',
      { ...charge, bins: { flow: false, contents: Float64Array.of(4, 2, 3) } },
      { ...charge, bins: { flow: false, contents: Float64Array.of(1, 2, 3) } },
      'contents of 1 of 3 bins, first bin 1: 4, not 1',
    ],
    [
      'weights of a profile',
      { ...charge, bins: { ...profile, binEntries: Float64Array.of(0, 1, 2, 1, 0) } },
      { ...charge, bins: profile },
      'weights of 1 of 5 bins, first bin 2: 2, not 1',
    ],
    ['kind', { ...charge, bins: profile }, charge, 'a profile, not counts'],
    [
      'squared weights of one alone',
      { ...charge, bins: { ...counts(0, 1, 2, 3, 0), sumw2: Float64Array.of(0, 1, 2, 3, 0) } },
      charge,
      'squared weights, where the other has none',
    ],
    [
      'under- and overflow',
      { ...charge, bins: { flow: false, contents: Float64Array.of(1, 2, 3) } },
      charge,
      'without under- and overflow, where the other is not so',
    ],
    [
      'titles',
      { ...charge, binning: { title: 'Charge', axes: [{ ...axis, title: 'y' }] } },
      charge,
      'title "Charge", not "charge"; title of the x axis "y", not "x"',
    ],
    [
      'axes, where bins cannot be compared',
      { ...charge, binning: { title: 'charge', axes: [{ ...axis, max: 4 }] }, bins: counts(9, 9, 9, 9, 9) },
      charge,
      'an x axis of 3 bins from 0 to 4, not 3 from 0 to 3',
    ],
    [
      'statistics, where there are no bins',
      { ...statistics, numbers: new Map([...numbers, ['mean_x', null]]) },
      statistics,
      'mean none, not 1.5',
    ],
    ['having bins', charge, { ...charge, bins: null }, 'bins, where the other has none'],
  ])('%s', (_, one, other, said) => {
    expect(histogramDifference(one, other)).toBe(said);
  });
});
