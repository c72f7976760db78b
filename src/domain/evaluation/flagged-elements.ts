import type { RunTruth } from './runs.ts';

/** Flags by monitor element, in any order: an element of the arrays for each score (run, lumisection, monitor element). */
export interface ElementFlags {
  readonly run: Int32Array;
  /** Any number that stands for a monitor element. */
  readonly monitorElement: Int32Array;
  /** 1 where the score is at or above the threshold of its monitor element. */
  readonly flagged: Uint8Array;
}

/** Of the runs of a truth: how many there are, and how many of them have so many flagged monitor elements or more. */
export interface FlaggedRuns {
  readonly truth: RunTruth;
  readonly runs: number;
  readonly atLeast: readonly { readonly elements: number; readonly runs: number; readonly share: number | null }[];
}

/** Numbers of flagged monitor elements that are reported. */
export const FLAGGED_ELEMENTS: readonly number[] = [1, 3, 5];

/**
 * Share of runs with at least N flagged monitor elements, by the truth of runs. A monitor element is flagged in a run with
 * `leastLumisections` flagged lumisections or more (one score each where runs are scored as a whole: 1).
 * Runs without any score are runs without flags. Source: AutoDQM, AutoDQM_ML (N = 1, 3, 5).
 */
export function flaggedRuns(
  { run, monitorElement, flagged }: ElementFlags,
  truths: ReadonlyMap<number, RunTruth>,
  leastLumisections = 1,
): FlaggedRuns[] {
  const flags = new Map<number, Map<number, number>>();
  for (let i = 0; i < run.length; i++) {
    if (flagged[i] !== 1) continue;
    const key = run[i] as number;
    const ofRun = flags.get(key) ?? new Map<number, number>();
    flags.set(key, ofRun);
    ofRun.set(monitorElement[i] as number, (ofRun.get(monitorElement[i] as number) ?? 0) + 1);
  }
  const elementsOf = (key: number) =>
    [...(flags.get(key)?.values() ?? [])].filter((count) => count >= leastLumisections).length;
  return (['GOOD', 'BAD', 'MIXED'] as const).map((truth) => {
    const counts = [...truths].filter(([, of]) => of === truth).map(([key]) => elementsOf(key));
    return {
      truth,
      runs: counts.length,
      atLeast: FLAGGED_ELEMENTS.map((elements) => {
        const runs = counts.filter((count) => count >= elements).length;
        return { elements, runs, share: counts.length > 0 ? runs / counts.length : null };
      }),
    };
  });
}
