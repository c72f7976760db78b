import { type FlaggedRuns, flaggedRuns } from '../domain/evaluation/flagged-elements.ts';
import type { Cluster } from '../domain/evaluation/ranking.ts';
import { truthOfRuns } from '../domain/evaluation/runs.ts';
import { sampleOf } from '../domain/evaluation/sample.ts';
import type { View } from '../domain/evaluation/view.ts';
import type { TaskMetric, TaskPart } from '../domain/task.ts';
import type { Prediction, StrategyVersion, Task } from '../generated/sqlite/client.ts';
import type { SampleOptions } from '../store/member-sample.ts';
import { OWN_SCORES } from '../store/prediction-parts.ts';
import type { ComparedPredictions } from '../workers/compare-predictions.ts';
import type { Looked, LookTask } from '../workers/look-at-prediction.ts';
import { type Evaluating, type KnownPrediction, orientationOf } from './evaluation.ts';

export type { ComparedPredictions } from '../workers/compare-predictions.ts';
export type { BinNumbers } from '../workers/look-at-prediction.ts';

/** What is asked of one look. */
export type Asked = LookTask['asked'];

/** At what a look is: the scores of a part, or of one of its monitor elements. */
export interface LookedAt extends KnownPrediction {
  readonly part: 'TEST' | 'VALIDATION';
  readonly monitorElementId: number;
  readonly view: View;
  readonly cluster: Cluster;
}

/** Looks at scores and truth, in a thread: numbers that are not kept. */
export async function lookAt(
  { store, workers, cancellation }: Evaluating,
  { prediction, task, version, part, monitorElementId, view, cluster }: LookedAt,
  asked: Asked,
  options: Pick<SampleOptions, 'entriesOf'> = {},
): Promise<Looked> {
  // runs and lumisections are read anew each time, as conditions change: only where a quantity or a fill is asked for
  const bare = asked.kind !== 'bins' && cluster !== 'FILL';
  const scored = await store.evaluations.sample(prediction, part, { ...options, monitorElementId, bare });
  const look = { orientation: orientationOf(version), view, scored, options: { seed: task.seed, cluster }, asked };
  return workers.run('lookAtPrediction', look, cancellation && { cancellation });
}

/** A monitor element with scores, and the threshold that was stated for them. */
export interface ScoredElement {
  readonly monitorElementId: number;
  readonly threshold: number | null;
}

/**
 * Shares of runs with flagged monitor elements, by the truth of runs. One element after another: all of their scores at
 * once may be more than memory holds.
 */
export async function lookAtFlags(
  { store, workers, cancellation }: Evaluating,
  { prediction, version, part }: Pick<LookedAt, 'prediction' | 'version' | 'part'>,
  elements: readonly ScoredElement[],
  leastMembers: number,
): Promise<FlaggedRuns[]> {
  const sample = (of: TaskPart, monitorElementId: number) =>
    store.evaluations.sample(prediction, of, { monitorElementId, bare: true });
  const [runs, places]: [number[], number[]] = [[], []];
  for (const { monitorElementId, threshold } of elements) {
    const flagged = await workers.run(
      'flagRuns',
      {
        ...{ orientation: orientationOf(version), threshold, leastMembers },
        scored: await sample(part, monitorElementId),
        chooseOn: threshold === null ? await sample('VALIDATION', monitorElementId) : null,
      },
      cancellation && { cancellation },
    );
    for (const run of flagged) {
      runs.push(run);
      places.push(monitorElementId);
    }
  }
  const flags = { run: Int32Array.from(runs), monitorElement: Int32Array.from(places) };
  const truths = truthOfRuns(sampleOf(await sample(part, OWN_SCORES)));
  return flaggedRuns({ ...flags, flagged: new Uint8Array(runs.length).fill(1) }, truths);
}

/** The paired difference of two predictions on the test part of a task, with at most so many disagreements. */
export async function compareOnTest(
  { store, workers, cancellation }: Evaluating,
  task: Task,
  pair: readonly [Compared, Compared],
  { metric, view, atMost }: { readonly metric: TaskMetric; readonly view: View; readonly atMost: number },
): Promise<ComparedPredictions> {
  const [first, second] = await Promise.all(
    pair.map(async ({ prediction, version }) => ({
      orientation: orientationOf(version),
      scored: await store.evaluations.sample(prediction, 'TEST'),
      threshold: prediction.threshold,
    })),
  );
  type Side = NonNullable<typeof first>;
  return workers.run(
    'comparePredictions',
    {
      ...{ first: first as Side, second: second as Side, metric, view, atMost },
      options: { seed: task.seed, cluster: 'RUN' },
    },
    cancellation && { cancellation },
  );
}

export interface Compared {
  readonly prediction: Prediction;
  readonly version: StrategyVersion;
}
