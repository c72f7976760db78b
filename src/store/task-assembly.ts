import { InvalidInputError, LimitExceededError, NotFoundError } from '../domain/errors.ts';
import { END_OF_RUN, LuminosityMask } from '../domain/lumi-mask.ts';
import type { MaskExpression } from '../domain/mask-expression.ts';
import { parseMask } from '../domain/mask-expression-parser.ts';
import {
  type LeftOutReason,
  type Selection,
  type SplitDefinition,
  TASK_PARTS,
  type TaskDefinition,
  type TaskMember,
  type TaskPart,
} from '../domain/task.ts';
import {
  assertBothClasses,
  assertCausal,
  assertSeparateRuns,
  type LeftOut,
  type PartMasks,
  partsOfLumisections,
} from '../domain/task-leakage.ts';
import {
  JUDGED,
  LOW_ENTRIES,
  membersOfRun,
  NO_HISTOGRAM,
  NO_PART,
  nearChange,
  POSITIVE,
  UNLABELLED,
} from '../domain/task-members.ts';
import { splitRuns } from '../domain/task-split.ts';
import type { CheckedQuery } from './checked-query.ts';
import type { Queries } from './database.ts';
import { type MaskPart, readMask } from './mask-reads.ts';
import { ContentReader } from './task-content.ts';
import { injectMembers } from './task-injections.ts';
import { assertHideable, judgedNumbers, labelsOf, pairingsOf, type ReadTruth, readTruth } from './task-truth.ts';
import { Turn } from './turn.ts';

/** Stored lumisections that the parts of one task may select. */
const MOST_TASK_LUMISECTIONS = 500_000;
/** Lumisections of its runs times monitor elements: a hash reads them all. */
const MOST_TASK_HISTOGRAMS = 20_000_000;
/** Runs are looked at so many at once as have about so many histograms together, at a thousand lumisections each. */
const HISTOGRAMS_AT_ONCE = 100_000;
const LUMISECTIONS_OF_RUN = 1_000;
/** One statement counts so many: SQLite answers nobody else meanwhile. */
const COUNTED_AT_ONCE = 5_000;

/** Whose histograms a task is about. */
export interface TaskElements {
  readonly datasetId: number;
  /** In the order in which they are stated. */
  readonly elements: readonly { readonly id: number; readonly path: string }[];
}

/** What a definition amounts to, as of now. */
export interface AssembledTask {
  /** By part, run and first lumisection. */
  readonly members: readonly TaskMember[];
  readonly leftOut: readonly LeftOut[];
  readonly madeOf: readonly MaskPart[];
  readonly subject: TaskElements;
}

interface StoredRun {
  readonly run: number;
  readonly numbers: Int32Array;
  readonly histograms: Int8Array;
}

/**
 * Looks up what a definition names, in one state of the database (`queries`), and refuses what would be no honest task.
 * @throws NotFoundError for names and runs that are not stored.
 * @throws InvalidInputError with a `reason` (docs/tasks.md); LimitExceededError
 */
export async function assembleTask(
  query: CheckedQuery,
  queries: Queries,
  definition: TaskDefinition,
): Promise<AssembledTask> {
  const subject = await elementsOf(query, queries, definition);
  if (definition.injection) await assertInjectable(query, queries, definition);
  const truth = await readTruth(query, queries, definition.truth);
  assertPairing(definition, truth);
  if (definition.isTruthHidden) await assertHideable(queries, definition.truth, truth);
  const runs = (await selectedRuns(query, queries, definition, subject)).map((run) =>
    run.numbers.length > 0 ? run : { ...run, numbers: judgedNumbers(truth, run.run) },
  );
  const { masks, leftOut } = await partMasks(query, queries, definition, truth, runs);
  const members: Record<TaskPart, TaskMember[]> = { TRAIN: [], VALIDATION: [], TEST: [] };
  const runsOf: Record<TaskPart, number[]> = { TRAIN: [], VALIDATION: [], TEST: [] };
  const counts = new Map<string, LeftOut>(leftOut.map((left) => [`${left.part} ${left.reason}`, left]));
  const leave = (part: TaskPart, reason: LeftOutReason, count: number) => {
    const name = `${part} ${reason}`;
    counts.set(name, { part, reason, count: (counts.get(name)?.count ?? 0) + count });
  };
  const { injection } = definition;
  const reader = new ContentReader(query.database.dialect, queries, { ...definition, ...subject });
  const turn = new Turn();
  for (const { run, numbers, histograms } of runs) {
    await turn.pass();
    const parts = partsOfLumisections(masks, run, numbers);
    for (const part of new Set(parts)) if (part !== NO_PART) runsOf[TASK_PARTS[part] as TaskPart].push(run);
    const labels = labelsOf(truth, run, numbers, parts);
    const rules = { ...definition, margin: definition.truth.margin };
    const found = membersOfRun({ run, numbers, parts, labels, histograms }, rules);
    for (const [place, reasons] of found.leftOut.entries()) {
      for (const [reason, count] of Object.entries(reasons) as [LeftOutReason, number][]) {
        leave(TASK_PARTS[place] as TaskPart, reason, count);
      }
    }
    const made = injection && (await injectMembers(reader, subject.elements, injection, found.members));
    for (const member of made?.members ?? found.members) members[member.part].push(member);
    for (const { part } of made?.withoutEffect ?? []) leave(part, 'NO_EFFECT', 1);
  }
  // lumisections of one run are open or hidden together
  const isAllowable = definition.granularity !== 'RUN' && !definition.isTruthHidden;
  assertSeparateRuns(runsOf, { allow: definition.allow, isAllowable });
  if (definition.isCausal) assertCausal(runsOf);
  assertClasses(definition, members, [...counts.values()]);
  if (definition.isTruthHidden && !definition.allow.includes('SHOWN_TRUTH'))
    await assertUnseen(query, queries, runsOf.TEST);
  return {
    members: TASK_PARTS.flatMap((part) => members[part]),
    leftOut: [...counts.values()],
    madeOf: truth.madeOf,
    subject,
  };
}

/** @throws InvalidInputError (reason SHOWN_TRUTH) where a frozen task shows, or has shown, the truth of one of the runs. */
async function assertUnseen({ database }: CheckedQuery, queries: Queries, runs: readonly number[]): Promise<void> {
  const [before, behind] = database.dialect.oneOf.int;
  const [shown] = await queries.arrays<[string, number]>(
    `SELECT t.name, m.run_number FROM task_member m JOIN task t ON t.id = m.task_id
     WHERE m.run_number ${before}$1${behind} AND t.state = 'FROZEN' AND (NOT t.is_truth_hidden OR m.part <> 'TEST' OR t.revealed_at IS NOT NULL)
     ORDER BY t.id, m.run_number LIMIT 1`,
    [database.dialect.listParameter(runs)],
  );
  if (shown === undefined) return;
  const [name, run] = shown;
  throw new InvalidInputError(
    `testing: the truth of run ${run} is to be hidden, and the task ${JSON.stringify(name)} has shown it: take other runs, or ask for SHOWN_TRUTH (\`allow\`)`,
    { reason: 'SHOWN_TRUTH', field: 'testing', run, allow: 'SHOWN_TRUTH' },
  );
}

/** @throws NotFoundError for a dataset or monitor elements that are not stored. */
export async function elementsOf(
  query: CheckedQuery,
  queries: Queries,
  { dataset, monitorElements }: Pick<TaskDefinition, 'dataset' | 'monitorElements'>,
): Promise<TaskElements> {
  const { dialect } = query.database;
  const datasets = await queries.arrays<[number]>('SELECT id FROM dataset WHERE name = $1', [dataset]);
  const datasetId = datasets[0]?.[0];
  if (datasetId === undefined) {
    throw new NotFoundError(`no dataset is called ${JSON.stringify(dataset)}`, { field: 'dataset' });
  }
  const [before, behind] = dialect.oneOf.text;
  const rows = await queries.arrays<[number, string]>(
    `SELECT id, path FROM monitor_element WHERE path ${before}$1${behind}`,
    [dialect.listParameter(monitorElements)],
  );
  const ids = new Map(rows.map(([id, path]) => [path, id]));
  const elements = monitorElements.map((path) => {
    const id = ids.get(path);
    if (id !== undefined) return { id, path };
    throw new NotFoundError(`no monitor element has the path ${JSON.stringify(path.slice(0, 200))}`, {
      field: 'monitorElements',
    });
  });
  return { datasetId, elements };
}

/** Of profiles there are no contents in which an anomaly could be made. */
async function assertInjectable({ database }: CheckedQuery, queries: Queries, { monitorElements }: TaskDefinition) {
  const [before, behind] = database.dialect.oneOf.text;
  const [profile] = await queries.arrays<[string]>(
    `SELECT path FROM monitor_element WHERE kind IN ('PROFILE', 'PROFILE2D') AND path ${before}$1${behind} ORDER BY path`,
    [database.dialect.listParameter(monitorElements)],
  );
  if (profile === undefined) return;
  throw new InvalidInputError(`injection: ${JSON.stringify(profile[0])} is a profile, which holds no counts`, {
    field: 'injection',
    reason: 'PROFILE',
  });
}

function assertPairing({ dataset, allow }: TaskDefinition, { madeOf }: ReadTruth): void {
  if (allow.includes('OTHER_RECONSTRUCTION')) return;
  const other = pairingsOf(dataset, madeOf).find(({ pairing }) => pairing === 'OTHER_RECONSTRUCTION');
  if (other === undefined) return;
  const { source, dataset: judged } = other.part;
  throw new InvalidInputError(
    `truth: ${JSON.stringify(source)} judges ${judged}, another reconstruction than ${dataset}: what is bad there need not be bad here. Ask for OTHER_RECONSTRUCTION (\`allow\`), and it is shown with the task`,
    { reason: 'OTHER_RECONSTRUCTION', field: 'truth', allow: 'OTHER_RECONSTRUCTION' },
  );
}

/** A part that names the mask of a class as its own has asked for that class by name. */
function assertClasses(
  { parts, truth, allow }: TaskDefinition,
  members: Record<TaskPart, TaskMember[]>,
  leftOut: readonly LeftOut[],
): void {
  const classes = [truth.positive, truth.negative, truth.source].flatMap((text) => text?.trim() ?? []);
  const oneClass = new Set(TASK_PARTS.filter((part) => classes.includes(parts?.[part].mask?.trim() ?? '')));
  const countsOf = (of: readonly TaskMember[]) => {
    const positives = of.filter(({ truth: label }) => label === 'POSITIVE').length;
    return { positives, negatives: of.length - positives };
  };
  const counts = {
    TRAIN: countsOf(members.TRAIN),
    VALIDATION: countsOf(members.VALIDATION),
    TEST: countsOf(members.TEST),
  };
  assertBothClasses(counts, allow, oneClass, leftOut);
}

/** Whole runs end at their last lumisection that is known. */
export async function selectionMask(
  query: CheckedQuery,
  queries: Queries,
  { mask, runs }: Selection,
  field: string,
): Promise<LuminosityMask> {
  const written = mask === null ? null : parseMask(mask, `${field}.mask`);
  const whole = LuminosityMask.fromRanges(
    (runs ?? []).map((run) => ({ run, ranges: [{ first: 1, last: END_OF_RUN }] })),
  );
  const named: MaskExpression = { kind: 'ranges', mask: whole };
  const expression: MaskExpression =
    written === null ? named : runs === null ? written : { kind: 'and', left: written, right: named };
  return (await readMask(query, expression, queries)).mask;
}

async function assertRuns({ database }: CheckedQuery, queries: Queries, runs: readonly number[], field: string) {
  const [before, behind] = database.dialect.oneOf.int;
  const rows = await queries.arrays<[number]>(`SELECT number FROM run WHERE number ${before}$1${behind}`, [
    database.dialect.listParameter(runs),
  ]);
  const stored = new Set(rows.map(([number]) => number));
  const missing = runs.find((run) => !stored.has(run));
  if (missing !== undefined) throw new NotFoundError(`${field}: run ${missing} is not stored`, { field, run: missing });
}

const FIELDS: Readonly<Record<TaskPart, string>> = { TRAIN: 'training', VALIDATION: 'validation', TEST: 'testing' };

async function partMasks(
  query: CheckedQuery,
  queries: Queries,
  { parts, split, seed, truth: { margin } }: TaskDefinition,
  truth: ReadTruth,
  runs: readonly StoredRun[],
): Promise<{ masks: PartMasks; leftOut: LeftOut[] }> {
  if (parts !== null) {
    const masks: Partial<Record<TaskPart, LuminosityMask>> = {};
    for (const part of TASK_PARTS) masks[part] = await selectionMask(query, queries, parts[part], FIELDS[part]);
    return { masks: masks as PartMasks, leftOut: [] };
  }
  const { of, by, shares, embargoHours } = split as SplitDefinition;
  const universe = await selectionMask(query, queries, of, 'split');
  const facts = await runFacts(
    query,
    queries,
    runs.map(({ run }) => run),
  );
  const turn = new Turn();
  const counts: Parameters<typeof splitRuns>[0][number][] = [];
  for (const { run, numbers } of runs) {
    await turn.pass();
    const inside = Int8Array.from(numbers, (number) => (universe.contains(run, number) ? 0 : NO_PART));
    const labels = labelsOf(truth, run, numbers, inside);
    const near = nearChange(numbers, labels, margin);
    const counted = [...numbers.keys()].filter(
      (place) => near[place] === 0 && labels[place] !== UNLABELLED && inside[place] !== NO_PART,
    );
    const positives = counted.filter((place) => labels[place] === POSITIVE).length;
    counts.push({ run, ...factsOf(facts, run), positives, negatives: counted.length - positives });
  }
  const given = splitRuns(counts, { by, shares, embargoHours, seed });
  let embargoed = 0;
  for (const { run, numbers } of runs) {
    if (given.get(run) === null) embargoed += numbers.filter((number) => universe.contains(run, number)).length;
  }
  const maskOf = (part: TaskPart) => universe.onlyRuns((run) => given.get(run) === part);
  return {
    masks: { TRAIN: maskOf('TRAIN'), VALIDATION: maskOf('VALIDATION'), TEST: maskOf('TEST') },
    leftOut: embargoed === 0 ? [] : [{ part: null, reason: 'EMBARGO', count: embargoed }],
  };
}

type RunFacts = { fill: number | null; startedAt: number | null; endedAt: number | null };
const factsOf = (facts: ReadonlyMap<number, RunFacts>, run: number): RunFacts =>
  facts.get(run) ?? { fill: null, startedAt: null, endedAt: null };

async function runFacts({ database }: CheckedQuery, queries: Queries, runs: readonly number[]) {
  const [before, behind] = database.dialect.oneOf.int;
  const rows = await queries.all<{ number: number; fill: number | null; startedAt: Date | null; endedAt: Date | null }>(
    `SELECT number, fill, started_at, ended_at FROM run WHERE number ${before}$1${behind}`,
    [database.dialect.listParameter(runs)],
  );
  return new Map(
    rows.map(({ number, fill, startedAt, endedAt }): [number, RunFacts] => [
      number,
      { fill, startedAt: startedAt?.getTime() ?? null, endedAt: endedAt?.getTime() ?? null },
    ]),
  );
}

/**
 * The stored runs that the parts select, ascending, with all of their lumisections and what these (where members are runs:
 * what they) have of histograms.
 */
async function selectedRuns(
  query: CheckedQuery,
  queries: Queries,
  { parts, split, granularity, minEntries }: TaskDefinition,
  { datasetId, elements }: TaskElements,
): Promise<StoredRun[]> {
  const { dialect } = query.database;
  const selections =
    parts === null
      ? [['split', (split as SplitDefinition).of] as const]
      : TASK_PARTS.map((part) => [FIELDS[part], parts[part]] as const);
  const wanted = new Set<number>();
  for (const [field, selection] of selections) {
    if (selection.runs !== null) await assertRuns(query, queries, selection.runs, `${field}.runs`);
    for (const run of (await selectionMask(query, queries, selection, field)).runs) wanted.add(run);
  }
  const runs = [...wanted].sort((a, b) => a - b);
  const found: StoredRun[] = [];
  const [before, behind] = dialect.oneOf.int;
  const elementIds = dialect.listParameter(elements.map(({ id }) => id));
  const isRun = granularity === 'RUN';
  // not the bare column: in the order of its index SQLite would look up the histograms of all other monitor elements, too
  const place = isRun ? '0' : '+lumisection_number';
  const counting = `SELECT run_number, ${place}, sum(CASE WHEN coalesce(entries, integral) >= $4 THEN 1 ELSE 0 END)
    FROM ${isRun ? 'run_histogram' : 'lumisection_histogram'}
    WHERE run_number ${before}$1${behind} AND monitor_element_id ${before}$2${behind} AND dataset_id = $3
      ${isRun ? 'AND bins IS NOT NULL GROUP BY run_number' : 'AND lumisection_number BETWEEN $5 AND $6 GROUP BY run_number, +lumisection_number'}`;
  const turn = new Turn();
  const enoughOf = async (some: readonly number[], numbers: readonly number[]) => {
    const enough = new Map<string, number>();
    const parameters = [dialect.listParameter(some), elementIds, datasetId, minEntries];
    const step = Math.max(1, Math.floor(COUNTED_AT_ONCE / (some.length * elements.length)));
    for (let from = 0; from < (isRun ? 1 : numbers.length); from += step) {
      const ends = isRun ? [] : [numbers[from], numbers[Math.min(from + step, numbers.length) - 1]];
      const rows = await queries.arrays<[number, number, number]>(counting, [...parameters, ...(ends as number[])]);
      for (const [run, number, count] of rows) enough.set(`${run}:${number}`, Number(count));
      await turn.pass();
    }
    return enough;
  };
  const atOnce = Math.max(1, Math.floor(HISTOGRAMS_AT_ONCE / (LUMISECTIONS_OF_RUN * elements.length)));
  let total = 0;
  for (let from = 0; from < runs.length; from += atOnce) {
    const some = runs.slice(from, from + atOnce);
    const stored = await queries.arrays<[number, number]>(
      `SELECT run_number, number FROM lumisection WHERE run_number ${before}$1${behind} ORDER BY run_number, number`,
      [dialect.listParameter(some)],
    );
    total += stored.length;
    if (total > MOST_TASK_LUMISECTIONS) throw tooMany('stored lumisections', MOST_TASK_LUMISECTIONS);
    if (total * elements.length > MOST_TASK_HISTOGRAMS) throw tooMany('possible histograms', MOST_TASK_HISTOGRAMS);
    const distinct = new Set(stored.map(([, number]) => number));
    const enough = await enoughOf(
      some,
      [...distinct].sort((a, b) => a - b),
    );
    const stateOf = (run: number, number: number) => {
      const count = enough.get(`${run}:${number}`);
      return count === undefined ? NO_HISTOGRAM : count === 0 ? LOW_ENTRIES : JUDGED;
    };
    const numbersOf = byRun(stored);
    for (const run of some) {
      const numbers = numbersOf.get(run) ?? new Int32Array();
      const histograms = isRun
        ? Int8Array.of(stateOf(run, 0))
        : Int8Array.from(numbers, (number) => stateOf(run, number));
      // summaries of runs may come without their lumisections
      if (numbers.length > 0 || (isRun && histograms[0] !== NO_HISTOGRAM)) found.push({ run, numbers, histograms });
    }
    await turn.pass();
  }
  return found;
}

function byRun(rows: readonly (readonly [run: number, number: number])[]): Map<number, Int32Array> {
  const numbers = new Map<number, number[]>();
  for (const [run, number] of rows) {
    const known = numbers.get(run);
    if (known) known.push(number);
    else numbers.set(run, [number]);
  }
  return new Map([...numbers].map(([run, list]) => [run, Int32Array.from(list)]));
}

const tooMany = (what: string, limit: number) =>
  new LimitExceededError(`the parts select runs with more than ${limit} ${what}: name fewer runs`, { limit });
