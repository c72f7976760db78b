import { binningOf } from '../domain/binning.ts';
import type { PackedType } from '../domain/bins-text.ts';
import { chunksOf } from '../domain/chunks.ts';
import { InvalidInputError, NotFoundError } from '../domain/errors.ts';
import { holdsCells } from '../domain/matrix-cells.ts';
import { cellCount, shapeOf } from '../domain/shape.ts';
import { definitionOf, type TaskDefinition, type TaskPart } from '../domain/task.ts';
import type { Store } from '../store/store.ts';
import type { SeenMember } from '../store/task-members.ts';
import type { Booking, ExportWriter } from './export-format.ts';
import { EXPORT_VERSION } from './export-request.ts';
import { type Chunks, type Export, type ExportOptions, streamed } from './export-stream.ts';
import { type MemberContent, memberHistograms } from './member-histograms.ts';
import type { TaskRow } from './task-export-row.ts';

export const TASK_FORMATS = {
  arrow: 'application/vnd.apache.arrow.file',
  parquet: 'application/vnd.apache.parquet',
} as const;
export type TaskFormat = keyof typeof TASK_FORMATS;

/** Where an export of a part ended: in which of its monitor elements, behind which member. */
export interface TaskExportPlace {
  readonly element: number;
  readonly run: number;
  readonly first: number;
}

export interface TaskExportRequest {
  readonly part: TaskPart;
  /** One of the task's; null: all of them, one after the other. */
  readonly monitorElement: string | null;
  readonly after: TaskExportPlace | undefined;
  /** Most rows. */
  readonly limit: number;
  readonly type: PackedType;
  readonly flow: boolean;
  /** The request as it was made, for the provenance. */
  readonly asked: Readonly<Record<string, string>>;
}

type Task = NonNullable<Awaited<ReturnType<Store['reads']['taskByName']>>>;

/** Members that are read at once: their bins lie in memory. */
const PAGE_MEMBERS = 200;
const CHUNK_CELLS = 250_000;

const cursorOf = ({ element, run, first }: TaskExportPlace): string => `M${element}-${run}-${first}`;

/** @throws InvalidInputError for what no export of a task gave. */
export function placeOfTaskCursor(cursor: string): TaskExportPlace {
  const [element, run, first, ...more] = cursor.slice(1).split('-').map(Number);
  const isPlace = more.length === 0 && [element, run, first].every((n) => Number.isInteger(n) && Number(n) < 2 ** 31);
  const place = { element, run, first } as TaskExportPlace;
  if (isPlace && cursorOf(place) === cursor) return place;
  throw new InvalidInputError(`after: '${cursor.slice(0, 100)}' is no cursor of an export of a task`, {
    field: 'after',
  });
}

/** A task that can be exported. @throws NotFoundError; InvalidInputError (reason DRAFT) */
export async function exportedTask(store: Store, name: string): Promise<Task & { hash: string }> {
  const task = await store.reads.taskByName(name);
  if (task === null) {
    const value = name.slice(0, 200);
    throw new NotFoundError(`no task is called ${JSON.stringify(value)}`, { field: 'task', value });
  }
  if (task.hash !== null) return { ...task, hash: task.hash };
  throw new InvalidInputError(`the task ${JSON.stringify(name)} is a draft, which may change: freeze it first`, {
    field: 'task',
    reason: 'DRAFT',
  });
}

/** How many members a part has, and whether the store, as whoever asks sees it, tells the truth of all of them. */
export async function truthShown(
  store: Store,
  { id }: Pick<Task, 'id'>,
  part: TaskPart,
): Promise<{ members: number; isTruthShown: boolean }> {
  const [counts = []] = await store.reads.taskRunCounts([id]);
  let [members, labels] = [0, 0];
  for (const count of counts) {
    if (count.part !== part) continue;
    members += count.members;
    labels += count.positives + count.negatives;
  }
  return { members, isTruthShown: labels === members };
}

/**
 * The histograms of a part of a frozen task as a file, made while they are read: a row for each monitor element and
 * member, elements in the order of the task, members by run and first lumisection. Nothing is held but one page.
 * @throws InvalidInputError, NotFoundError
 */
export async function openTaskExport(
  store: Store,
  task: Task,
  format: TaskFormat,
  request: TaskExportRequest,
  { cut, onEnd }: ExportOptions = {},
): Promise<Export> {
  const { part, asked } = request;
  const definition = definitionOf(task);
  const elements = elementsOf(definition, request.monitorElement);
  const { members, isTruthShown } = await truthShown(store, task, part);
  const provenance = JSON.stringify({
    lumigraphExport: EXPORT_VERSION,
    level: task.granularity,
    query: asked,
    task: task.name,
    hash: task.hash,
    part,
    dataset: task.dataset,
    // their names are in the file: a header, which this is as well, has not room for hundreds of them
    monitorElements: elements.length,
    members,
    rows: members * elements.length,
    isTruthShown,
  });
  const writer = await writerOf(format, request, elements);
  const rows = rowsOf(store, { ...request, task, elements, minEntries: definition.minEntries }, cut);
  return streamed(writer, provenance, rows, onEnd);
}

/** Libraries of some size, which most servers are never asked for. */
async function writerOf(
  format: TaskFormat,
  request: TaskExportRequest,
  elements: readonly Element[],
): Promise<ExportWriter<TaskRow>> {
  if (format === 'parquet') return (await import('./task-export-parquet.ts')).taskParquetWriter(request);
  const { taskArrowWriter } = await import('./task-export-arrow.ts');
  return taskArrowWriter({ ...request, monitorElements: elements.map(({ path }) => path) });
}

interface Element {
  /** Which one of the task it is. */
  readonly place: number;
  readonly path: string;
}

function elementsOf({ monitorElements }: TaskDefinition, only: string | null): Element[] {
  const elements = monitorElements.map((path, place) => ({ place, path }));
  if (only === null) return elements;
  const one = elements.filter(({ path }) => path === only);
  if (one.length === 1) return one;
  const value = only.slice(0, 500);
  throw new NotFoundError(`monitorElement: the task has no ${JSON.stringify(value)}`, {
    field: 'monitorElement',
    value,
  });
}

interface Asked extends TaskExportRequest {
  readonly task: Task;
  readonly elements: readonly Element[];
  readonly minEntries: number;
}

async function* rowsOf(
  store: Store,
  { task, part, elements, minEntries, after, limit, flow }: Asked,
  isCut: ExportOptions['cut'] = () => null,
): Chunks<TaskRow> {
  const bookings = new Map<number, Booking>();
  const dataset = await store.reads.datasetByName(task.dataset);
  let rows = 0;
  for (const { place, path } of elements) {
    if (after !== undefined && place < after.element) continue;
    const stored = await store.reads.monitorElementByPath(path);
    if (stored === null || dataset === null) {
      throw new NotFoundError(
        `${stored === null ? path : task.dataset} is stored no more: see \`changes\` of the task`,
      );
    }
    const content: MemberContent = { monitorElementId: stored.id, datasetId: dataset.id, minEntries };
    let start = after?.element === place ? after : undefined;
    for (let hasMore = true; hasMore; ) {
      // one is looked for behind the limit, so that only what is cut says so
      const cut = rows === limit ? null : isCut();
      if (cut !== null) return cut;
      const most = Math.min(PAGE_MEMBERS, Math.max(1, limit - rows));
      const members = await store.tasks.members(task.id, part, { after: start, most });
      if (members.length > 0 && rows === limit) return 'LIMIT';
      hasMore = members.length === most;
      const page = await toldOf(store, content, members, { path, flow, bookings });
      const bounds = { items: PAGE_MEMBERS, weight: CHUNK_CELLS };
      for (const chunk of chunksOf(page, ({ bins }) => cellCount(bins?.booking.shape ?? [], true), bounds)) {
        const { run, lumisection } = chunk.at(-1) as TaskRow;
        start = { element: place, run, first: lumisection };
        rows += chunk.length;
        yield { rows: chunk, cursor: cursorOf(start) };
      }
    }
  }
  return null;
}

interface Telling {
  readonly path: string;
  readonly flow: boolean;
  readonly bookings: Map<number, Booking>;
}

async function toldOf(
  store: Store,
  content: MemberContent,
  members: readonly SeenMember[],
  { path, flow, bookings }: Telling,
): Promise<TaskRow[]> {
  const found = await memberHistograms(store, content, members);
  const ids = new Set(found.flatMap((one) => (typeof one === 'string' ? [] : [one.binningId])));
  const missing = [...ids].filter((id) => !bookings.has(id));
  for (const stored of missing.length > 0 ? await store.reads.binnings(missing) : []) {
    if (stored === null) continue;
    const binning = binningOf(stored);
    bookings.set(stored.id, { binning, shape: shapeOf(binning), axes: stored.axes });
  }
  return members.map(({ run, first, last, truth, injection = null }, i): TaskRow => {
    const key = { run, lumisection: first, lumisectionLast: last, monitorElement: path };
    const told = { ...key, truth, injection };
    const one = found[i] as (typeof found)[number];
    if (typeof one === 'string') return { ...told, gap: one, entries: null, bins: null };
    if (!holdsCells(one.blob, flow)) return { ...told, gap: 'NO_FLOW_BINS', entries: null, bins: null };
    const booking = bookings.get(one.binningId) as Booking;
    return { ...told, gap: null, entries: one.entries, bins: { blob: one.blob, booking } };
  });
}
