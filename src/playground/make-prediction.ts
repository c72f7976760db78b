import type { Cancellation } from '../domain/cancellation.ts';
import { NotFoundError } from '../domain/errors.ts';
import type { PartScores } from '../domain/prediction-scores.ts';
import type { StrategyDefinition } from '../domain/strategy-definition.ts';
import { TASK_PARTS } from '../domain/task.ts';
import type { Prediction } from '../generated/sqlite/client.ts';
import type { NewModel } from '../store/models.ts';
import type { Store } from '../store/store.ts';
import type { NotLearned } from '../store/strategy-runs.ts';
import { decodeCombined, decodeModel } from '../strategies/model-bytes.ts';
import type { WorkerPool } from '../workers/worker-pool.ts';
import { builtInOf } from './built-in.ts';
import { OWN } from './combine.ts';
import { evaluate } from './evaluation.ts';
import { runBuiltIn } from './run-built-in.ts';
import { subjectOf } from './subject.ts';

export interface Making {
  readonly store: Store;
  readonly workers: WorkerPool;
  readonly cancellation: Cancellation;
  readonly onProgress?: (done: number, total: number) => void;
}

/**
 * Makes a prediction by its built-in strategy: models, scores of all members, evaluation. All that it writes takes the
 * place of what was written before, so that one that broke off may begin anew. Computes nothing that could not be evaluated.
 * @throws as evaluate, builtInOf, subjectOf and runBuiltIn do; the reason of the cancellation
 */
export async function makePrediction(
  { store, workers, cancellation, onProgress }: Making,
  prediction: Prediction,
): Promise<readonly NotLearned[]> {
  const [task] = await store.reads.tasks([prediction.taskId]);
  const [version] = await store.reads.strategyVersions([prediction.strategyVersionId]);
  const [strategy] = version ? await store.reads.strategies([version.strategyId]) : [];
  if (!task || !version || !strategy) throw new NotFoundError('the task or the strategy is stored no more');
  await store.evaluations.assertTaken(task, prediction);
  const builtIn = builtInOf(strategy.name, JSON.parse(version.definition) as StrategyDefinition);
  const subject = await subjectOf(store, task);
  const tools = { store, workers, cancellation, ...(onProgress && { onProgress }) };
  const { models, notLearned, scores } = await runBuiltIn(tools, subject, builtIn);
  await store.models.replace(prediction.id, [...models].map(factsOf));
  // the members' own scores come last: with them counts and hash change
  for (const id of [...subject.elements.map((element) => element.id), OWN]) {
    const parts = new Map(TASK_PARTS.map((part) => [part, scores.get(part)?.get(id) as PartScores] as const));
    await store.predictions.write(prediction.id, parts, { monitorElementId: id, threshold: null });
  }
  const [made] = await store.reads.predictions([prediction.id]);
  if (made) await evaluate({ store, workers, cancellation }, made);
  return notLearned;
}

function factsOf([monitorElementId, content]: readonly [number, Uint8Array]): NewModel {
  const bytes = content as Uint8Array<ArrayBuffer>;
  if (monitorElementId === OWN) {
    const { seen } = decodeCombined(content);
    return {
      monitorElementId,
      rows: seen.rows,
      leftOut: '{}',
      contentHash: seen.contentHash,
      axes: null,
      content: bytes,
    };
  }
  const { rows, leftOut, contentHash, axes } = decodeModel(content).seen;
  return {
    ...{ monitorElementId, rows, contentHash, content: bytes },
    ...{ leftOut: JSON.stringify(leftOut), axes: JSON.stringify(axes) },
  };
}
