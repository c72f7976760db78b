import { NotFoundError } from '../domain/errors.ts';
import { END_OF_RUN, LuminosityMask } from '../domain/lumi-mask.ts';
import type { MaskExpression } from '../domain/mask-expression.ts';
import { parseMask } from '../domain/mask-expression-parser.ts';
import {
  type Selection,
  type SplitDefinition,
  TASK_PARTS,
  type TaskDefinition,
  type TaskPart,
} from '../domain/task.ts';
import type { LeftOut, PartMasks } from '../domain/task-leakage.ts';
import { NO_PART, nearChange, POSITIVE, UNLABELLED } from '../domain/task-members.ts';
import { splitRuns } from '../domain/task-split.ts';
import type { CheckedQuery } from './checked-query.ts';
import type { Queries } from './database.ts';
import { readMask } from './mask-reads.ts';
import type { StoredRun } from './task-runs.ts';
import { labelsOf, type ReadTruth } from './task-truth.ts';
import { Turn } from './turn.ts';

/** Whole runs end at their last lumisection that is known. */
export async function selectionMask(
  query: CheckedQuery,
  queries: Queries,
  { mask, runs }: Selection,
  field: string,
): Promise<LuminosityMask> {
  const written = mask === null ? null : parseMask(mask, `${field}.mask`);
  const whole = LuminosityMask.fromRows((runs ?? []).map((run) => [run, 1, END_OF_RUN]));
  const named: MaskExpression = { kind: 'ranges', mask: whole };
  const expression: MaskExpression =
    written === null ? named : runs === null ? written : { kind: 'and', left: written, right: named };
  return (await readMask(query, expression, queries)).mask;
}

const FIELDS: Readonly<Record<TaskPart, string>> = { TRAIN: 'training', VALIDATION: 'validation', TEST: 'testing' };

/** The masks of the parts, or that of what is split into them. */
export type SelectedMasks = PartMasks | LuminosityMask;

/** @throws NotFoundError for runs that are not stored. */
export async function selectedMasks(
  query: CheckedQuery,
  queries: Queries,
  { parts, split }: TaskDefinition,
): Promise<SelectedMasks> {
  const read = async (selection: Selection, field: string) => {
    if (selection.runs !== null) await assertRuns(query, queries, selection.runs, `${field}.runs`);
    return selectionMask(query, queries, selection, field);
  };
  if (parts === null) return read((split as SplitDefinition).of, 'split');
  const masks: Partial<Record<TaskPart, LuminosityMask>> = {};
  for (const part of TASK_PARTS) masks[part] = await read(parts[part], FIELDS[part]);
  return masks as PartMasks;
}

/** Ascending. */
export function runsOf(selected: SelectedMasks): number[] {
  const masks = selected instanceof LuminosityMask ? [selected] : TASK_PARTS.map((part) => selected[part]);
  return [...new Set(masks.flatMap(({ runs }) => runs))].sort((a, b) => a - b);
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

/** Of the masks that parts name themselves, or by whole runs of what is split. */
export async function partMasks(
  query: CheckedQuery,
  queries: Queries,
  { split, seed, truth: { margin } }: TaskDefinition,
  selected: SelectedMasks,
  truth: ReadTruth,
  runs: readonly StoredRun[],
): Promise<{ masks: PartMasks; leftOut: LeftOut[] }> {
  if (!(selected instanceof LuminosityMask)) return { masks: selected, leftOut: [] };
  const { by, shares, embargoHours } = split as SplitDefinition;
  const facts = await runFacts(
    query,
    queries,
    runs.map(({ run }) => run),
  );
  const turn = new Turn();
  const counts: Parameters<typeof splitRuns>[0][number][] = [];
  for (const { run, numbers } of runs) {
    await turn.pass();
    const inside = Int8Array.from(numbers, (number) => (selected.contains(run, number) ? 0 : NO_PART));
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
    if (given.get(run) === null) embargoed += numbers.filter((number) => selected.contains(run, number)).length;
  }
  const maskOf = (part: TaskPart) => selected.onlyRuns((run) => given.get(run) === part);
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
