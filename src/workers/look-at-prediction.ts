import { evaluateAt } from '../domain/evaluation/at-threshold.ts';
import { type CurvePoint, precisionRecallCurve, rocCurve } from '../domain/evaluation/curves.ts';
import type { EvaluateOptions } from '../domain/evaluation/evaluate.ts';
import { rank, stepsOf } from '../domain/evaluation/ranking.ts';
import { countByRun, type RunCounts } from '../domain/evaluation/runs.ts';
import { type Coverage, coverageOf, type ScoredLumisections } from '../domain/evaluation/sample.ts';
import { binBy, slice } from '../domain/evaluation/slices.ts';
import { type View, viewed } from '../domain/evaluation/view.ts';
import type { Orientation } from '../domain/prediction.ts';
import { evaluateView, orientedSample, type ViewNumbers } from '../domain/prediction-evaluation.ts';

export interface LookTask {
  readonly orientation: Orientation;
  readonly view: View;
  readonly scored: ScoredLumisections;
  readonly options: EvaluateOptions;
  /** Thresholds are in the orientation of the strategy. */
  readonly asked:
    | { readonly kind: 'view'; readonly threshold: number | null }
    | { readonly kind: 'threshold'; readonly threshold: number }
    | { readonly kind: 'curve'; readonly of: 'ROC' | 'PRECISION_RECALL'; readonly atMost: number }
    | { readonly kind: 'runs'; readonly threshold: number }
    | {
        readonly kind: 'bins';
        readonly quantity: string;
        readonly edges: readonly number[];
        readonly threshold: number | null;
      };
}

export interface BinNumbers {
  readonly low: number;
  readonly high: number;
  readonly numbers: ViewNumbers;
}

/** What was asked for; the others are empty. Thresholds in it are those of scores of which higher ones are anomalous. */
export interface Looked {
  readonly view?: { readonly numbers: ViewNumbers; readonly coverage: Coverage };
  readonly threshold?: ReturnType<typeof evaluateAt>;
  readonly curve?: readonly CurvePoint[];
  readonly runs?: readonly RunCounts[];
  readonly bins?: { readonly bins: readonly BinNumbers[]; readonly unknown: number; readonly outside: number };
}

/** Numbers that are not kept with an evaluation: those of one look at the scores of a prediction. */
export function lookAtPrediction({ orientation, view, scored, options, asked }: LookTask): Looked {
  const sample = orientedSample(scored, orientation);
  const oriented = (threshold: number) => (orientation === 'LOWER' ? 0 - threshold : threshold);
  switch (asked.kind) {
    case 'view':
      return {
        view: {
          coverage: coverageOf(scored),
          numbers: evaluateView(sample, view, asked.threshold === null ? null : oriented(asked.threshold), options),
        },
      };
    case 'threshold':
      return { threshold: evaluateAt(sample, view, oriented(asked.threshold), options) };
    case 'curve': {
      const steps = stepsOf(rank(viewed(sample, view), view.weighting));
      const draw = asked.of === 'ROC' ? rocCurve : precisionRecallCurve;
      return { curve: draw(steps, { dropCollinear: true, atMost: asked.atMost }) };
    }
    case 'runs':
      return { runs: countByRun(viewed(sample, view), oriented(asked.threshold)) };
    case 'bins': {
      const { bins, unknown, outside } = binBy(slice(sample, view.slice), asked.quantity, asked.edges);
      const threshold = asked.threshold === null ? null : oriented(asked.threshold);
      return {
        bins: {
          bins: bins.map(({ low, high, sample: inBin }) => ({
            ...{ low, high, numbers: evaluateView(inBin, view, threshold, options) },
          })),
          unknown,
          outside,
        },
      };
    }
  }
}
