import type { Axis } from '../domain/axis.ts';
import type { Cancellation } from '../domain/cancellation.ts';
import { chunksOf } from '../domain/chunks.ts';
import { CorruptBinsError } from '../domain/errors.ts';
import { type PackedHistogram, packedPlaces, type ScoredItem, type ScoreTask } from '../workers/score-histograms.ts';
import { SideBySide } from '../workers/side-by-side.ts';
import type { WorkerPool } from '../workers/worker-pool.ts';
import type { RefusedHistogram, Side, SideHistogram } from './side.ts';

/** What scoring needs beside what is scored. */
export interface Scoring {
  readonly workers: WorkerPool;
  readonly cancellation: Cancellation;
  readonly options: Omit<ScoreTask, 'bytes' | 'axes' | 'places' | 'sides'>;
  /** For errors. */
  pathOf(id: number): string;
}

export interface ComparedSides {
  readonly tested: Side;
  readonly references: readonly Side[];
}

/** Of one monitor element, without its bins. Sides by their place: -1 the tested one, then the references from 0. */
export interface ScoredElement {
  readonly id: number;
  /** Sides without a histogram. */
  readonly lacking: readonly number[];
  /** Sides whose histograms were refused before they were looked at: sentences. */
  readonly refused: readonly { readonly side: number; readonly reason: string }[];
  /** Null where there are not both a tested histogram and one to hold it against. */
  readonly item: ScoredItem | null;
}

/** Bins of about so many bytes, as numbers, go to a thread at once; and of no more monitor elements. */
const AT_ONCE = { weight: 8_000_000, items: 50 };
/** Taken for one of which it is not known. */
const CELLS = 10_000;

/**
 * Reads and scores the histograms of monitor elements, in chunks: while threads are at some, the next are read, and no more
 * than they can take. `met` is called for each element, in any order, without its bins.
 * @throws CorruptBinsError naming the monitor element.
 */
export async function scoreElements(
  sides: ComparedSides,
  ids: readonly number[],
  { workers, cancellation, options, pathOf }: Scoring,
  met: (element: ScoredElement) => void,
): Promise<void> {
  const all = [sides.tested, ...sides.references];
  const sideBySide = new SideBySide(workers.width);
  for (const chunk of chunksOf(ids, (id) => bytesOf(all, id), AT_ONCE)) {
    const found = await Promise.all(all.map((side) => side.read(chunk)));
    const elements: Found[] = chunk.map((id, i) => ({ id, found: found.map((side) => side[i] ?? null) }));
    const scorable = elements.filter(isScorable);
    for (const element of elements) if (!isScorable(element)) met(without(element, null));
    if (scorable.length === 0) continue;
    const packed = pack(scorable);
    const scored = workers
      .run(
        'scoreHistograms',
        { ...options, ...packed },
        { cancellation, transfer: [packed.bytes.buffer, packed.places.buffer] },
      )
      .then((items) => {
        for (const [i, element] of scorable.entries()) met(without(element, items[i] as ScoredItem));
      })
      .catch((error: unknown) => {
        throw named(error, scorable, pathOf);
      });
    if (!(await sideBySide.add(scored))) break;
  }
  await sideBySide.done();
}

type Found = { readonly id: number; readonly found: readonly (SideHistogram | RefusedHistogram | null)[] };
type Scorable = Found & { readonly found: readonly [SideHistogram, ...(SideHistogram | RefusedHistogram | null)[]] };

function isScorable(element: Found): element is Scorable {
  const [tested, ...references] = element.found;
  return isThere(tested) && references.some(isThere);
}

const isThere = (one: SideHistogram | RefusedHistogram | null | undefined): one is SideHistogram =>
  one !== null && one !== undefined && 'blob' in one;

function without({ id, found }: Found, item: ScoredItem | null): ScoredElement {
  const lacking: number[] = [];
  const refused: { side: number; reason: string }[] = [];
  for (const [i, one] of found.entries()) {
    if (one === null) lacking.push(i - 1);
    else if ('refused' in one) refused.push({ side: i - 1, reason: one.refused });
  }
  return { id, lacking, refused, item };
}

/** Of the histograms of a monitor element, as numbers. */
function bytesOf(sides: readonly Side[], id: number): number {
  let bytes = 0;
  for (const side of sides) if (side.has(id)) bytes += (side.cellsOf(id) ?? CELLS) * 8;
  return bytes;
}

/** In one piece, which is handed over: blobs as drivers give them may lie in buffers that are shared. */
function pack(
  elements: readonly Scorable[],
): Pick<ScoreTask, 'axes' | 'places' | 'sides'> & { readonly bytes: Uint8Array<ArrayBuffer> } {
  const axes = new Map<readonly Axis[], number>();
  const blobs: Uint8Array[] = [];
  let length = 0;
  const place = (one: SideHistogram): PackedHistogram => {
    let at = axes.get(one.axes);
    if (at === undefined) {
      at = axes.size;
      axes.set(one.axes, at);
    }
    const from = length;
    blobs.push(one.blob);
    length += one.blob.length;
    return { from, to: length, axes: at };
  };
  const items = elements.map(({ found }) => found.map((one) => (isThere(one) ? place(one) : null)));
  const bytes = new Uint8Array(length);
  let end = 0;
  for (const blob of blobs) {
    bytes.set(blob, end);
    end += blob.length;
  }
  return { bytes, axes: [...axes.keys()], ...packedPlaces(items) };
}

function named(error: unknown, elements: readonly Scorable[], pathOf: Scoring['pathOf']): unknown {
  if (!(error instanceof CorruptBinsError)) return error;
  const { item, ...details } = error.details;
  const path = pathOf((elements[item as number] as Scorable).id);
  return new CorruptBinsError(`${path}: ${error.message}`, { ...details, monitorElement: path });
}
