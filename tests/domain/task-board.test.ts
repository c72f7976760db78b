import { describe, expect, test } from 'vitest';
import { publicRuns } from '../../src/domain/task-board.ts';

const members = (run: number, positives: number, negatives: number) => [
  ...Array.from({ length: positives }, () => ({ run, truth: 'POSITIVE' as const })),
  ...Array.from({ length: negatives }, () => ({ run, truth: 'NEGATIVE' as const })),
];
const rules = { publicShare: 0.5, seed: 1, allow: [] };

describe('the public part of a test', () => {
  const test20 = Array.from({ length: 20 }, (_, i) => members(i + 1, i % 4 === 0 ? 5 : 0, 10)).flat();

  test('is whole runs, with its share of both classes', () => {
    const runs = publicRuns(test20, rules);
    const count = (truth: string) => test20.filter((member) => runs.has(member.run) && member.truth === truth).length;
    expect(Math.abs(count('POSITIVE') - 12.5)).toBeLessThanOrEqual(2.5);
    expect(Math.abs(count('NEGATIVE') - 100)).toBeLessThanOrEqual(10);
  });

  test('is drawn by the seed, and is the same whatever order the members come in', () => {
    const runs = publicRuns(test20, rules);
    expect(publicRuns(test20.toReversed(), rules)).toEqual(runs);
    const others = [2, 3, 4].map((seed) => publicRuns(test20, { ...rules, seed }));
    expect(others.some((other) => [...other].some((run) => !runs.has(run)))).toBe(true);
  });

  test('is none where nobody asked for one', () => {
    expect(publicRuns(test20, { ...rules, publicShare: null }).size).toBe(0);
  });

  test('is refused where it, or the private part, would lack a class, unless one class is asked for', () => {
    const one = members(1, 5, 5);
    expect(() => publicRuns(one, rules)).toThrow(/the private part of the test would have 0 positives and 0 negatives/);
    const lonely = [...members(1, 5, 5), ...members(2, 0, 10)];
    expect(() => publicRuns(lonely, rules)).toThrow(/ONE_CLASS_TEST/);
    expect(publicRuns(lonely, { ...rules, allow: ['ONE_CLASS_TEST'] }).size).toBe(1);
  });
});
