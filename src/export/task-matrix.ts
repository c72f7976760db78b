import { holdsCells } from '../domain/matrix-cells.ts';
import type { TaskPart } from '../domain/task.ts';
import type { Store } from '../store/store.ts';
import type { SeenMember } from '../store/task-members.ts';
import { Axes, type HistogramMatrix, type MatrixCursor, noFlow } from './histogram-matrix.ts';
import { type MemberContent, type MemberGap, memberHistograms } from './member-histograms.ts';

export interface TaskMatrixRequest extends MemberContent {
  readonly taskId: number;
  readonly part: TaskPart;
  readonly first: number;
  /** The page ends before its numbers would take more than this as float64. */
  readonly maxBytes: number;
  readonly after: MatrixCursor | undefined;
  readonly flow: boolean;
}

export interface TaskMatrix {
  readonly matrix: HistogramMatrix;
  /** Of each row. */
  readonly members: readonly SeenMember[];
  /** Why a row is a gap; null where it is none. */
  readonly gaps: readonly (MemberGap | null)[];
}

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
  const members: SeenMember[] = [];
  const blobs: (Uint8Array | null)[] = [];
  const entries: (number | null)[] = [];
  const gaps: (MemberGap | null)[] = [];
  let most = axes.rowsWithin(maxBytes, first);
  for (let from = 0; from < wanted.length && members.length < most; from += MEMBERS_AT_ONCE) {
    const some = wanted.slice(from, from + MEMBERS_AT_ONCE);
    const found = await memberHistograms(store, request, some);
    for (const [i, member] of some.entries()) {
      const histogram = found[i] as (typeof found)[number];
      const isGap = typeof histogram === 'string';
      if (!isGap && !axes.knows(histogram)) await axes.check(histogram, member.run, member.first);
      most = axes.rowsWithin(maxBytes, first);
      if (members.length >= most) break;
      if (!isGap && flow && !holdsCells(histogram.blob, true)) throw noFlow(member.run, member.first);
      members.push(member);
      blobs.push(isGap ? null : histogram.blob);
      entries.push(isGap ? null : histogram.entries);
      gaps.push(isGap ? histogram : null);
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
  return { matrix, members, gaps };
}
