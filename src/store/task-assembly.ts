import { InvalidInputError } from '../domain/errors.ts';
import { type LeftOutReason, TASK_PARTS, type TaskDefinition, type TaskMember, type TaskPart } from '../domain/task.ts';
import {
  assertBothClasses,
  assertCausal,
  assertSeparateRuns,
  type LeftOut,
  partsOfLumisections,
} from '../domain/task-leakage.ts';
import { membersOfRun, NO_PART } from '../domain/task-members.ts';
import type { CheckedQuery } from './checked-query.ts';
import type { Queries } from './database.ts';
import type { MaskPart } from './mask-reads.ts';
import { ContentReader } from './task-content.ts';
import { elementsOf, type TaskElements } from './task-elements.ts';
import { injectMembers } from './task-injections.ts';
import { storedRuns } from './task-runs.ts';
import { partMasks, runsOf, selectedMasks } from './task-selection.ts';
import { assertHideable, judgedNumbers, labelsOf, pairingsOf, type ReadTruth, readTruth } from './task-truth.ts';
import { Turn } from './turn.ts';

/** What a definition amounts to, as of now. */
export interface AssembledTask {
  /** By part, run and first lumisection. */
  readonly members: readonly TaskMember[];
  readonly leftOut: readonly LeftOut[];
  readonly madeOf: readonly MaskPart[];
  readonly subject: TaskElements;
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
  const selected = await selectedMasks(query, queries, definition);
  const runs = (await storedRuns(query, queries, runsOf(selected), definition, subject)).map((run) =>
    run.numbers.length > 0 ? run : { ...run, numbers: judgedNumbers(truth, run.run) },
  );
  const { masks, leftOut } = await partMasks(query, queries, definition, selected, truth, runs);
  const members: Record<TaskPart, TaskMember[]> = { TRAIN: [], VALIDATION: [], TEST: [] };
  const runsOfParts: Record<TaskPart, number[]> = { TRAIN: [], VALIDATION: [], TEST: [] };
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
    for (const part of new Set(parts)) if (part !== NO_PART) runsOfParts[TASK_PARTS[part] as TaskPart].push(run);
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
  assertSeparateRuns(runsOfParts, { allow: definition.allow, isAllowable });
  if (definition.isCausal) assertCausal(runsOfParts);
  assertClasses(definition, members, [...counts.values()]);
  if (definition.isTruthHidden && !definition.allow.includes('SHOWN_TRUTH'))
    await assertUnseen(query, queries, runsOfParts.TEST);
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
