import { addBins, whyNotAdded } from '../domain/add-bins.ts';
import { binningOf } from '../domain/binning.ts';
import { decodeBins, encodeBins } from '../domain/codec.ts';
import type { Binning } from '../domain/histogram.ts';
import { injectedBins, injectedEntries } from '../domain/injected-bins.ts';
import { injectionRandom } from '../domain/injection.ts';
import { shapeOf } from '../domain/shape.ts';
import type { LumisectionHistogramRow, RunHistogramRow, Store } from '../store/store.ts';
import type { SeenMember } from '../store/task-members.ts';

/** Which histograms of members belong to a task, of one of its monitor elements. */
export interface MemberContent {
  readonly monitorElementId: number;
  readonly datasetId: number;
  /** Histograms with fewer do not belong to the task. */
  readonly minEntries: number;
}

/** Why a member has no histogram of a monitor element; of a window, of one of its lumisections. */
export type MemberGap = 'NO_HISTOGRAM' | 'LOW_ENTRIES' | 'INCOMPATIBLE_BINNING';

/** The histogram of a member: of a window the exact sum of all of its histograms. */
export interface MemberHistogram {
  readonly binningId: number;
  readonly blob: Uint8Array;
  readonly entries: number | null;
}

type Row = LumisectionHistogramRow | RunHistogramRow;
interface Found {
  readonly row: Row;
  readonly blob: Uint8Array;
}

/** Aligned with the members, which are all runs or none of them: a page of some hundred. */
export async function memberHistograms(
  store: Store,
  content: MemberContent,
  members: readonly SeenMember[],
): Promise<(MemberHistogram | MemberGap)[]> {
  const found = await histogramsOf(store, content, members);
  const told: (MemberHistogram | MemberGap)[] = [];
  for (const [i, rows] of found.entries()) {
    const own = typeof rows === 'string' ? rows : rows.length > 1 ? await summed(store, rows) : only(rows as [Found]);
    told.push(await injected(store, content, members[i] as SeenMember, own));
  }
  return told;
}

const only = ([{ row, blob }]: readonly [Found]): MemberHistogram => ({
  binningId: row.binningId as number,
  blob,
  entries: row.entries,
});

/** With the anomaly that the member has. */
async function injected(
  { reads }: Store,
  { monitorElementId }: MemberContent,
  { injection }: SeenMember,
  histogram: MemberHistogram | MemberGap,
): Promise<MemberHistogram | MemberGap> {
  if (injection === undefined || typeof histogram === 'string') return histogram;
  const [element] = await reads.monitorElements([monitorElementId]);
  const [stored] = await reads.binnings([histogram.binningId]);
  if (stored == null) throw new Error(`there is no binning ${histogram.binningId}`);
  const binning = binningOf(stored);
  const bins = decodeBins(histogram.blob, shapeOf(binning));
  const done = injectedBins(bins, binning.axes, injection, injectionRandom(injection, element?.path ?? ''));
  if (done === null) return 'INCOMPATIBLE_BINNING';
  const { entries } = histogram;
  return {
    ...histogram,
    blob: encodeBins(done),
    entries: entries === null ? null : injectedEntries(entries, bins, done),
  };
}

/** The histograms of each member that belong to the task, by lumisection: all of them, or why there is none. */
async function histogramsOf(
  { reads }: Store,
  { monitorElementId, datasetId, minEntries }: MemberContent,
  members: readonly SeenMember[],
): Promise<(Found[] | MemberGap)[]> {
  const told = (row: Row | null | undefined, blob: Uint8Array | null | undefined): Found | MemberGap => {
    if (row == null || blob == null) return 'NO_HISTOGRAM';
    return (row.entries ?? row.integral ?? 0) >= minEntries ? { row, blob } : 'LOW_ENTRIES';
  };
  if (members[0]?.first === 0) {
    const keys = members.map(({ run }) => ({ runNumber: run, monitorElementId, datasetId }));
    const [rows, blobs] = [await reads.runHistograms(keys), await reads.runBins(keys)];
    return rows.map((row, i) => {
      const found = told(row, blobs[i]);
      return typeof found === 'string' ? found : [found];
    });
  }
  const keyOf = (runNumber: number, lumisectionNumber: number) => ({
    runNumber,
    monitorElementId,
    lumisectionNumber,
    datasetId,
  });
  const nameOf = (run: number, lumisection: number) => `${run}:${lumisection}`;
  const keys = new Map<string, ReturnType<typeof keyOf>>();
  for (const { run, first, last } of members) {
    for (let number = first; number <= last; number++) keys.set(nameOf(run, number), keyOf(run, number));
  }
  const asked = [...keys.values()];
  const [rows, blobs] = [await reads.lumisectionHistograms(asked), await reads.lumisectionBins(asked)];
  const found = new Map([...keys.keys()].map((name, i) => [name, told(rows[i], blobs[i])]));
  return members.map(({ run, first, last }) => {
    const own: Found[] = [];
    for (let number = first; number <= last; number++) {
      const one = found.get(nameOf(run, number)) as Found | MemberGap;
      if (typeof one === 'string') return one;
      own.push(one);
    }
    return own;
  });
}

/** Those of a window that cannot be added (other axes, profiles of another option) have no sum. */
async function summed(store: Store, rows: readonly Found[]): Promise<MemberHistogram | MemberGap> {
  const binnings = await binningsOf(store, rows);
  const parts = rows.map(({ row, blob }) => {
    const binning = binnings.get(row.binningId as number) as Binning;
    return { binning, bins: decodeBins(blob, shapeOf(binning)) };
  });
  const [one, ...more] = parts as [(typeof parts)[number], ...typeof parts];
  if (more.some((other) => whyNotAdded(one, other) !== null)) return 'INCOMPATIBLE_BINNING';
  const known = rows.map(({ row }) => row.entries);
  const isKnown = known.every((count) => count !== null);
  return {
    binningId: rows[0]?.row.binningId as number,
    blob: encodeBins(addBins(parts.map(({ bins }) => bins))),
    entries: isKnown ? known.reduce((sum, count) => sum + count, 0) : null,
  };
}

async function binningsOf({ reads }: Store, rows: readonly Found[]): Promise<Map<number, Binning>> {
  const ids = [...new Set(rows.map(({ row }) => row.binningId as number))];
  const stored = await reads.binnings(ids);
  return new Map(
    ids.map((id, i) => {
      const row = stored[i];
      if (row == null) throw new Error(`there is no binning ${id}`);
      return [id, binningOf(row)];
    }),
  );
}
