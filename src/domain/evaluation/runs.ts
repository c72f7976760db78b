import { BAD, type Sample } from './sample.ts';

/** Lumisections of a run with truth, by what became of them at a threshold. */
export interface RunCounts {
  readonly run: number;
  readonly bad: number;
  readonly badFlagged: number;
  readonly good: number;
  readonly goodFlagged: number;
  /** Without a score, of both classes: they count as flagged where they are good, as passed where they are bad. */
  readonly missing: number;
}

/** The runs of a sample in the order of their numbers. */
export function countByRun({ run, truth, score }: Sample, threshold: number): RunCounts[] {
  const counts: { -readonly [Name in keyof RunCounts]: number }[] = [];
  for (let i = 0; i < run.length; i++) {
    let last = counts.at(-1);
    if (last === undefined || last.run !== run[i]) {
      last = { run: run[i] as number, bad: 0, badFlagged: 0, good: 0, goodFlagged: 0, missing: 0 };
      counts.push(last);
    }
    const value = score[i] as number;
    const isMissing = !Number.isFinite(value);
    if (isMissing) last.missing++;
    if (truth[i] === BAD) {
      last.bad++;
      if (!isMissing && value >= threshold) last.badFlagged++;
    } else {
      last.good++;
      if (isMissing || value >= threshold) last.goodFlagged++;
    }
  }
  return counts;
}

/** A run is GOOD without bad lumisections, BAD without good ones, else MIXED. Those without truth count for neither. */
export type RunTruth = 'GOOD' | 'BAD' | 'MIXED';

export function truthOfRuns({ run, truth }: Sample): Map<number, RunTruth> {
  const truths = new Map<number, RunTruth>();
  for (let i = 0; i < run.length; i++) {
    const here = truth[i] === BAD ? 'BAD' : 'GOOD';
    const before = truths.get(run[i] as number);
    truths.set(run[i] as number, before === undefined || before === here ? here : 'MIXED');
  }
  return truths;
}
