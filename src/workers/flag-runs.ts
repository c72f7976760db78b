import type { ScoredLumisections } from '../domain/evaluation/sample.ts';
import type { Orientation } from '../domain/prediction.ts';
import { orientedSample, workingPointOf } from '../domain/prediction-evaluation.ts';

/** Scores of one monitor element. Without a threshold, it is the working point of what is to be chosen on. */
export interface FlagTask {
  readonly orientation: Orientation;
  readonly scored: ScoredLumisections;
  /** In the orientation of the strategy. */
  readonly threshold: number | null;
  readonly chooseOn: ScoredLumisections | null;
  /** Flagged members of a run, from which on it is flagged. */
  readonly leastMembers: number;
}

/** The runs that are flagged, ascending. Without any threshold none is. */
export function flagRuns({ orientation, scored, threshold, chooseOn, leastMembers }: FlagTask): Int32Array {
  const chosen = chooseOn === null ? null : workingPointOf(orientedSample(chooseOn, orientation));
  const used = threshold === null ? (chosen?.threshold ?? null) : orientation === 'LOWER' ? 0 - threshold : threshold;
  if (used === null) return new Int32Array();
  const { run, score } = orientedSample(scored, orientation);
  const counts = new Map<number, number>();
  for (let i = 0; i < run.length; i++) {
    const value = score[i] as number;
    if (!Number.isFinite(value) || value < used) continue;
    counts.set(run[i] as number, (counts.get(run[i] as number) ?? 0) + 1);
  }
  return Int32Array.from([...counts].filter(([, count]) => count >= leastMembers).map(([number]) => number));
}
