import { NotFoundError } from '../domain/errors.ts';
import type { LuminosityMask } from '../domain/lumi-mask.ts';
import {
  definitionOf,
  type SplitDefinition,
  TASK_PARTS,
  type TaskDefinition,
  type TaskPart,
  type TruthLabel,
} from '../domain/task.ts';
import { truthOf, UNLABELLED } from '../domain/task-members.ts';
import type { Task } from '../generated/sqlite/client.ts';
import type { CheckedQuery } from './checked-query.ts';
import type { Queries } from './database.ts';
import type { MaskPart } from './mask-reads.ts';
import { ContentReader } from './task-content.ts';
import { elementsOf, type TaskElements } from './task-elements.ts';
import { membersOfTaskRun, type SeenMember } from './task-members.ts';
import { selectionMask } from './task-selection.ts';
import { judgedNumbers, labelsOf, nameOf, type ReadTruth, readTruth } from './task-truth.ts';
import { Turn } from './turn.ts';

/** So many histograms are read again for one answer, or those of one run if they are more. */
const MOST_HISTOGRAMS = 50_000;

/** A member of a frozen task that is another one now. */
export interface ChangedMember extends SeenMember {
  /** Its histograms are others than when the task was frozen, or gone. */
  readonly dataChanged: boolean;
  /** What its truth would be now; null: none. */
  readonly truthNow: TruthLabel | null;
}

export interface TaskChanges {
  /** By run and first lumisection. */
  readonly changed: readonly ChangedMember[];
  readonly checked: number;
  /** The last run that was looked at; null where no further one follows. */
  readonly next: number | null;
  /** What the truth is made of now. */
  readonly madeOf: readonly MaskPart[];
  readonly isTruthCurrent: boolean;
}

/**
 * Compares members of a frozen task, of runs behind `after`, with what is stored now. What was stored of their truth and
 * their histograms stays as it is.
 */
export async function taskChanges(
  query: CheckedQuery,
  queries: Queries,
  task: Task,
  after: number,
): Promise<TaskChanges> {
  const definition = definitionOf(task);
  const truth = await readTruth(query, queries, definition.truth);
  const masks = await masksOfRuns(query, queries, definition);
  const subject = await elementsOf(query, queries, definition).catch((error: unknown): TaskElements => {
    // a dataset or an element that is gone took all of its histograms along
    if (error instanceof NotFoundError) return { datasetId: 0, elements: [] };
    throw error;
  });
  const content = { ...subject, dataset: task.dataset, minEntries: definition.minEntries };
  const reader = new ContentReader(query.database.dialect, queries, content);
  const runs = await queries.arrays<[number, number]>(
    `SELECT run_number, count(*) FROM task_member
     WHERE task_id = $1 AND run_number > $2 GROUP BY run_number ORDER BY run_number`,
    [task.id, after],
  );
  const histogramsOfMember = definition.windowLength * definition.monitorElements.length;
  const turn = new Turn();
  const changed: ChangedMember[] = [];
  let checked = 0;
  let histograms = 0;
  let last: number | null = null;
  for (const [run, count] of runs) {
    histograms += Number(count) * histogramsOfMember;
    if (last !== null && histograms > MOST_HISTOGRAMS) break;
    last = run;
    const members = await membersOfTaskRun(queries, task.id, run);
    const digests = await reader.digests(run, members);
    const labels = await labelsNow(queries, truth, run);
    for (const [i, { digest, ...member }] of members.entries()) {
      checked++;
      const label = truthOfMember(member, labels, definition, masks(member.part));
      // an anomaly is made in what is good
      const truthNow = label === 'NEGATIVE' && member.injection !== undefined ? 'POSITIVE' : label;
      const dataChanged = digest === null || Buffer.compare(digest, digests[i] as Uint8Array) !== 0;
      if (dataChanged || truthNow !== member.truth) changed.push({ ...member, dataChanged, truthNow });
      await turn.pass();
    }
  }
  const isComplete = runs.length === 0 || last === runs.at(-1)?.[0];
  const names = (parts: readonly MaskPart[]) => parts.map(nameOf).sort().join();
  return {
    changed,
    checked,
    next: isComplete ? null : last,
    madeOf: truth.madeOf,
    isTruthCurrent: names(truth.madeOf) === names(JSON.parse(task.madeOf) as MaskPart[]),
  };
}

interface RunLabels {
  readonly numbers: Int32Array;
  readonly labels: Int8Array;
}

async function labelsNow(queries: Queries, truth: ReadTruth, run: number): Promise<RunLabels> {
  const rows = await queries.arrays<[number]>('SELECT number FROM lumisection WHERE run_number = $1 ORDER BY number', [
    run,
  ]);
  const numbers = rows.length > 0 ? Int32Array.from(rows, ([number]) => number) : judgedNumbers(truth, run);
  const { positive, negative } = truth;
  // both by now: no truth any more
  const good = negative.difference(positive);
  const bad = positive.difference(negative);
  return { numbers, labels: labelsOf({ positive: bad, negative: good }, run, numbers, new Int8Array(numbers.length)) };
}

function truthOfMember(
  { run, first, last }: SeenMember,
  { numbers, labels }: RunLabels,
  { mixed }: TaskDefinition,
  part: LuminosityMask,
): TruthLabel | null {
  const isRun = first === 0;
  const places = isRun
    ? [...numbers.keys()].filter(
        (place) => labels[place] !== UNLABELLED && part.contains(run, numbers[place] as number),
      )
    : placesWithin(numbers, first, last);
  if (places.length === 0 || places.some((place) => labels[place] === UNLABELLED)) return null;
  return truthOf(labels, places, mixed);
}

/** Where ascending numbers are from `first` to `last`. */
function placesWithin(numbers: Int32Array, first: number, last: number): number[] {
  let from = 0;
  for (let end = numbers.length; from < end; ) {
    const middle = (from + end) >> 1;
    if ((numbers[middle] as number) < first) from = middle + 1;
    else end = middle;
  }
  const places: number[] = [];
  for (let place = from; (numbers[place] ?? last + 1) <= last; place++) places.push(place);
  return places;
}

/** What the parts select; of a split, in which a run is of one part, all that it divides. */
async function masksOfRuns(query: CheckedQuery, queries: Queries, { parts, split }: TaskDefinition) {
  if (parts === null) {
    const whole = await selectionMask(query, queries, (split as SplitDefinition).of, 'split');
    return () => whole;
  }
  const masks = new Map<TaskPart, LuminosityMask>();
  for (const part of TASK_PARTS) masks.set(part, await selectionMask(query, queries, parts[part], part));
  return (part: TaskPart) => masks.get(part) as LuminosityMask;
}
