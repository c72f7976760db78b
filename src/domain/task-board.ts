import { InvalidInputError } from './errors.ts';
import type { TaskDefinition, TaskMember } from './task.ts';
import { splitRuns } from './task-split.ts';

/** Of which test runs evaluations are shown: all of them, those of the public part, or none. */
export const BOARD_SCOPES = ['TEST', 'PUBLIC', 'NONE'] as const;
export type BoardScope = (typeof BOARD_SCOPES)[number];

/**
 * The test runs on which everybody sees evaluations although the truth is hidden: dealt in an order that the seed says, so
 * that they have their share of positives and negatives alike.
 * @throws InvalidInputError (reason ONE_CLASS) where these, or the runs that are left, lack a class.
 */
export function publicRuns(
  test: readonly Pick<TaskMember, 'run' | 'truth'>[],
  { publicShare, seed, allow }: Pick<TaskDefinition, 'publicShare' | 'seed' | 'allow'>,
): ReadonlySet<number> {
  if (publicShare === null) return new Set();
  const counts = new Map<number, { positives: number; negatives: number }>();
  for (const { run, truth } of test) {
    const count = counts.get(run) ?? { positives: 0, negatives: 0 };
    count[truth === 'POSITIVE' ? 'positives' : 'negatives']++;
    counts.set(run, count);
  }
  const nothing = { fill: null, startedAt: null, endedAt: null };
  const dealt = splitRuns(
    [...counts].map(([run, count]) => ({ run, ...nothing, ...count })),
    { by: 'RUN', shares: { TRAIN: 0, VALIDATION: publicShare, TEST: 1 - publicShare }, embargoHours: 0, seed },
  );
  const found = new Set([...dealt].flatMap(([run, part]) => (part === 'VALIDATION' ? [run] : [])));
  if (!allow.includes('ONE_CLASS_TEST')) {
    for (const [name, isIn] of [
      ['public', true],
      ['private', false],
    ] as const) {
      assertBoth(
        name,
        [...counts].filter(([run]) => found.has(run) === isIn).map(([, count]) => count),
      );
    }
  }
  return found;
}

function assertBoth(name: string, counts: readonly { positives: number; negatives: number }[]): void {
  const positives = counts.reduce((sum, count) => sum + count.positives, 0);
  const negatives = counts.reduce((sum, count) => sum + count.negatives, 0);
  if (positives > 0 && negatives > 0) return;
  throw new InvalidInputError(
    `publicShare: the ${name} part of the test would have ${positives} positives and ${negatives} negatives in ${counts.length} runs: it needs both, so more runs, another share or another seed (or \`allow: [ONE_CLASS_TEST]\`)`,
    { reason: 'ONE_CLASS', field: 'publicShare', positives, negatives, allow: 'ONE_CLASS_TEST' },
  );
}
