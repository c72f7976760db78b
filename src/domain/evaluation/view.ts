import { covered, type Sample } from './sample.ts';
import { type Slice, slice } from './slices.ts';
import type { Weighting } from './weighting.ts';

/** What becomes of lumisections without a score. PENALISED: taken for the worst they could be (see `rank`). LEFT_OUT. */
export type MissingScores = 'PENALISED' | 'LEFT_OUT';

/** A way to look at the scores of a strategy. */
export interface View {
  readonly slice: Slice;
  readonly weighting: Weighting;
  readonly missing: MissingScores;
}

/** The lumisections that a view looks at. */
export function viewed(sample: Sample, view: View): Sample {
  const sliced = slice(sample, view.slice);
  return view.missing === 'LEFT_OUT' ? covered(sliced) : sliced;
}
