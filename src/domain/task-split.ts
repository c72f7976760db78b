import { InvalidInputError } from './errors.ts';
import { seededRank } from './seeded-rank.ts';
import { type SplitDefinition, TASK_PARTS, type TaskPart } from './task.ts';

/** A run that is to be given to a part. */
export interface SplitRun {
  readonly run: number;
  readonly fill: number | null;
  /** Milliseconds since 1970; null where nobody knows. */
  readonly startedAt: number | null;
  readonly endedAt: number | null;
  /** Lumisections with a truth. */
  readonly positives: number;
  readonly negatives: number;
}

export type SplitRules = Pick<SplitDefinition, 'by' | 'shares' | 'embargoHours'> & { readonly seed: number };

const MS_OF_HOUR = 3_600_000;

/**
 * Gives each run to a part; null: to none, as it lies in an embargo. A run is never parted, of FILL neither is a fill; both
 * are dealt in an order that the seed says, each to the part that lacks most of its share, of positives and negatives
 * alike. TIME cuts the runs in order of their number where the shares are reached.
 * @throws InvalidInputError where an embargo needs a time that is not known.
 */
export function splitRuns(runs: readonly SplitRun[], rules: SplitRules): ReadonlyMap<number, TaskPart | null> {
  const ordered = runs.toSorted((a, b) => a.run - b.run);
  return rules.by === 'TIME' ? splitByTime(ordered, rules) : deal(groupsOf(ordered, rules.by), rules);
}

/** Runs of one fill stay together; of a run without a fill nothing is known, and it stands alone. */
function groupsOf(runs: readonly SplitRun[], by: 'RUN' | 'FILL'): SplitRun[][] {
  const groups = new Map<string, SplitRun[]>();
  for (const run of runs) {
    const name = by === 'FILL' && run.fill !== null ? `fill ${run.fill}` : `run ${run.run}`;
    const group = groups.get(name);
    if (group) group.push(run);
    else groups.set(name, [run]);
  }
  return [...groups.values()];
}

type Dealt = Record<TaskPart, { positives: number; negatives: number }>;

function deal(groups: readonly SplitRun[][], { shares, seed }: SplitRules): Map<number, TaskPart> {
  const total = countsOf(groups.flat());
  const dealt = Object.fromEntries(TASK_PARTS.map((part) => [part, { positives: 0, negatives: 0 }])) as Dealt;
  const partOf = new Map<number, TaskPart>();
  const ranked = groups
    .map((group) => {
      const { positives, negatives } = countsOf(group);
      return { group, rank: seededRank(seed, (group[0] as SplitRun).run), positives, negatives };
    })
    // rare positives first: they are what is hardest to share out
    .sort((a, b) => Number(b.positives > 0) - Number(a.positives > 0) || a.rank - b.rank);
  for (const { group, positives, negatives } of ranked) {
    const lacks = (part: TaskPart) =>
      shares[part] === 0
        ? Number.NEGATIVE_INFINITY
        : (['positives', 'negatives'] as const).reduce((sum, kind) => {
            const own = kind === 'positives' ? positives : negatives;
            if (own === 0) return sum;
            return sum + (shares[part] * total[kind] - dealt[part][kind]) / (shares[part] * total[kind]);
          }, 0);
    const part = TASK_PARTS.reduce((most, next) => (lacks(next) > lacks(most) ? next : most));
    dealt[part].positives += positives;
    dealt[part].negatives += negatives;
    for (const { run } of group) partOf.set(run, part);
  }
  return partOf;
}

function countsOf(runs: readonly SplitRun[]) {
  return runs.reduce(
    (sum, { positives, negatives }) => ({
      positives: sum.positives + positives,
      negatives: sum.negatives + negatives,
    }),
    { positives: 0, negatives: 0 },
  );
}

function splitByTime(runs: readonly SplitRun[], { shares, embargoHours }: SplitRules): Map<number, TaskPart | null> {
  const { positives, negatives } = countsOf(runs);
  const total = positives + negatives;
  const ends = [shares.TRAIN * total, (shares.TRAIN + shares.VALIDATION) * total];
  const partOf = new Map<number, TaskPart | null>();
  let seen = 0;
  let last: { part: TaskPart; end: number | null; run: number } | undefined;
  for (const run of runs) {
    const middle = seen + (run.positives + run.negatives) / 2;
    seen += run.positives + run.negatives;
    const part: TaskPart =
      middle < (ends[0] as number) ? 'TRAIN' : middle < (ends[1] as number) ? 'VALIDATION' : 'TEST';
    if (embargoHours > 0 && last !== undefined && last.part !== part) {
      if (run.startedAt === null || last.end === null) throw noTime(run.startedAt === null ? run.run : last.run);
      if (run.startedAt - last.end < embargoHours * MS_OF_HOUR) {
        partOf.set(run.run, null);
        continue;
      }
    }
    partOf.set(run.run, part);
    const end = run.endedAt ?? run.startedAt;
    const isLater = last?.part === part && last.end !== null && end !== null && last.end > end;
    last = isLater ? last : { part, end, run: run.run };
  }
  return partOf;
}

const noTime = (run: number) =>
  new InvalidInputError(`nobody knows when run ${run} was taken, and an embargo needs that: leave the run out`, {
    field: 'split.embargoHours',
    run,
  });
