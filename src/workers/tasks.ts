import { combineScores, fitCombinationOf } from './combine-scores.ts';
import { comparePredictions } from './compare-predictions.ts';
import { evaluatePrediction } from './evaluate-prediction.ts';
import { fitStrategy } from './fit-strategy.ts';
import { flagRuns } from './flag-runs.ts';
import { lookAtPrediction } from './look-at-prediction.ts';
import { scoreHistograms } from './score-histograms.ts';
import { scoreMembers } from './score-members.ts';

/**
 * What threads can be asked for, by name: functions of what can be posted to a thread to what can be posted back, of
 * their arguments alone. A thread works on one at a time, to its end.
 */
const tasks = {
  scoreHistograms,
  fitStrategy,
  scoreMembers,
  fitCombinationOf,
  combineScores,
  evaluatePrediction,
  lookAtPrediction,
  flagRuns,
  comparePredictions,
} as const;

export type TaskName = keyof typeof tasks;
export type TaskInput<Name extends TaskName> = Parameters<(typeof tasks)[Name]>[0];
export type TaskOutput<Name extends TaskName> = ReturnType<(typeof tasks)[Name]>;

/** What thread.mjs calls. @returns the output, with the buffers in it that can be handed over instead of copied. */
export function work(task: TaskName, input: never): { output: unknown; transfer: ArrayBuffer[] } {
  const output: unknown = tasks[task](input);
  return { output, transfer: [...new Set(buffersIn(output))] };
}

/** Of typed arrays that fill theirs, anywhere in lists and plain objects. */
export function buffersIn(value: unknown, found: ArrayBuffer[] = []): ArrayBuffer[] {
  if (typeof value !== 'object' || value === null) return found;
  if (ArrayBuffer.isView(value)) {
    const { buffer, byteLength } = value;
    if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) found.push(buffer);
    return found;
  }
  for (const part of Array.isArray(value) ? value : Object.values(value)) buffersIn(part, found);
  return found;
}
