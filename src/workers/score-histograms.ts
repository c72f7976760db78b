import { differingAxes } from '../domain/add-bins.ts';
import type { Axis } from '../domain/axis.ts';
import { decodeBins } from '../domain/codec.ts';
import { CorruptBinsError } from '../domain/errors.ts';
import { METRICS, type Metric, type ScoreOptions } from '../domain/scores/metrics.ts';
import { type Score, type Scored, scored } from '../domain/scores/scored.ts';
import { shapeOf } from '../domain/shape.ts';

/** A histogram in a task: where its blob lies in the bytes of all, and the place of its axes in the list of all. */
export interface PackedHistogram {
  readonly from: number;
  readonly to: number;
  readonly axes: number;
}

export interface ScoreTask extends ScoreOptions {
  readonly metrics: readonly Metric[];
  /** What has fewer in range is not scored, nor taken as a reference. */
  readonly minEntries: number;
  /** Whether pulls are given back. */
  readonly withPulls: boolean;
  /** Blobs of domain/codec.ts, one behind the other. */
  readonly bytes: Uint8Array;
  readonly axes: readonly (readonly Axis[])[];
  readonly items: readonly {
    readonly tested: PackedHistogram;
    /** Null where a reference has none. */
    readonly references: readonly (PackedHistogram | null)[];
  }[];
}

/** Of one item. Sums are those in range. */
export interface ScoredItem {
  /** By metric, as asked for; null where there was nothing to score it against, or too little of it. */
  readonly scores: readonly Score[] | null;
  /** NaN of a profile, which has no counts. */
  readonly sum: number;
  /** In range. */
  readonly cells: number;
  /** By reference; null where there is none, or it was refused. */
  readonly referenceSums: readonly (number | null)[];
  /** Why histograms were refused, as the end of a sentence; place -1: the tested one. */
  readonly refused: readonly { readonly reference: number; readonly reason: string }[];
}

const PROFILE = 'is a profile: its bins hold means, not counts';

/**
 * Scores histograms against their references, each against those alone that have its axes.
 * @throws CorruptBinsError with the place of the item in its details.
 */
export function scoreHistograms(task: ScoreTask): ScoredItem[] {
  return task.items.map((_, item) => {
    try {
      return scoreItem(task, item);
    } catch (error) {
      if (error instanceof CorruptBinsError) throw new CorruptBinsError(error.message, { ...error.details, item });
      throw error;
    }
  });
}

function scoreItem(task: ScoreTask, item: number): ScoredItem {
  const { metrics, minEntries, withPulls } = task;
  const { tested: packed, references } = task.items[item] as ScoreTask['items'][number];
  const tested = unpacked(task, packed);
  if (tested === null) return refusal(references.length);
  const refused: { reference: number; reason: string }[] = [];
  const found = references.map((other, reference) => {
    if (other === null) return null;
    const differs = differingAxes({ axes: axesOf(task, other) }, tested);
    const unpackedOther = differs === null ? unpacked(task, other) : null;
    if (unpackedOther === null) refused.push({ reference, reason: differs ?? PROFILE });
    return unpackedOther;
  });
  const used = found.filter((other): other is Scored => other !== null && isEnough(other, minEntries));
  const isScored = used.length > 0 && isEnough(tested, minEntries);
  return {
    scores: isScored ? metrics.map((metric) => scoreOf(metric, tested, used, task, withPulls)) : null,
    sum: tested.sum,
    cells: tested.contents.length,
    referenceSums: found.map((other) => other?.sum ?? null),
    refused,
  };
}

const refusal = (references: number): ScoredItem => ({
  scores: null,
  sum: Number.NaN,
  cells: 0,
  referenceSums: Array.from({ length: references }, () => null),
  refused: [{ reference: -1, reason: PROFILE }],
});

/** An empty histogram, or one of nothing that adds up, is never enough. */
export const isEnough = ({ sum }: Pick<Scored, 'sum'>, minEntries: number): boolean =>
  sum > 0 && sum >= minEntries && Number.isFinite(sum);

function scoreOf(
  metric: Metric,
  tested: Scored,
  references: readonly Scored[],
  options: ScoreOptions,
  withPulls: boolean,
): Score {
  const score = METRICS[metric](tested, references, options);
  return withPulls || score.pulls === undefined ? score : { value: score.value, pValue: score.pValue };
}

const axesOf = ({ axes }: ScoreTask, { axes: place }: PackedHistogram) => axes[place] as readonly Axis[];

/** Null for a profile. */
function unpacked(task: ScoreTask, packed: PackedHistogram): Scored | null {
  const axes = axesOf(task, packed);
  const bins = decodeBins(task.bytes.subarray(packed.from, packed.to), shapeOf({ axes }));
  return bins.binEntries === undefined ? scored(bins, axes) : null;
}
