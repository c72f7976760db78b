import type { View } from './evaluation/view.ts';
import { isSameView, type MetricValue, VIEWS } from './prediction-evaluation.ts';

/*
 * Of the public part of a task whose truth is hidden, one number of each submission is told: the metric of the task, in the
 * first view, to three decimals. With scores made for it a number tells of labels whatever it can hold: all digits of it
 * told some twenty labels, and each further metric, view, interval or count would tell as much again.
 */

const STEPS = 1_000;

/** Whether it is of this view. */
export const isTold = (view: View): boolean => isSameView(view, VIEWS[0] as View);

export const rounded = (value: number | null): number | null =>
  value === null ? null : Math.round(value * STEPS) / STEPS;

/** Of the metrics of the first view. */
export const toldMetrics = (task: { readonly metric: string }, metrics: readonly MetricValue[]): MetricValue[] =>
  metrics
    .filter(({ metric }) => metric === task.metric)
    .map((one) => ({ ...one, value: rounded(one.value), interval: null, threshold: null }));
