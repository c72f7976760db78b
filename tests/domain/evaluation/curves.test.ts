import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CurvePoint, precisionRecallCurve, rocCurve } from '../../../src/domain/evaluation/curves.ts';
import { rank, stepsOf } from '../../../src/domain/evaluation/ranking.ts';
import { rocAuc } from '../../../src/domain/evaluation/roc-auc.ts';
import { BAD, GOOD } from '../../../src/domain/evaluation/sample.ts';
import { anyRows, type Row, runOf, sampleFrom } from './made.ts';

const stepsFrom = (rows: readonly Row[]) => stepsOf(rank(sampleFrom(rows), 'BY_LUMISECTION'));

const withBoth = anyRows.filter((rows) => [BAD, GOOD].every((truth) => rows.some((row) => row.truth === truth)));

function areaUnder(points: readonly CurvePoint[]): number {
  let area = 0;
  for (const [i, { x, y }] of points.entries()) {
    const before = points[i - 1];
    if (before !== undefined) area += ((x - before.x) * (y + before.y)) / 2;
  }
  return area;
}

/** The height of the line through the points at x, of the last point where several have it. */
function heightAt(points: readonly CurvePoint[], x: number): number {
  const after = points.findLastIndex((point) => point.x <= x);
  const [left, right] = [points[after] as CurvePoint, points[after + 1]];
  return right === undefined ? left.y : left.y + ((right.y - left.y) * (x - left.x)) / (right.x - left.x);
}

describe('a ROC curve', () => {
  it('goes from (0, 0) to (1, 1) and has the AUC below it', () => {
    fc.assert(
      fc.property(withBoth, (rows) => {
        const steps = stepsFrom(rows);
        const points = rocCurve(steps);
        expect(points[0]).toEqual({ x: 0, y: 0, threshold: null });
        expect(points.at(-1)).toMatchObject({ x: 1, y: 1 });
        expect(areaUnder(points)).toBeCloseTo(rocAuc(steps) as number, 13);
      }),
      { numRuns: 40 },
    );
  });

  it('is drawn the same without the points on straight lines', () => {
    fc.assert(
      fc.property(withBoth, (rows) => {
        const steps = stepsFrom(rows);
        const [all, few] = [rocCurve(steps), rocCurve(steps, { dropCollinear: true })];
        for (const point of few) expect(all).toContainEqual(point);
        for (const { x, y } of all) if (x < 1) expect(heightAt(few, x)).toBeGreaterThanOrEqual(y - 1e-12);
        expect(areaUnder(few)).toBeCloseTo(areaUnder(all), 12);
        for (let i = 2; i < few.length; i++) {
          const [a, b, c] = few.slice(i - 2, i + 1) as [CurvePoint, CurvePoint, CurvePoint];
          expect(Math.abs((b.x - a.x) * (c.y - b.y) - (c.x - b.x) * (b.y - a.y))).toBeGreaterThan(1e-6);
        }
      }),
      { numRuns: 40 },
    );
  });

  it('begins with missing good lumisections and ends with missing bad ones, at no threshold', () => {
    const points = rocCurve(stepsFrom(runOf(1, { bad: [2, null], good: [1, 1, 1, null] })));
    expect(points).toEqual([
      { x: 0, y: 0, threshold: null },
      { x: 0.25, y: 0, threshold: null },
      { x: 0.25, y: 0.5, threshold: 2 },
      { x: 1, y: 0.5, threshold: 1 },
      { x: 1, y: 1, threshold: null },
    ]);
  });

  it('keeps to a number of points, which lie along all of it', () => {
    const scores = Array.from({ length: 3_000 }, (_, i) => (i * 7919) % 3_001);
    const steps = stepsFrom([
      ...runOf(1, { good: scores }),
      ...runOf(2, { bad: scores.map((score) => score + 300.5) }),
    ]);
    const all = rocCurve(steps, { atMost: 10_000 });
    expect(all).toHaveLength(6_001);
    expect(rocCurve(steps).length).toBeLessThanOrEqual(1_000);
    const few = rocCurve(steps, { atMost: 50 });
    expect(few.length).toBeLessThanOrEqual(50);
    expect(few.length).toBeGreaterThan(45);
    expect([few[0], few.at(-1)]).toEqual([all[0], all.at(-1)]);
    const places = new Set(all.map(({ x, y }) => `${x} ${y}`));
    for (const [i, point] of few.entries()) {
      expect(places.has(`${point.x} ${point.y}`)).toBe(true);
      const next = few[i + 1];
      if (next !== undefined) expect(next.x - point.x + next.y - point.y).toBeLessThan(2 * (2 / 49));
    }
    expect(rocCurve(steps, { atMost: 2 })).toHaveLength(2);
  });

  it('does not exist of one class', () => {
    expect(rocCurve(stepsFrom(runOf(1, { bad: [1, 2] })))).toEqual([]);
    expect(precisionRecallCurve(stepsFrom(runOf(1, { good: [1, 2] })))).toEqual([]);
  });
});

describe('a precision-recall curve', () => {
  it('ends where all is flagged, at the share of bad lumisections', () => {
    fc.assert(
      fc.property(withBoth, (rows) => {
        const steps = stepsFrom(rows.map((row) => ({ ...row, weight: 1 })));
        const points = precisionRecallCurve(steps);
        const [bad, good] = [BAD, GOOD].map((truth) => rows.filter((row) => row.truth === truth).length) as [
          number,
          number,
        ];
        expect(points.at(-1)).toMatchObject({ x: 1, y: bad / (bad + good) });
        for (const [i, { x }] of points.entries()) if (i > 0) expect(x).toBeGreaterThanOrEqual(points[i - 1]?.x ?? 0);
      }),
      { numRuns: 30 },
    );
  });

  it('keeps both ends of each vertical line', () => {
    const steps = stepsFrom(runOf(1, { bad: [9, 4], good: [8, 7, 6, 5, 3, 2, 1] }));
    const drawn = precisionRecallCurve(steps, { dropCollinear: true });
    expect(drawn.map(({ threshold }) => threshold)).toEqual([9, 5, 4, 1]);
    expect(drawn.map(({ x }) => x)).toEqual([0.5, 0.5, 1, 1]);
    expect(precisionRecallCurve(steps)).toHaveLength(9);
  });
});
