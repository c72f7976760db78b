import { expect, test } from 'vitest';
import { placesOnBoard } from '../../src/domain/leaderboard.ts';

const row = (value: number | null, more: object = {}) => ({
  ...{ thresholdFrom: 'VALIDATION', expected: 100, scored: 100, evaluatedAt: new Date(0), value, isInverted: false },
  ...{ validFrom: null, validTo: null },
  ...more,
});

test('equal values share a place, and what has none stands behind', () => {
  const places = placesOnBoard([row(0.5), row(null), row(0.9), row(0.5), row(0.1)], { runs: [], flags: [] });
  expect(places.map(({ rank, row: { value } }) => [rank, value])).toEqual([
    [1, 0.9],
    [2, 0.5],
    [2, 0.5],
    [4, 0.1],
    [null, null],
  ]);
});

test('a threshold from the truth of the test has no place, and takes none from others', () => {
  const places = placesOnBoard([row(1, { thresholdFrom: 'TEST' }), row(0.5)], { runs: [], flags: ['TRUTH_CHANGED'] });
  expect(places.map(({ rank, flags }) => [rank, flags])).toEqual([
    [1, ['TRUTH_CHANGED']],
    [null, ['OPTIMISTIC_THRESHOLD', 'TRUTH_CHANGED']],
  ]);
});

test('coverage is low below 95 %, and flags say what a place is to be read with', () => {
  const flagsOf = (more: object) => placesOnBoard([row(0.3, more)], { runs: [3, 5], flags: [] })[0]?.flags;
  expect(flagsOf({ scored: 95 })).toEqual([]);
  expect(flagsOf({ scored: 94 })).toEqual(['LOW_COVERAGE']);
  expect(flagsOf({ isInverted: true })).toEqual(['INVERTED']);
  expect(flagsOf({ validFrom: 3, validTo: 5 })).toEqual([]);
  expect(flagsOf({ validFrom: 4 })).toEqual(['OUTSIDE_VALIDITY']);
  expect(flagsOf({ validTo: 4 })).toEqual(['OUTSIDE_VALIDITY']);
  expect(flagsOf({ value: null, evaluatedAt: null, isInverted: null })).toEqual(['NOT_EVALUATED']);
});
