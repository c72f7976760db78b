import { InvalidInputError } from './errors.ts';
import type { LuminosityMask } from './lumi-mask.ts';
import { type LeftOutReason, TASK_PARTS, type TaskAllowance, type TaskPart } from './task.ts';
import { NO_PART } from './task-members.ts';

/** Lumisections that more than one part claims are named at most so many. */
const NAMED = 5;

export type PartMasks = Readonly<Record<TaskPart, LuminosityMask>>;

/**
 * In which part each lumisection of a run is: an index of TASK_PARTS, or NO_PART.
 * @throws InvalidInputError (reason SHARED_LUMISECTIONS) for lumisections in two parts: nothing allows that.
 */
export function partsOfLumisections(masks: PartMasks, run: number, numbers: Int32Array): Int8Array {
  const parts = new Int8Array(numbers.length).fill(NO_PART);
  const shared: number[] = [];
  let between = '';
  for (let place = 0; place < numbers.length; place++) {
    const held = TASK_PARTS.filter((part) => masks[part].contains(run, numbers[place] as number));
    if (held.length > 1) {
      shared.push(numbers[place] as number);
      between ||= held.join(' and ');
    }
    if (held[0] !== undefined) parts[place] = TASK_PARTS.indexOf(held[0]);
  }
  if (shared.length === 0) return parts;
  const named = shared.slice(0, NAMED).join(', ') + (shared.length > NAMED ? ', ...' : '');
  throw new InvalidInputError(
    `${between} share ${shared.length} lumisections of run ${run} (${named}): what a strategy has seen can test nothing`,
    { reason: 'SHARED_LUMISECTIONS', run, lumisections: shared.slice(0, NAMED) },
  );
}

/**
 * Lumisections of one run resemble one another, so that a run in two parts lets a strategy see what it is tested on.
 * @throws InvalidInputError (reason SHARED_RUNS) unless that is allowed, and may be (`isAllowable`).
 */
export function assertSeparateRuns(
  runs: Readonly<Record<TaskPart, readonly number[]>>,
  { allow, isAllowable }: { allow: readonly TaskAllowance[]; isAllowable: boolean },
): void {
  if (allow.includes('SHARED_RUNS') && isAllowable) return;
  const partOf = new Map<number, TaskPart>();
  for (const part of TASK_PARTS) {
    for (const run of runs[part]) {
      const other = partOf.get(run);
      if (other !== undefined) {
        const remedy = isAllowable ? ': give each run to one part, or ask for SHARED_RUNS (`allow`)' : '';
        throw new InvalidInputError(`run ${run} has lumisections in ${other} and in ${part}${remedy}`, {
          reason: 'SHARED_RUNS',
          run,
          ...(isAllowable && { allow: 'SHARED_RUNS' }),
        });
      }
      partOf.set(run, part);
    }
  }
}

/** @throws InvalidInputError (reason NOT_CAUSAL) where a run of TRAIN or VALIDATION does not precede all runs of TEST. */
export function assertCausal(runs: Readonly<Record<TaskPart, readonly number[]>>): void {
  const first = runs.TEST.reduce((least, run) => Math.min(least, run), Number.POSITIVE_INFINITY);
  for (const part of ['TRAIN', 'VALIDATION'] as const) {
    const late = runs[part].find((run) => run >= first);
    if (late === undefined) continue;
    throw new InvalidInputError(
      `run ${late} of ${part} does not precede run ${first} of TEST, and the task is causal: a strategy may know the past alone`,
      { reason: 'NOT_CAUSAL', run: late },
    );
  }
}

export interface ClassCounts {
  readonly positives: number;
  readonly negatives: number;
}

/** How many of a part (null: of none) were left out for which reason. */
export interface LeftOut {
  readonly part: TaskPart | null;
  readonly reason: LeftOutReason;
  readonly count: number;
}

/**
 * @param oneClass parts that ask for one class by their own mask (see docs/tasks.md).
 * @throws InvalidInputError (reason EMPTY_PART, ONE_CLASS) for a part without members, with what was left out of it, or
 * without those of one class.
 */
export function assertBothClasses(
  counts: Readonly<Record<TaskPart, ClassCounts>>,
  allow: readonly TaskAllowance[],
  oneClass: ReadonlySet<TaskPart>,
  leftOut: readonly LeftOut[] = [],
): void {
  for (const part of TASK_PARTS) {
    const { positives, negatives } = counts[part];
    if (positives + negatives === 0) {
      throw emptyPart(part, leftOut);
    }
    const allowance = `ONE_CLASS_${part}` as const;
    if ((positives > 0 && negatives > 0) || allow.includes(allowance) || oneClass.has(part)) continue;
    throw new InvalidInputError(
      `${part} has ${positives} positives and ${negatives} negatives: a part needs both, or asks for one alone (\`allow: [${allowance}]\`)`,
      { reason: 'ONE_CLASS', part, positives, negatives, allow: allowance },
    );
  }
}

/** What is left out of no part (EMBARGO) may be missing in any. */
function emptyPart(part: TaskPart, leftOut: readonly LeftOut[]): InvalidInputError {
  const why = leftOut
    .filter((left) => left.part === part || left.part === null)
    .sort((a, b) => b.count - a.count)
    .map(({ reason, count }) => ({ reason, count }));
  const told = why.map(({ reason, count }) => `${count} ${reason}`).join(', ');
  return new InvalidInputError(
    `${part} has no members: ${told === '' ? 'nothing that is stored is in it' : `left out are ${told}`}`,
    { reason: 'EMPTY_PART', part, leftOut: why },
  );
}
