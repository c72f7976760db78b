import { differingAxes } from '../domain/add-bins.ts';
import type { Axis } from '../domain/axis.ts';
import { decodeBins } from '../domain/codec.ts';
import { CorruptBinsError } from '../domain/errors.ts';
import { METRICS, type Metric, type ScoreOptions } from '../domain/scores/metrics.ts';
import { type Score, type Scored, scored } from '../domain/scores/scored.ts';
import { type Shape, shapeOf } from '../domain/shape.ts';

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
  /** Of all items one behind the other: see packedPlaces. */
  readonly places: Int32Array<ArrayBuffer>;
  /** Of each item: the tested one and its references. */
  readonly sides: number;
}

const [NUMBERS_OF_PLACE, ABSENT] = [3, -1];

/** Of each item the tested histogram, then one or none of each reference: as numbers, which are posted much faster than objects. */
export function packedPlaces(
  items: readonly (readonly (PackedHistogram | null)[])[],
): Pick<ScoreTask, 'places' | 'sides'> {
  const sides = items[0]?.length ?? 0;
  const places = new Int32Array(items.length * sides * NUMBERS_OF_PLACE).fill(ABSENT);
  for (const [i, item] of items.entries()) {
    for (const [side, one] of item.entries()) {
      if (one !== null) places.set([one.from, one.to, one.axes], (i * sides + side) * NUMBERS_OF_PLACE);
    }
  }
  return { places, sides };
}

function placeOf({ places, sides }: ScoreTask, item: number, side: number): PackedHistogram | null {
  const at = (item * sides + side) * NUMBERS_OF_PLACE;
  const [from, to, axes] = places.subarray(at, at + NUMBERS_OF_PLACE) as unknown as [number, number, number];
  return from === ABSENT ? null : { from, to, axes };
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
  const shapes = task.axes.map((axes) => shapeOf({ axes }));
  const count = task.places.length / Math.max(1, task.sides * NUMBERS_OF_PLACE);
  return Array.from({ length: count }, (_, item) => {
    try {
      return scoreItem(task, item, shapes);
    } catch (error) {
      if (error instanceof CorruptBinsError) throw new CorruptBinsError(error.message, { ...error.details, item });
      throw error;
    }
  });
}

function scoreItem(task: ScoreTask, item: number, shapes: readonly Shape[]): ScoredItem {
  const { metrics, minEntries, withPulls } = task;
  const packed = placeOf(task, item, 0) as PackedHistogram;
  const tested = unpacked(task, packed, shapes);
  if (tested === null) return refusal(task.sides - 1);
  const refused: { reference: number; reason: string }[] = [];
  const found = Array.from({ length: task.sides - 1 }, (_, reference) => {
    const other = placeOf(task, item, reference + 1);
    if (other === null) return null;
    const differs = other.axes === packed.axes ? null : differingAxes({ axes: axesOf(task, other) }, tested);
    const unpackedOther = differs === null ? unpacked(task, other, shapes) : null;
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
function unpacked(task: ScoreTask, packed: PackedHistogram, shapes: readonly Shape[]): Scored | null {
  const axes = axesOf(task, packed);
  const bins = decodeBins(task.bytes.subarray(packed.from, packed.to), shapes[packed.axes] as Shape);
  return bins.binEntries === undefined ? scored(bins, axes) : null;
}
