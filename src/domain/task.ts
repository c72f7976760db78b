import type { Injection, InjectionDefinition } from './injection.ts';

/** The parts of a task, in the order in which a strategy may see them. */
export const TASK_PARTS = ['TRAIN', 'VALIDATION', 'TEST'] as const;
export type TaskPart = (typeof TASK_PARTS)[number];

/** What a member of a task is: what gets one score. */
export const TASK_GRANULARITIES = ['LUMISECTION', 'WINDOW', 'RUN'] as const;
export type TaskGranularity = (typeof TASK_GRANULARITIES)[number];

/** What becomes of a window, or a run, that has lumisections of both classes. */
export const MIXED_RULES = ['LEFT_OUT', 'POSITIVE', 'MAJORITY'] as const;
export type MixedRule = (typeof MIXED_RULES)[number];

/** What is refused unless a task asks for it by name. */
export const TASK_ALLOWANCES = [
  'ONE_CLASS_TRAIN',
  'ONE_CLASS_VALIDATION',
  'ONE_CLASS_TEST',
  'SHARED_RUNS',
  'OTHER_RECONSTRUCTION',
  'SHOWN_TRUTH',
] as const;
export type TaskAllowance = (typeof TASK_ALLOWANCES)[number];

export const TASK_METRICS = [
  'ROC_AUC',
  'AVERAGE_PRECISION',
  'EFFICIENCY_AT_1_PERCENT',
  'EFFICIENCY_AT_1_PERMILLE',
] as const;
export type TaskMetric = (typeof TASK_METRICS)[number];

export const TASK_STATES = ['DRAFT', 'FROZEN'] as const;
export type TaskState = (typeof TASK_STATES)[number];

export const SPLITS = ['RUN', 'FILL', 'TIME'] as const;
export type SplitBy = (typeof SPLITS)[number];

/** Why a lumisection (a window, a run) of a part is no member; NO_EFFECT: why a member has no anomaly made in it. */
export const LEFT_OUT_REASONS = [
  'NO_TRUTH',
  'NEAR_CHANGE',
  'NO_HISTOGRAM',
  'LOW_ENTRIES',
  'NO_WINDOW',
  'MIXED',
  'NOT_SAMPLED',
  'EMBARGO',
  'NO_EFFECT',
] as const;
export type LeftOutReason = (typeof LEFT_OUT_REASONS)[number];

/** The lumisections of the mask, in these runs: at least one of both is given. */
export interface Selection {
  readonly mask: string | null;
  readonly runs: readonly number[] | null;
}

/** What is bad and what is good: by masks, or by what a certification source calls BAD and GOOD. */
export interface TruthDefinition {
  readonly positive: string | null;
  readonly negative: string | null;
  readonly source: string | null;
  readonly subsystem: string | null;
  readonly dataset: string | null;
  /** Positives are only what a version of one of these causes calls BAD; null: whatever the cause. */
  readonly causes: readonly string[] | null;
  /** Lumisections with another label within so many (by number, in their run) are left out. */
  readonly margin: number;
}

export interface SplitDefinition {
  readonly by: SplitBy;
  readonly of: Selection;
  /** Parts of the lumisections that have a truth; they add up to 1. */
  readonly shares: Readonly<Record<TaskPart, number>>;
  /** Hours between the end of a part and the beginning of the next, of TIME alone. */
  readonly embargoHours: number;
}

/** A task as somebody states it, before anything of it is looked up. */
export interface TaskDefinition {
  readonly description: string | null;
  /** Paths, distinct, in the order given. */
  readonly monitorElements: readonly string[];
  /** `NAME@VERSION` of the saved set that they were taken from; null where they were stated. */
  readonly elementSet: string | null;
  readonly dataset: string;
  /** Either the three parts, or how they are made. */
  readonly parts: Readonly<Record<TaskPart, Selection>> | null;
  readonly split: SplitDefinition | null;
  readonly truth: TruthDefinition;
  readonly granularity: TaskGranularity;
  /** Lumisections of a window, at least 2; 1 where members are no windows. */
  readonly windowLength: number;
  readonly mixed: MixedRule;
  /** Histograms with fewer entries do not belong to the task. */
  readonly minEntries: number;
  /** Members of a run in a part, chosen by the seed; null: all of them. */
  readonly sample: number | null;
  readonly seed: number;
  readonly metric: TaskMetric;
  readonly isCausal: boolean;
  readonly isTruthHidden: boolean;
  /** Of a hidden truth: the share of the test part, by whole runs, on which everybody sees evaluations; null: none. */
  readonly publicShare: number | null;
  /** Evaluated submissions that each author may make, of all time and within 24 hours; null: as many as it likes. */
  readonly maxSubmissions: number | null;
  readonly maxSubmissionsPerDay: number | null;
  /** Anomalies that are made in good members of validation and test; null, or left out: none. */
  readonly injection?: InjectionDefinition | null;
  readonly allow: readonly TaskAllowance[];
}

/** As it was stated, of a task as it is stored. */
export const definitionOf = ({ definition }: { readonly definition: string }): TaskDefinition =>
  JSON.parse(definition) as TaskDefinition;

/** Whether something is bad (POSITIVE: an anomaly) or good. */
export type TruthLabel = 'POSITIVE' | 'NEGATIVE';

/** A lumisection, a window (first to last, both inclusive) or a run (first and last 0) of a part. */
export interface TaskMember {
  readonly part: TaskPart;
  readonly run: number;
  readonly first: number;
  readonly last: number;
  readonly truth: TruthLabel;
  /** What is done to its histograms, which makes it positive. */
  readonly injection?: Injection;
}
