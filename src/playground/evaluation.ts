import type { Cancellation } from '../domain/cancellation.ts';
import { UnavailableError } from '../domain/errors.ts';
import { BAD, GOOD, type ScoredLumisections, UNKNOWN } from '../domain/evaluation/sample.ts';
import type { Orientation } from '../domain/prediction.ts';
import { type EvaluationScope, truthHash } from '../domain/prediction-evaluation.ts';
import type { TaskPart } from '../domain/task.ts';
import type { Prediction, StrategyVersion, Task } from '../generated/sqlite/client.ts';
import type { Store } from '../store/store.ts';
import type { TaskChanges } from '../store/task-changes.ts';
import type { WorkerPool } from '../workers/worker-pool.ts';

/** What evaluating needs. */
export interface Evaluating {
  readonly store: Pick<Store, 'reads' | 'tasks' | 'predictions' | 'evaluations'>;
  readonly workers: WorkerPool;
  readonly cancellation?: Cancellation;
}

/** A prediction with what it is of and by. */
export interface KnownPrediction {
  readonly prediction: Prediction;
  readonly task: Task;
  readonly version: StrategyVersion;
}

export const orientationOf = ({ orientation }: Pick<StrategyVersion, 'orientation'>) => orientation as Orientation;

/** The labels of all members of a task, in their order, and what they are made of. */
interface TaskTruth {
  readonly labels: Int8Array;
  /** As JSON. */
  readonly madeOf: string;
  readonly isFrozen: boolean;
}

/**
 * Evaluates the scores that a prediction has, on validation and test (where a part of that is public, also on it), under the
 * truth that was frozen, and keeps the numbers with the threshold that they were made at: the same scores give the same
 * numbers.
 * @throws LimitExceededError (reason SUBMISSIONS) where the task takes no more of its author
 */
export async function evaluate(evaluating: Evaluating, prediction: Prediction): Promise<void> {
  const { store } = evaluating;
  const { task, version } = await known(store, prediction);
  await store.evaluations.assertTaken(task, prediction);
  const { columns } = await store.predictions.members(task.id);
  const truth = { labels: columns.truth, madeOf: task.madeOf, isFrozen: true };
  await evaluateUnder(evaluating, { prediction, task, version }, truth);
}

/**
 * The same under the truth as it is now, of the members that were frozen, beside the numbers under the frozen one, which
 * stay. Reads the histograms of the task anew. @returns whether that is another truth.
 */
export async function reevaluate(evaluating: Evaluating, prediction: Prediction): Promise<boolean> {
  const { store } = evaluating;
  const { task, version } = await known(store, prediction);
  const members = await store.predictions.members(task.id);
  const labels = members.columns.truth.slice();
  let madeOf = task.madeOf;
  for (let after: number | null = 0; after !== null; ) {
    const changes: TaskChanges = await store.tasks.changes(task, after);
    for (const { run, first, truth, truthNow } of changes.changed) {
      if (truth === truthNow) continue;
      labels[members.place(run, first)] = truthNow === null ? UNKNOWN : truthNow === 'POSITIVE' ? BAD : GOOD;
    }
    madeOf = JSON.stringify(changes.madeOf);
    after = changes.next;
  }
  if (truthHash(labels) === truthHash(members.columns.truth)) return false;
  await evaluateUnder(evaluating, { prediction, task, version }, { labels, madeOf, isFrozen: false });
  return true;
}

async function evaluateUnder(
  { store, workers, cancellation }: Evaluating,
  { prediction, task, version }: KnownPrediction,
  { labels, madeOf, isFrozen }: TaskTruth,
): Promise<void> {
  const sample = (part: TaskPart, runs?: ReadonlySet<number>) =>
    store.evaluations.sample(prediction, part, { truth: labels, runs });
  const scopes = new Map<EvaluationScope, ScoredLumisections>([
    ['VALIDATION', await sample('VALIDATION')],
    ['TEST', await sample('TEST')],
  ]);
  const runs = await store.tasks.publicRuns(task.id);
  if (runs.size > 0) scopes.set('PUBLIC', await sample('TEST', runs));
  const { threshold, thresholdFrom } = prediction;
  // a threshold belongs to the prediction: another truth does not move it
  const isGiven = thresholdFrom === 'STATED' || !isFrozen;
  const { numbers, threshold: used } = await workers.run(
    'evaluatePrediction',
    {
      ...{ orientation: orientationOf(version), seed: task.seed, cluster: 'RUN', samples: [...scopes.values()] },
      threshold: isGiven ? threshold : null,
      chooseOn: isGiven
        ? null
        : (scopes.get(thresholdFrom as EvaluationScope) ?? (await sample(thresholdFrom as TaskPart))),
    },
    cancellation && { cancellation },
  );
  const truth = { truthHash: truthHash(labels), truthMadeOf: madeOf, isFrozenTruth: isFrozen };
  await store.evaluations.keep(
    task,
    prediction,
    used,
    [...scopes.keys()].map((scope, i) => ({ scope, ...truth, numbers: numbers[i] as (typeof numbers)[number] })),
  );
}

async function known(store: Pick<Store, 'reads'>, prediction: Prediction): Promise<KnownPrediction> {
  const [task = null] = await store.reads.tasks([prediction.taskId]);
  const [version = null] = await store.reads.strategyVersions([prediction.strategyVersionId]);
  if (task === null || version === null) throw new UnavailableError('the task is being changed: try again');
  return { prediction, task, version };
}
