import { describe, expect, test } from 'vitest';
import { encodeBins } from '../../src/domain/codec.ts';
import { CorruptBinsError } from '../../src/domain/errors.ts';
import { answerOf, SCORED } from '../../src/domain/prediction.ts';
import { decodeModel } from '../../src/strategies/model-bytes.ts';
import { fitStrategy } from '../../src/workers/fit-strategy.ts';
import type { PackedRows } from '../../src/workers/packed-rows.ts';
import { scoreMembers } from '../../src/workers/score-members.ts';

const axes = [[{ bins: 3, min: 0, max: 3, title: '' }], [{ bins: 3, min: 0, max: 6, title: '' }]];

/** Histograms of three bins, with or without flow bins, on one of the two axes. */
function packed(rows: readonly { counts: readonly number[]; flow?: boolean; booked?: number }[]): PackedRows {
  const blobs = rows.map(({ counts, flow = true }) =>
    encodeBins({ flow, contents: Float64Array.from(flow ? [9, ...counts, 9] : counts) }),
  );
  let end = 0;
  const ends = blobs.map(({ length }) => {
    end += length;
    return end;
  });
  return {
    ...{ bytes: new Uint8Array(Buffer.concat(blobs)), ends: Uint32Array.from(ends), axes },
    booked: Uint16Array.from(rows, ({ booked = 0 }) => booked),
    entries: Float64Array.from(rows, ({ counts }) => counts.reduce((sum, count) => sum + count, 0)),
    runs: Int32Array.from(rows, () => 7),
    firsts: Int32Array.from(rows, (_, row) => row + 1),
    lasts: Int32Array.from(rows, (_, row) => row + 1),
  };
}

const usual = [
  { counts: [10, 20, 30] },
  { counts: [11, 19, 31] },
  { counts: [9, 21, 28], flow: false },
  { counts: [10, 20, 30], booked: 1 },
];
const learn = (rows: PackedRows, preparation = {}) =>
  decodeModel(fitStrategy({ rows, strategy: 'template', parameters: {}, preparation, seed: 1 }));

describe('histograms in a thread', () => {
  test('are learned from in range, with and without flow bins, where they are booked as most', () => {
    const { seen, learned } = learn(packed(usual));
    expect(seen).toMatchObject({ rows: 3, leftOut: { INCOMPATIBLE_BINNING: 1 }, flow: false, axes: axes[0] });
    expect(learned).toEqual(learn(packed(usual.slice(0, 3).map(({ counts }) => ({ counts, flow: false })))).learned);
  });

  test('that lack flow bins are left out where these are kept', () => {
    expect(learn(packed(usual), { flow: 'KEEP' }).seen).toMatchObject({
      rows: 2,
      leftOut: { INCOMPATIBLE_BINNING: 2 },
    });
  });

  test('have a hash of their content and place, which bins out of use belong to', () => {
    const hashes = [
      packed(usual),
      packed(usual.map((row) => ({ ...row, flow: false }))),
      packed([...usual.slice(1), ...usual.slice(0, 1)]),
    ].map((rows) => learn(rows).seen.contentHash);
    expect(new Set(hashes).size).toBe(3);
    expect(learn(packed(usual)).seen.contentHash).toBe(hashes[0]);
  });

  test('get a score, or a reason by its byte', () => {
    const rows = packed(usual);
    const model = fitStrategy({ rows, strategy: 'template', parameters: {}, preparation: {}, seed: 1 });
    const { answers, scores } = scoreMembers({ model, rows: packed([...usual, { counts: [0, 0, 0] }]) });
    expect([...answers]).toEqual([SCORED, SCORED, SCORED, answerOf('INCOMPATIBLE_BINNING'), answerOf('EMPTY')]);
    expect([...scores].slice(3)).toEqual([0, 0]);
  });

  test('that are damaged are told by run and lumisection', () => {
    const rows = packed(usual);
    rows.bytes[rows.ends[0] as number] = 99;
    let thrown: unknown;
    try {
      learn(rows);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(CorruptBinsError);
    expect((thrown as CorruptBinsError).details).toMatchObject({ run: 7, lumisection: 2 });
  });

  test('are nothing to learn from where there are none', () => {
    expect(() => learn(packed([]))).toThrow(/no histogram to learn from/);
  });
});
