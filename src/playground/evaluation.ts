import type { Cancellation } from '../domain/cancellation.ts';
import { UnavailableError } from '../domain/errors.ts';
import type { ScoredLumisections } from '../domain/evaluation/sample.ts';
import type { Orientation } from '../domain/prediction.ts';
import { type EvaluationScope, truthHash } from '../domain/prediction-evaluation.ts';
import type { TaskPart } from '../domain/task.ts';
import type { Prediction, StrategyVersion, Task } from '../generated/sqlite/client.ts';
import type { Store } from '../store/store.ts';
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

/**
 * Evaluates the scores that a prediction has, on validation and test (where a part of that is public, also on it), under the
 * truth that was frozen, and keeps the numbers with the threshold that they were made at: the same scores give the same
 * numbers.
 */
export async function evaluate({ store, workers, cancellation }: Evaluating, prediction: Prediction): Promise<void> {
  const { task, version } = await known(store, prediction);
  const scopes = new Map<EvaluationScope, ScoredLumisections>([
    ['VALIDATION', await store.evaluations.sample(prediction, 'VALIDATION')],
    ['TEST', await store.evaluations.sample(prediction, 'TEST')],
  ]);
  const runs = await store.tasks.publicRuns(task.id);
  if (runs.size > 0) scopes.set('PUBLIC', await store.evaluations.sample(prediction, 'TEST', { runs }));
  const { threshold, thresholdFrom } = prediction;
  const isStated = thresholdFrom === 'STATED';
  const { numbers, threshold: used } = await workers.run(
    'evaluatePrediction',
    {
      ...{ orientation: orientationOf(version), seed: task.seed, cluster: 'RUN', samples: [...scopes.values()] },
      threshold: isStated ? threshold : null,
      chooseOn: isStated
        ? null
        : (scopes.get(thresholdFrom as EvaluationScope) ??
          (await store.evaluations.sample(prediction, thresholdFrom as TaskPart))),
    },
    cancellation && { cancellation },
  );
  const { columns } = await store.predictions.members(task.id);
  const frozen = { truthHash: truthHash(columns.truth), truthMadeOf: task.madeOf, isFrozenTruth: true };
  await store.evaluations.keep(
    task,
    prediction,
    used,
    [...scopes.keys()].map((scope, i) => ({ scope, ...frozen, numbers: numbers[i] as (typeof numbers)[number] })),
  );
}

async function known(store: Pick<Store, 'reads'>, prediction: Prediction): Promise<KnownPrediction> {
  const [task = null] = await store.reads.tasks([prediction.taskId]);
  const [version = null] = await store.reads.strategyVersions([prediction.strategyVersionId]);
  if (task === null || version === null) throw new UnavailableError('the task is being changed: try again');
  return { prediction, task, version };
}
