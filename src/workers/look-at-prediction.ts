import { evaluateAt } from '../domain/evaluation/at-threshold.ts';
import { type CurvePoint, precisionRecallCurve, rocCurve } from '../domain/evaluation/curves.ts';
import type { EvaluateOptions } from '../domain/evaluation/evaluate.ts';
import { type FlaggedRuns, flaggedRuns } from '../domain/evaluation/flagged-elements.ts';
import { rank, stepsOf } from '../domain/evaluation/ranking.ts';
import { countByRun, type RunCounts, truthOfRuns } from '../domain/evaluation/runs.ts';
import { type Coverage, coverageOf, type Sample, type ScoredLumisections } from '../domain/evaluation/sample.ts';
import { binBy, slice } from '../domain/evaluation/slices.ts';
import { type View, viewed } from '../domain/evaluation/view.ts';
import type { Orientation } from '../domain/prediction.ts';
import { evaluateView, orientedSample, type ViewNumbers, workingPointOf } from '../domain/prediction-evaluation.ts';

/** Scores of one monitor element. Without a stated threshold, the working point of what is to be chosen on. */
export interface ElementScores {
  readonly scored: ScoredLumisections;
  readonly threshold: number | null;
  readonly chooseOn: ScoredLumisections | null;
}

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
    | { readonly kind: 'flagged'; readonly elements: readonly ElementScores[]; readonly leastMembers: number }
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
  readonly flagged?: readonly FlaggedRuns[];
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
    case 'flagged':
      return { flagged: flagged(sample, orientation, asked.elements, asked.leastMembers) };
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

/** An element without any threshold flags nothing. */
function flagged(
  sample: Sample,
  orientation: Orientation,
  elements: readonly ElementScores[],
  leastMembers: number,
): FlaggedRuns[] {
  const runs: number[] = [];
  const places: number[] = [];
  for (const [place, { scored, threshold, chooseOn }] of elements.entries()) {
    const ofElement = orientedSample(scored, orientation);
    const stated = threshold === null ? undefined : orientation === 'LOWER' ? 0 - threshold : threshold;
    const used =
      stated ?? (chooseOn === null ? undefined : workingPointOf(orientedSample(chooseOn, orientation))?.threshold);
    if (used === undefined) continue;
    for (let i = 0; i < ofElement.run.length; i++) {
      const score = ofElement.score[i] as number;
      if (!(Number.isFinite(score) && score >= used)) continue;
      runs.push(ofElement.run[i] as number);
      places.push(place);
    }
  }
  return flaggedRuns(
    {
      run: Int32Array.from(runs),
      monitorElement: Int32Array.from(places),
      flagged: new Uint8Array(runs.length).fill(1),
    },
    truthOfRuns(sample),
    leastMembers,
  );
}
