import { TASK_METRICS, type TaskDefinition, type TruthDefinition } from './task.ts';

/** What a task is where nothing is stated of it. */
export const TASK_DEFAULTS = {
  description: null,
  elementSet: null,
  split: null,
  granularity: 'LUMISECTION',
  windowLength: 1,
  mixed: 'LEFT_OUT',
  minEntries: 0,
  sample: null,
  seed: 0,
  metric: TASK_METRICS[0],
  isCausal: false,
  isTruthHidden: false,
  publicShare: null,
  maxSubmissions: null,
  maxSubmissionsPerDay: null,
  injection: null,
  allow: [],
} satisfies Omit<TaskDefinition, 'monitorElements' | 'dataset' | 'parts' | 'truth'>;

/** The same of a truth; all of it, and nothing is bad or good. */
export const TRUTH_DEFAULTS: TruthDefinition = {
  positive: null,
  negative: null,
  source: null,
  subsystem: null,
  dataset: null,
  causes: null,
  margin: 0,
};
