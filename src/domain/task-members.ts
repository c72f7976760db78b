import { seededRank } from './seeded-rank.ts';
import { type LeftOutReason, TASK_PARTS, type TaskDefinition, type TaskMember, type TruthLabel } from './task.ts';

/** A lumisection without a truth. */
export const UNLABELLED = -1;
export const NEGATIVE = 0;
export const POSITIVE = 1;
/** In no part of the task. */
export const NO_PART = -1;

/** What the histograms of a lumisection, or a run, are good for. */
export const NO_HISTOGRAM = 0;
export const LOW_ENTRIES = 1;
export const JUDGED = 2;

/** All stored lumisections of a run, aligned. */
export interface RunLumisections {
  readonly run: number;
  /** Ascending. */
  readonly numbers: Int32Array;
  /** Index in TASK_PARTS, or NO_PART. */
  readonly parts: Int8Array;
  readonly labels: Int8Array;
  /** Of each lumisection; where members are runs, of the run: one value. */
  readonly histograms: Int8Array;
}

export type MemberRules = Pick<TaskDefinition, 'granularity' | 'windowLength' | 'mixed' | 'sample' | 'seed'> & {
  readonly margin: number;
};

/** Members of one run, by part and place, and how many of each part (index in TASK_PARTS) were left out for which reason. */
export interface RunMembers {
  readonly members: readonly TaskMember[];
  readonly leftOut: readonly Partial<Record<LeftOutReason, number>>[];
}

/**
 * The members that a run has in each part. Those that are lumisections have a truth, none of another label within
 * `margin`, and a histogram with enough entries; windows consist of such ones alone, consecutive and of one part. Of runs
 * that are members, lumisections without a truth do not count.
 */
export function membersOfRun(run: RunLumisections, rules: MemberRules): RunMembers {
  const leftOut = TASK_PARTS.map((): Partial<Record<LeftOutReason, number>> => ({}));
  const leave = (part: number, reason: LeftOutReason, count = 1) => {
    const reasons = leftOut[part] as Partial<Record<LeftOutReason, number>>;
    if (count > 0) reasons[reason] = (reasons[reason] ?? 0) + count;
  };
  const usable = usableLumisections(run, rules, leave);
  const members = TASK_PARTS.flatMap((_, part) => {
    const places = usable.filter((place) => run.parts[place] === part);
    const found = membersOfPart(run, places, part, rules, (reason, count) => leave(part, reason, count));
    const sampled = sampleMembers(found, rules.sample, rules.seed);
    leave(part, 'NOT_SAMPLED', found.length - sampled.length);
    return sampled;
  });
  return { members, leftOut };
}

function usableLumisections(
  { numbers, parts, labels, histograms }: RunLumisections,
  { granularity, margin }: MemberRules,
  leave: (part: number, reason: LeftOutReason) => void,
): number[] {
  const near = nearChange(numbers, labels, margin);
  const usable: number[] = [];
  for (let place = 0; place < numbers.length; place++) {
    const part = parts[place] as number;
    if (part === NO_PART) continue;
    const histogram = granularity === 'RUN' ? JUDGED : histograms[place];
    if (labels[place] === UNLABELLED) leave(part, 'NO_TRUTH');
    else if (near[place] === 1) leave(part, 'NEAR_CHANGE');
    else if (histogram === NO_HISTOGRAM) leave(part, 'NO_HISTOGRAM');
    else if (histogram === LOW_ENTRIES) leave(part, 'LOW_ENTRIES');
    else usable.push(place);
  }
  return usable;
}

/** 1 for each lumisection that has one of another label (none is a label, too) within `margin`, by number. */
export function nearChange(numbers: Int32Array, labels: Int8Array, margin: number): Uint8Array {
  const near = new Uint8Array(numbers.length);
  for (let change = 1; change < numbers.length; change++) {
    if (labels[change] === labels[change - 1]) continue;
    const before = numbers[change - 1] as number;
    const behind = numbers[change] as number;
    for (let place = change - 1; place >= 0 && behind - (numbers[place] as number) <= margin; place--) near[place] = 1;
    for (let place = change; place < numbers.length && (numbers[place] as number) - before <= margin; place++) {
      near[place] = 1;
    }
  }
  return near;
}

function membersOfPart(
  { run, numbers, labels, histograms }: RunLumisections,
  places: readonly number[],
  part: number,
  { granularity, windowLength, mixed }: MemberRules,
  leave: (reason: LeftOutReason, count?: number) => void,
): TaskMember[] {
  const member = (first: number, last: number, truth: TruthLabel): TaskMember => ({
    part: TASK_PARTS[part] as TaskMember['part'],
    ...{ run, first, last, truth },
  });
  if (places.length === 0) return [];
  if (granularity === 'RUN') {
    if (histograms[0] === NO_HISTOGRAM) leave('NO_HISTOGRAM');
    else if (histograms[0] === LOW_ENTRIES) leave('LOW_ENTRIES');
    else {
      const truth = truthOf(labels, places, mixed);
      if (truth !== null) return [member(0, 0, truth)];
      leave('MIXED');
    }
    return [];
  }
  const members: TaskMember[] = [];
  const inWindow = new Set<number>();
  for (let begin = 0; begin + windowLength <= places.length; begin++) {
    const window = places.slice(begin, begin + windowLength);
    const first = numbers[window[0] as number] as number;
    const last = numbers[window.at(-1) as number] as number;
    // numbers ascend, so that nothing is missing between
    if (last - first !== windowLength - 1) continue;
    for (const place of window) inWindow.add(place);
    const truth = truthOf(labels, window, mixed);
    if (truth === null) leave('MIXED');
    else members.push(member(first, last, truth));
  }
  leave('NO_WINDOW', places.length - inWindow.size);
  return members;
}

/** Null where both classes are there and the rule leaves that out. As many of each make a majority of positives. */
export function truthOf(labels: Int8Array, places: readonly number[], mixed: MixedRuleOf): TruthLabel | null {
  const positives = places.filter((place) => labels[place] === POSITIVE).length;
  if (positives === 0) return 'NEGATIVE';
  if (positives === places.length) return 'POSITIVE';
  if (mixed === 'LEFT_OUT') return null;
  return mixed === 'POSITIVE' || 2 * positives >= places.length ? 'POSITIVE' : 'NEGATIVE';
}

type MixedRuleOf = TaskDefinition['mixed'];

/** So many of them, in their order, whatever else the run or the task has. */
export function sampleMembers(
  members: readonly TaskMember[],
  most: number | null,
  seed: number,
): readonly TaskMember[] {
  if (most === null || members.length <= most) return members;
  const ranked = members.map((member) => ({ member, rank: seededRank(seed, member.run, member.first) }));
  ranked.sort((a, b) => a.rank - b.rank || a.member.first - b.member.first);
  return ranked
    .slice(0, most)
    .map(({ member }) => member)
    .sort((a, b) => a.first - b.first);
}
