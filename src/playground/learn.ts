import { LimitExceededError } from '../domain/errors.ts';
import { GOOD } from '../domain/evaluation/sample.ts';
import type { MemberIndex } from '../domain/member-index.ts';
import { seededRank } from '../domain/seeded-rank.ts';
import { cellCount, shapeOf } from '../domain/shape.ts';
import type { MemberContent } from '../export/member-histograms.ts';
import type { Store } from '../store/store.ts';
import type { SeenMember } from '../store/task-members.ts';
import { membersOf } from './members.ts';
import { type PackedPage, packedPages } from './packed-pages.ts';

/** What strategies learn from: members of the training part that are good, or all of them. */
export const LEARN_FROM = ['GOOD', 'ALL'] as const;
export type LearnFrom = (typeof LEARN_FROM)[number];

/** A matrix to learn from has no more numbers: of 128 MiB, twice of that in its thread. */
const MOST_NUMBERS = 2 ** 24;
/** What may become of it, to be stored. */
export const MOST_MODEL_BYTES = 64 * 2 ** 20;

/** Ranks are below this. */
const ALL_RANKS = 2 ** 32;

/** Tells which members may be learned from; of too many, those whose rank the seed makes small. */
export const isLearnedFrom =
  (learnFrom: LearnFrom, seed: number, below = ALL_RANKS) =>
  ({ truth, run, first }: Pick<SeenMember, 'truth' | 'run' | 'first'>): boolean =>
    (learnFrom === 'ALL' || truth === 'NEGATIVE') && (below === ALL_RANKS || seededRank(seed, run, first) < below);

/** How many members may be learned from. */
export function learnedFrom(index: MemberIndex, learnFrom: LearnFrom): number {
  const [from, to] = index.range('TRAIN');
  if (learnFrom === 'ALL') return to - from;
  return index.columns.truth.subarray(from, to).reduce((count, truth) => count + (truth === GOOD ? 1 : 0), 0);
}

export interface Learning {
  readonly taskId: number;
  readonly index: MemberIndex;
  readonly content: MemberContent;
  readonly learnFrom: LearnFrom;
  readonly seed: number;
}

/**
 * The histograms to learn from, in one piece. Where their matrix would be too large it has a part of them that the seed
 * draws, about as many as fit.
 */
export async function readTraining(
  store: Store,
  { taskId, index, content, learnFrom, seed }: Learning,
  mostNumbers = MOST_NUMBERS,
): Promise<PackedPage['packed']> {
  let below = ALL_RANKS;
  for (;;) {
    const wanted = membersOf(store, taskId, 'TRAIN', isLearnedFrom(learnFrom, seed, below));
    const pages: PackedPage[] = [];
    let [numbers, rows, cells] = [0, 0, 0];
    for await (const page of packedPages(store, content, wanted)) {
      pages.push(page);
      for (const axes of page.packed.axes) cells = Math.max(cells, cellCount(shapeOf({ axes }), true));
      rows += page.packed.ends.length;
      numbers = rows * cells;
      if (numbers > mostNumbers && below === ALL_RANKS) break;
    }
    if (numbers <= mostNumbers || below !== ALL_RANKS) return joined(pages);
    below = Math.max(1, Math.floor((mostNumbers / cells / learnedFrom(index, learnFrom)) * ALL_RANKS));
  }
}

function joined(pages: readonly PackedPage[]): PackedPage['packed'] {
  const parts = pages.map(({ packed }) => packed);
  const rows = parts.reduce((sum, { ends }) => sum + ends.length, 0);
  const whole = {
    bytes: new Uint8Array(parts.reduce((sum, { bytes }) => sum + bytes.length, 0)),
    ends: new Uint32Array(rows),
    booked: new Uint16Array(rows),
    axes: parts.flatMap(({ axes }) => axes),
    entries: new Float64Array(rows),
    runs: new Int32Array(rows),
    firsts: new Int32Array(rows),
    lasts: new Int32Array(rows),
  };
  let [row, byte, axis] = [0, 0, 0];
  for (const part of parts) {
    whole.bytes.set(part.bytes, byte);
    for (const name of ['entries', 'runs', 'firsts', 'lasts'] as const) whole[name].set(part[name], row);
    for (let i = 0; i < part.ends.length; i++, row++) {
      whole.ends[row] = byte + (part.ends[i] as number);
      whole.booked[row] = axis + (part.booked[i] as number);
    }
    byte += part.bytes.length;
    axis += part.axes.length;
  }
  return whole;
}

/** @throws LimitExceededError for a model that is too large to be kept */
export function assertModelSize(model: Uint8Array, path: string): void {
  if (model.length <= MOST_MODEL_BYTES) return;
  throw new LimitExceededError(
    `${path}: the model would take ${model.length} bytes, and may take ${MOST_MODEL_BYTES}: rebin, or have it keep fewer histograms`,
    { limit: MOST_MODEL_BYTES, actual: model.length, monitorElement: path },
  );
}
