import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { averagePrecision } from '../../../src/domain/evaluation/average-precision.ts';
import { type Confusion, confusionAt } from '../../../src/domain/evaluation/confusion.ts';
import { precisionRecallCurve, rocCurve } from '../../../src/domain/evaluation/curves.ts';
import { rank, stepsOf } from '../../../src/domain/evaluation/ranking.ts';
import { rocAuc } from '../../../src/domain/evaluation/roc-auc.ts';
import { sampleOf } from '../../../src/domain/evaluation/sample.ts';
import type { Weighting } from '../../../src/domain/evaluation/weighting.ts';

interface Measured {
  readonly rocAuc: number;
  readonly averagePrecision: number;
  readonly confusion: Omit<Confusion, 'threshold'>;
}

interface Case {
  readonly name: string;
  readonly run: number[];
  readonly lumisection: number[];
  readonly truth: number[];
  readonly score: number[];
  readonly weight: number[];
  readonly threshold: number;
  readonly unweighted: Measured;
  readonly weighted: Measured;
  readonly byRun: Measured;
  readonly roc: { readonly x: number[]; readonly y: number[]; readonly thresholds: number[] };
  readonly precisionRecall: { readonly x: number[]; readonly y: number[] };
  readonly replicas: { readonly times: number[]; readonly rocAuc: number; readonly averagePrecision: number }[];
}

// made by make.py beside it
const recorded = JSON.parse(readFileSync(join(import.meta.dirname, 'fixtures/scikit-learn.json'), 'utf8')) as {
  readonly cases: Case[];
};

function near(found: number | null | undefined, expected: number): void {
  expect(Math.abs((found ?? Number.NaN) - expected), `${found} and ${expected}`).toBeLessThanOrEqual(
    1e-12 * Math.max(1, expected),
  );
}

describe.each(recorded.cases)('what scikit-learn says of $name', (of) => {
  const scored = {
    run: Int32Array.from(of.run),
    lumisection: Int32Array.from(of.lumisection),
    truth: Int8Array.from(of.truth),
    score: Float64Array.from(of.score),
  };
  const plain = sampleOf(scored);
  const weighted = sampleOf({ ...scored, weight: Float64Array.from(of.weight) });

  it.each([
    ['each lumisection alike', plain, 'BY_LUMISECTION', of.unweighted],
    ['weights', weighted, 'BY_LUMISECTION', of.weighted],
    ['each run alike', plain, 'BY_RUN', of.byRun],
  ] as const)('is the same with %s', (_, sample, weighting: Weighting, expected) => {
    const steps = stepsOf(rank(sample, weighting));
    near(rocAuc(steps), expected.rocAuc);
    near(averagePrecision(steps), expected.averagePrecision);
    const confusion = confusionAt(steps, of.threshold);
    for (const [name, value] of Object.entries(expected.confusion)) near(confusion[name as keyof Confusion], value);
  });

  it('is the same of both curves, point by point', () => {
    const steps = stepsOf(rank(plain, 'BY_LUMISECTION'));
    const roc = rocCurve(steps).slice(1);
    expect(roc.map(({ threshold }) => threshold)).toEqual(of.roc.thresholds);
    expect(roc).toHaveLength(of.roc.x.length);
    const precisionRecall = precisionRecallCurve(steps);
    for (const [i, { x, y }] of roc.entries()) {
      near(x, of.roc.x[i] as number);
      near(y, of.roc.y[i] as number);
    }
    // scikit-learn goes on after everything bad is flagged, too
    expect(precisionRecall).toHaveLength(of.precisionRecall.x.length);
    for (const [i, { x, y }] of precisionRecall.entries()) {
      near(x, of.precisionRecall.x[i] as number);
      near(y, of.precisionRecall.y[i] as number);
    }
  });

  it('is the same of runs drawn several times', () => {
    const ranking = rank(plain, 'BY_LUMISECTION');
    expect(of.replicas.length).toBeGreaterThan(0);
    for (const { times, ...expected } of of.replicas) {
      const steps = stepsOf(ranking, Float64Array.from(times));
      near(rocAuc(steps), expected.rocAuc);
      near(averagePrecision(steps), expected.averagePrecision);
    }
  });
});
