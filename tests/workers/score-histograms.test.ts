import { describe, expect, it } from 'vitest';
import type { Axis } from '../../src/domain/axis.ts';
import { encodeBins } from '../../src/domain/codec.ts';
import { CorruptBinsError } from '../../src/domain/errors.ts';
import { METRICS } from '../../src/domain/scores/metrics.ts';
import { scored } from '../../src/domain/scores/scored.ts';
import {
  type PackedHistogram,
  packedPlaces,
  type ScoreTask,
  scoreHistograms,
} from '../../src/workers/score-histograms.ts';

const axes: readonly (readonly Axis[])[] = [3, 4].map((bins) => [{ bins, min: 0, max: 3, title: '' }]);
const blobs: Uint8Array[] = [];
/** Counts in range, with what lies beyond on both sides, on the axis of three or of four bins. */
function packed(...counts: number[]): PackedHistogram {
  const from = Buffer.concat(blobs).length;
  blobs.push(encodeBins({ flow: true, contents: Float64Array.of(50, ...counts, 70) }));
  return { from, to: Buffer.concat(blobs).length, axes: counts.length - 3 };
}
const [some, alike, four, few] = [packed(10, 20, 30), packed(11, 19, 33), packed(1, 2, 3, 4), packed(1, 0, 1)] as const;
const taskOf = (items: (PackedHistogram | null)[][], changes: Partial<ScoreTask> = {}): ScoreTask => ({
  metrics: ['CHI2'],
  largestPulls: 1,
  minEntries: 10,
  withPulls: false,
  bytes: Buffer.concat(blobs),
  axes,
  ...packedPlaces(items),
  ...changes,
});
const of = (...counts: number[]) => scored({ flow: false, contents: Float64Array.from(counts) }, axes[0] ?? []);

describe('histograms in a thread', () => {
  it('are scored against the references that have their axes and enough entries', () => {
    const expected = METRICS.CHI2(of(10, 20, 30), [of(11, 19, 33)], { largestPulls: 1 });
    const [item] = scoreHistograms(taskOf([[some, four, null, few, alike]]));
    expect(item).toEqual({
      scores: [{ value: expected.value, pValue: null }],
      sum: 60,
      cells: 3,
      referenceSums: [null, null, 2, 63],
      refused: [{ reference: 0, reason: 'has an x axis of 4 bins from 0 to 3, not 3 from 0 to 3' }],
    });
    const [withPulls] = scoreHistograms(taskOf([[some, alike]], { withPulls: true }));
    expect(withPulls?.scores).toEqual([expected]);
  });

  it('are not scored with too few entries on either side, nor empty', () => {
    const scoresOf = (tested: PackedHistogram, reference: PackedHistogram, minEntries: number) =>
      scoreHistograms(taskOf([[tested, reference]], { minEntries }))[0]?.scores;
    expect(scoresOf(some, few, 3)).toBeNull();
    expect(scoresOf(few, some, 3)).toBeNull();
    expect(scoresOf(few, some, 2)).toHaveLength(1);
    const empty = packed(0, 0, 0);
    expect(scoresOf(empty, some, 0)).toBeNull();
    expect(scoresOf(some, empty, 0)).toBeNull();
  });

  it('whose bytes are damaged are told by their place', () => {
    const cut = { ...alike, to: alike.to - 1 };
    const work = () =>
      scoreHistograms(
        taskOf([
          [some, alike],
          [some, cut],
        ]),
      );
    expect(work).toThrow(CorruptBinsError);
    expect(work).toThrow(expect.objectContaining({ details: { item: 1 } }));
  });
});
