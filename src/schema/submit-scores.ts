import type { GraphQLResolveInfo } from 'graphql';
import type { Context } from '../context.ts';
import { ForbiddenError, InvalidInputError, LimitExceededError, NotFoundError } from '../domain/errors.ts';
import type { ScoreRows } from '../domain/prediction-scores.ts';
import { definitionOf } from '../domain/task.ts';
import type { Prediction as Row, Task as TaskRow } from '../generated/sqlite/client.ts';
import { evaluate } from '../playground/evaluation.ts';
import { OWN_SCORES } from '../store/prediction-parts.ts';
import { assertFrozen, type SubmissionReport, type Threshold } from '../store/predictions.ts';
import { SUBMISSIONS } from '../store/submissions.ts';
import { asksFor } from './asks-for.ts';
import { readAnew } from './bring.ts';
import { assertOpen } from './open-part.ts';
import { elementId } from './prediction.ts';
import { assertStrategyName, assertVersion, type StatedInput, statedFrom, statesAnything } from './strategy-input.ts';
import { authorOf } from './strategy-mutations.ts';
import { taskCalled } from './task-called.ts';

/** Where scores go, and how. */
export interface SubmittedTo {
  readonly task: string;
  readonly strategy: StatedInput & { readonly name: string; readonly version: string };
  readonly monitorElement?: string | null | undefined;
  readonly threshold?: number | null | undefined;
  readonly thresholdFrom?: Threshold['from'] | null | undefined;
  readonly onConflict: 'keep' | 'replace' | 'fail';
  readonly evaluate?: boolean | null | undefined;
}

/**
 * Stores scores as `submitPrediction` does, whatever brought them, and evaluates them where that is asked for; where the
 * task takes no more submissions, a warning says so. Where nothing of them can be taken and there is no prediction yet, none
 * is made, nor a strategy.
 * @throws NotFoundError, ForbiddenError, InvalidInputError
 */
export async function submitScores(
  context: Context,
  given: SubmittedTo,
  rows: ScoreRows,
  info: Pick<GraphQLResolveInfo, 'fieldNodes' | 'fragments' | 'path'>,
): Promise<{ prediction: Row | null; report: SubmissionReport }> {
  const { store } = context;
  const { name, version, ...stated } = given.strategy;
  assertStrategyName(name, 'strategy.name');
  assertVersion(version, 'strategy.version');
  const definition = statesAnything(stated) ? statedFrom(stated) : null;
  const task = await taskCalled(given.task, context);
  assertFrozen(task);
  const threshold = await thresholdOf(given, task, context);
  if (threshold?.from !== 'STATED') await assertOpen(task, CHOICE, context);
  const monitorElementId =
    given.monitorElement == null ? OWN_SCORES : await ofTask(given.monitorElement, task, context);
  const author = authorOf(context);
  const known = await store.strategies.version({ name, version });
  if (known === null || (await store.predictions.find(task.id, known.id)) === null) {
    const report = await store.predictions.tried(task.id, rows);
    if (report.counts.inserted === 0) return { prediction: null, report };
  }
  const by = await store.strategies.ensureVersion({ name, version }, definition, author);
  const { prediction: opened } = await store.predictions.open(task, by.version.id, author);
  const { prediction, report } = await store.predictions.submit(opened.id, {
    ...{ rows, monitorElementId, threshold, onConflict: given.onConflict },
  });
  const isDue = given.evaluate ?? (prediction.status === 'COMPLETE' || asksFor('evaluation', info));
  const evaluated = isDue ? await upToDateIfTaken(prediction, context, info) : prediction;
  readAnew(context);
  return { prediction: evaluated, report };
}

/** What is stored is no failure: that it is not evaluated is told beside it. */
async function upToDateIfTaken(prediction: Row, context: Context, { path }: Pick<GraphQLResolveInfo, 'path'>) {
  try {
    return await upToDate(prediction, context);
  } catch (error) {
    if (!(error instanceof LimitExceededError && error.details.reason === SUBMISSIONS)) throw error;
    const message = `the scores are stored, and not evaluated: ${error.message}`;
    context.warn({ code: SUBMISSIONS, message, path: [path.key] });
    return prediction;
  }
}

/** What makes a prediction tell of the truth that its threshold is chosen by. */
const CHOICE = 'a threshold that is chosen (state one instead)';

/** The prediction once its scores are evaluated. @throws ForbiddenError where the threshold would tell of a hidden truth; as evaluate does */
export async function upToDate(prediction: Row, context: Context): Promise<Row> {
  const { store } = context;
  if (prediction.thresholdFrom !== 'STATED') await assertOpen({ id: prediction.taskId }, CHOICE, context);
  const [known = null] = await store.reads.currentEvaluations([
    { predictionId: prediction.id, scope: 'TEST', truth: 'FROZEN' },
  ]);
  if (known === null && prediction.scoresHash !== null) await evaluate(context, prediction);
  const [now = null] = await store.reads.predictions([prediction.id]);
  return now ?? prediction;
}

async function ofTask(path: string, task: TaskRow, context: Context): Promise<number> {
  if (definitionOf(task).monitorElements.includes(path)) return elementId(path, context);
  throw new NotFoundError(
    `the task ${JSON.stringify(task.name)} has no monitor element ${JSON.stringify(path.slice(0, 200))}`,
    {
      field: 'monitorElement',
    },
  );
}

/** @throws InvalidInputError; ForbiddenError for a threshold that would tell of a hidden truth. */
async function thresholdOf(
  { threshold, thresholdFrom, monitorElement }: SubmittedTo,
  task: TaskRow,
  { store }: Context,
): Promise<Threshold | null> {
  const isStated = thresholdFrom == null ? threshold != null : thresholdFrom === 'STATED';
  if (isStated !== (threshold != null)) {
    throw new InvalidInputError('thresholdFrom: STATED, and nothing else, goes with a threshold', {
      field: 'thresholdFrom',
    });
  }
  if (threshold != null && !Number.isFinite(threshold)) {
    throw new InvalidInputError('threshold: it is no finite number', { field: 'threshold' });
  }
  if (isStated) return { from: 'STATED', threshold: threshold as number };
  if (thresholdFrom == null) return null;
  if (monitorElement != null) {
    throw new InvalidInputError('thresholdFrom: of a monitor element a threshold is stated, or chosen on validation', {
      field: 'thresholdFrom',
    });
  }
  if (thresholdFrom === 'TEST' && (await store.tasks.boardScope(task)) !== 'TEST') {
    throw new ForbiddenError('thresholdFrom: the truth of the test part is hidden: TEST would tell of it');
  }
  return { from: thresholdFrom, threshold: null };
}
