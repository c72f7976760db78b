import type { Context } from '../context.ts';
import { LimitExceededError } from '../domain/errors.ts';
import type { Cluster } from '../domain/evaluation/ranking.ts';
import type { Coverage } from '../domain/evaluation/sample.ts';
import type { View } from '../domain/evaluation/view.ts';
import {
  type EvaluationScope,
  type MetricValue,
  metricsOf,
  type ViewNumbers,
} from '../domain/prediction-evaluation.ts';
import { isTold, toldMetrics } from '../domain/public-number.ts';
import type { Prediction, Task } from '../generated/sqlite/client.ts';
import { orientationOf } from '../playground/evaluation.ts';
import { type Asked, type LookedAt, lookAt } from '../playground/look.ts';
import type { EvaluationKey, StoredEvaluation } from '../store/evaluations.ts';
import type { SampleOptions } from '../store/member-sample.ts';
import { OWN_SCORES } from '../store/prediction-parts.ts';
import { elementId, taskOf, versionOf } from './prediction.ts';

/** An evaluation in one view, as it is shown to whoever asks. */
export interface ShownEvaluation extends LookedAt {
  readonly scope: EvaluationScope;
  readonly threshold: number | null;
  /** Of a public part the one that is told. */
  readonly metrics: readonly MetricValue[];
  /** Null of a public part. */
  readonly numbers: ViewNumbers | null;
  readonly coverage: Coverage | null;
  readonly stored: StoredEvaluation;
}

/** Which evaluation is meant. */
export interface AskedEvaluation {
  readonly part: 'TEST' | 'VALIDATION';
  readonly view: View;
  readonly cluster: Cluster;
  readonly truth: EvaluationKey['truth'];
  /** Path; null: the members' own scores. */
  readonly monitorElement: string | null;
}

/**
 * What whoever asks may see of evaluations of a part: of the whole of it, of the public part, or (null) nothing. The one
 * place that the fields of evaluations ask.
 */
export async function scopeFor(
  task: Task,
  part: AskedEvaluation['part'],
  { store, loaders }: Pick<Context, 'store' | 'loaders'>,
): Promise<EvaluationScope | null> {
  if (part === 'VALIDATION') {
    const counts = (await loaders.taskRunCounts.load(task.id)).filter((count) => count.part === part);
    // another task may hide the truth of these runs
    return counts.every((count) => count.positives + count.negatives === count.members) ? 'VALIDATION' : null;
  }
  const scope = await store.tasks.boardScope(task);
  return scope === 'NONE' ? null : scope;
}

/** Null where its scores are not evaluated, there are none of the monitor element, or whoever asks may not see it. */
export async function shownEvaluation(
  prediction: Prediction,
  { part, view, cluster, truth, monitorElement }: AskedEvaluation,
  context: Context,
): Promise<ShownEvaluation | null> {
  const task = await taskOf(prediction, context);
  const scope = await scopeFor(task, part, context);
  if (scope === null) return null;
  const stored = await context.loaders.evaluation.load({ predictionId: prediction.id, scope, truth, view });
  if (stored === null) return null;
  const version = await versionOf(prediction, context);
  const { threshold } = prediction;
  const common = { prediction, task, version, part, scope, view, cluster, stored };
  if (monitorElement === null && cluster === 'RUN') {
    const { numbers, coverage } = stored;
    const kept = { ...common, monitorElementId: OWN_SCORES, threshold };
    const metrics = metricsOf(numbers);
    if (scope !== 'PUBLIC') return { ...kept, metrics, numbers, coverage };
    if (!stored.isFrozenTruth || !isTold(view)) return null;
    return { ...kept, metrics: toldMetrics(task, metrics), numbers: null, coverage: null };
  }
  if (!mayLook({ scope, stored })) return null;
  const element = monitorElement === null ? OWN_SCORES : await elementId(monitorElement, context);
  const answers = (await context.loaders.answers.load(prediction.id)).find(
    (one) => one.part === part && one.monitorElementId === element,
  );
  // that nothing was said of a monitor element is no silence to be penalised
  if (element !== OWN_SCORES && !answers?.scored) return null;
  const used = element === OWN_SCORES ? threshold : (answers?.threshold ?? null);
  const shown = { ...common, monitorElementId: element, threshold: used };
  const looked = await inTurn(context, () => lookAt(context, shown, { kind: 'view', threshold: used }));
  const { numbers, coverage } = looked.view as NonNullable<typeof looked.view>;
  return { ...shown, metrics: metricsOf(numbers), numbers, coverage };
}

/**
 * What is not kept takes a look at the truth: at the frozen one, and not where whoever asks sees the public part alone, of
 * which one number is told.
 */
export const mayLook = ({ scope, stored }: Pick<ShownEvaluation, 'scope' | 'stored'>) =>
  scope !== 'PUBLIC' && stored.isFrozenTruth;

/** Looks at the scores and the truth that an evaluation is of; null where that may not be. */
export async function look(
  shown: ShownEvaluation,
  asked: Asked,
  context: Context,
  options?: Pick<SampleOptions, 'entriesOf'>,
) {
  return mayLook(shown) ? inTurn(context, () => lookAt(context, shown, asked, options)) : null;
}

/** Looks of one operation: each reads the scores of a whole part and takes a thread for up to seconds. */
const MOST_LOOKS = 20;

const looks = new WeakMap<Context['cost'], number>();
/** The last look of each client, at the threads of one server. */
const queues = new WeakMap<Context['workers'], Map<string, Promise<unknown>>>();

/**
 * One look of a client after another, whatever operations it has under way: one alone is in memory, and others come in
 * between. @throws LimitExceededError beyond MOST_LOOKS of an operation.
 */
export async function inTurn<T>(
  { cost, workers, client, cancellation }: Pick<Context, 'cost' | 'workers' | 'client' | 'cancellation'>,
  work: () => Promise<T>,
): Promise<T> {
  const count = (looks.get(cost) ?? 0) + 1;
  looks.set(cost, count);
  if (count > MOST_LOOKS) {
    throw new LimitExceededError(
      `curves, runs, ranges, other thresholds and comparisons are computed when they are asked for, at most ${MOST_LOOKS} in one operation: ask for fewer`,
      { limit: MOST_LOOKS },
    );
  }
  const queue = queues.get(workers) ?? new Map<string, Promise<unknown>>();
  queues.set(workers, queue);
  // an operation that is over by now takes no turn
  const turn = async () => {
    const reason = cancellation.look(performance.now());
    if (reason !== undefined) throw reason;
    return work();
  };
  const result = (queue.get(client) ?? Promise.resolve()).then(turn, turn);
  queue.set(client, result);
  try {
    return await result;
  } finally {
    if (queue.get(client) === result) queue.delete(client);
  }
}

/** A threshold of an evaluation in the orientation of its strategy. */
export const asGiven = ({ version }: Pick<ShownEvaluation, 'version'>, threshold: number): number =>
  orientationOf(version) === 'LOWER' ? 0 - threshold : threshold;
