import { addBins, whyNotAdded } from '../domain/add-bins.ts';
import { binningOf } from '../domain/binning.ts';
import { decodeBins, encodeBins } from '../domain/codec.ts';
import { holdsCells } from '../domain/matrix-cells.ts';
import { shapeOf } from '../domain/shape.ts';
import type { TaskMember, TaskPart } from '../domain/task.ts';
import type { LumisectionHistogramRow, RunHistogramRow, Store } from '../store/store.ts';
import { Axes, type HistogramMatrix, type MatrixCursor, noFlow } from './histogram-matrix.ts';

export interface TaskMatrixRequest {
  readonly taskId: number;
  readonly part: TaskPart;
  readonly monitorElementId: number;
  readonly datasetId: number;
  /** Histograms with fewer do not belong to the task. */
  readonly minEntries: number;
  readonly first: number;
  /** The page ends before its numbers would take more than this as float64. */
  readonly maxBytes: number;
  readonly after: MatrixCursor | undefined;
  readonly flow: boolean;
}

export interface TaskMatrix {
  readonly matrix: HistogramMatrix;
  /** Of each row. */
  readonly members: readonly TaskMember[];
}

type Row = LumisectionHistogramRow | RunHistogramRow;

/** Members are looked up so many at once. */
const MEMBERS_AT_ONCE = 200;

/**
 * A row for each member of a part, in the order of the members: its histogram, of a window the sum of all of its
 * histograms; a gap where one is missing, has too few entries, or (of windows) cannot be added.
 * @throws InvalidInputError as readMatrix does.
 */
export async function readTaskMatrix(store: Store, request: TaskMatrixRequest): Promise<TaskMatrix> {
  const { taskId, part, first, maxBytes, flow, after } = request;
  const axes = new Axes(store, flow);
  if (after !== undefined) await axes.begin(after.binningId);
  const place = after && { run: after.run, first: after.lumisection };
  const wanted = await store.tasks.members(taskId, part, { after: place, most: first + 1 });
  const members: TaskMember[] = [];
  const blobs: (Uint8Array | null)[] = [];
  const entries: (number | null)[] = [];
  let most = axes.rowsWithin(maxBytes, first);
  for (let from = 0; from < wanted.length && members.length < most; from += MEMBERS_AT_ONCE) {
    const some = wanted.slice(from, from + MEMBERS_AT_ONCE);
    const found = await histogramsOf(store, request, some);
    for (const [i, member] of some.entries()) {
      const rows = found[i] ?? [];
      for (const { row } of rows) if (!axes.knows(row)) await axes.check(row, member.run, member.first);
      most = axes.rowsWithin(maxBytes, first);
      if (members.length >= most) break;
      const row = rows.length === member.last - member.first + 1 ? await summed(store, rows) : null;
      if (row !== null && flow && !holdsCells(row.blob, true)) throw noFlow(member.run, member.first);
      members.push(member);
      blobs.push(row?.blob ?? null);
      entries.push(row?.entries ?? null);
    }
  }
  const last = members.at(-1);
  const matrix: HistogramMatrix = {
    binning: axes.binning,
    runs: members.map(({ run }) => run),
    lumisections: members.map((member) => member.first),
    blobs,
    entries,
    flow,
    hasNextPage: members.length < wanted.length,
    end: last === undefined ? null : { binningId: axes.id, run: last.run, lumisection: last.first },
  };
  return { matrix, members };
}

interface Found {
  readonly row: Row;
  readonly blob: Uint8Array;
}

/** The histograms of each member that belong to the task, by lumisection. */
async function histogramsOf(
  { reads }: Store,
  { monitorElementId, datasetId, minEntries }: TaskMatrixRequest,
  members: readonly TaskMember[],
): Promise<Found[][]> {
  const belongs = (row: Row | null): row is Row => row !== null && (row.entries ?? row.integral ?? 0) >= minEntries;
  if (members[0]?.first === 0) {
    const keys = members.map(({ run }) => ({ runNumber: run, monitorElementId, datasetId }));
    const [rows, blobs] = [await reads.runHistograms(keys), await reads.runBins(keys)];
    return rows.map((row, i) => (belongs(row) && blobs[i] != null ? [{ row, blob: blobs[i] }] : []));
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
  const found = new Map([...keys.keys()].map((name, i) => [name, { row: rows[i] ?? null, blob: blobs[i] ?? null }]));
  return members.map(({ run, first, last }) => {
    const own: Found[] = [];
    for (let number = first; number <= last; number++) {
      const { row, blob } = found.get(nameOf(run, number)) as { row: Row | null; blob: Uint8Array | null };
      if (belongs(row) && blob !== null) own.push({ row, blob });
    }
    return own;
  });
}

/** The histogram of a member; null where those of a window cannot be added (profiles of another option, say). */
async function summed(
  store: Store,
  rows: readonly Found[],
): Promise<{ blob: Uint8Array; entries: number | null } | null> {
  const [first, ...others] = rows as [Found, ...Found[]];
  if (others.length === 0) return { blob: first.blob, entries: first.row.entries };
  const [stored] = await store.reads.binnings([first.row.binningId as number]);
  if (!stored) return null;
  const binning = binningOf(stored);
  const shape = shapeOf(binning);
  const parts = rows.map(({ blob }) => ({ binning, bins: decodeBins(blob, shape) }));
  const [one, ...more] = parts as [(typeof parts)[number], ...typeof parts];
  if (more.some((other) => whyNotAdded(one, other) !== null)) return null;
  const blob = encodeBins(addBins(parts.map(({ bins }) => bins)));
  const known = rows.map(({ row }) => row.entries);
  const entries = known.every((count) => count !== null) ? known.reduce((sum, count) => sum + count, 0) : null;
  return { blob, entries };
}
