import type { GraphQLResolveInfo } from 'graphql';
import type { CallIssue } from '../../ingest/pipeline/call/bring.ts';
import type { Context } from '../context.ts';
import { ForbiddenError, InvalidInputError, LimitExceededError, NotFoundError } from '../domain/errors.ts';
import { answerOf, NO_ANSWER, type ScoreReason as Reason } from '../domain/prediction.ts';
import { MOST_SCORES, type ScoreRows } from '../domain/prediction-scores.ts';
import type { Counts } from '../domain/record.ts';
import type { Task as TaskRow } from '../generated/sqlite/client.ts';
import { evaluate, reevaluate } from '../playground/evaluation.ts';
import { OWN_SCORES } from '../store/prediction-parts.ts';
import { assertFrozen, type SubmissionReport, type Threshold } from '../store/predictions.ts';
import { asksFor } from './asks-for.ts';
import { readAnew } from './bring.ts';
import { builder } from './builder.ts';
import { ThresholdSource } from './enums.ts';
import { IngestReport } from './ingest-report.ts';
import { elementId, predictionKey } from './prediction.ts';
import { ScoreReason } from './prediction-enums.ts';
import { Prediction } from './refs.ts';
import { ownPrediction } from './run-strategy.ts';
import { assertStrategyName, assertVersion, statedFields, statedFrom, statesAnything } from './strategy-input.ts';
import { authorOf } from './strategy-mutations.ts';

type Row = typeof Prediction.$inferType;

export const OnScoreConflict = builder.enumType('OnScoreConflict', {
  description: 'What becomes of a score of a member that has another one, or a reason for none, already.',
  values: {
    KEEP: { value: 'keep', description: 'What is stored stays; the score is in conflict.' },
    REPLACE: { value: 'replace', description: 'It takes the place of what is stored.' },
    FAIL: { value: 'fail', description: 'Nothing of the call is stored; the error names the scores.' },
  } as const,
});

const ScoreInput = builder.inputType('ScoreInput', {
  description: 'What a strategy says of a member of a task: a score, or the reason for none.',
  fields: (t) => ({
    run: t.int({ required: true, description: 'Number of the run.' }),
    lumisection: t.int({
      description: 'Number of the lumisection; the first one of a window; none (or 0) where members are runs.',
    }),
    score: t.float({ description: 'The score: finite. Left out where there is a reason.' }),
    reason: t.field({ type: ScoreReason, description: 'Why there is none.' }),
  }),
});

export const SubmittedStrategyInput = builder.inputType('SubmittedStrategyInput', {
  description:
    'The version of a strategy that scores are of. One that is not known is made, with its strategy, from what is stated; one that is known has to be the same, where anything is stated.',
  fields: (t) => ({
    name: t.string({ required: true, description: 'Name of the strategy: its own, or one that nobody has.' }),
    version: t.string({ required: true, description: 'Label of the version: 1 to 100 printable characters.' }),
    ...statedFields(t),
  }),
});

const SubmitPredictionInput = builder.inputType('SubmitPredictionInput', {
  description: 'Scores of members of a frozen task.',
  fields: (t) => ({
    task: t.string({ required: true, description: 'Name of the task.' }),
    strategy: t.field({ type: SubmittedStrategyInput, required: true, description: 'What they are by.' }),
    scores: t.field({
      type: [ScoreInput],
      required: true,
      description: `Scores of members of any part, at most ${MOST_SCORES.toLocaleString('en')}: those of several calls add up.`,
    }),
    monitorElement: t.string({
      description:
        'Path of the monitor element that they are of; of the members as such, by which strategies are ranked, unless told.',
    }),
    threshold: t.float({
      description: 'What calls a member bad, in the orientation of the strategy: finite. Kept with the scores.',
    }),
    thresholdFrom: t.field({
      type: ThresholdSource,
      description:
        'In the place of `threshold`: on which part evaluations choose it. VALIDATION unless either is given. TEST is optimistic: such a prediction has no rank.',
    }),
    onConflict: t.field({
      type: OnScoreConflict,
      required: true,
      defaultValue: 'keep',
      description: 'What becomes of members that have another score already.',
    }),
    evaluate: t.boolean({
      description:
        'Whether to evaluate what is stored then, which takes as long as the whole task needs. Unless told: once every member of the test part has a score or a reason, and where the answer asks for `evaluation`.',
    }),
  }),
});

export const SubmitPredictionPayload = builder
  .objectRef<{ prediction: Row; report: Counts & { issues: readonly CallIssue[] } }>('SubmitPredictionPayload')
  .implement({
    description: 'The prediction as it is stored.',
    fields: (t) => ({
      prediction: t.field({
        type: Prediction,
        description: 'The prediction.',
        resolve: ({ prediction }) => prediction,
      }),
      report: t.field({
        type: IngestReport,
        description: 'What became of the scores of the call: every one is counted exactly once.',
        resolve: ({ report }) => report,
      }),
    }),
  });

const EvaluatePredictionInput = builder.inputType('EvaluatePredictionInput', {
  description: 'A prediction that is to be evaluated.',
  fields: (t) => ({
    prediction: t.id({ required: true, description: 'An `id` that a Prediction gave.' }),
    newestTruth: t.boolean({
      required: true,
      defaultValue: false,
      description:
        'Also under the truth as it is now, of the members that were frozen, where that is another one: those numbers stand beside the others, which stay (`evaluation(truth: NEWEST)`).',
    }),
  }),
});

const DeletePredictionInput = builder.inputType('DeletePredictionInput', {
  description: 'A prediction that is to go.',
  fields: (t) => ({ prediction: t.id({ required: true, description: 'An `id` that a Prediction gave.' }) }),
});

const DeletePredictionPayload = builder.objectRef<{ deleted: boolean }>('DeletePredictionPayload').implement({
  description: 'What became of the prediction.',
  fields: (t) => ({ deleted: t.exposeBoolean('deleted', { description: 'Whether there was such a prediction.' }) }),
});

const EvaluatePredictionPayload = builder.objectRef<{ prediction: Row }>('EvaluatePredictionPayload').implement({
  description: 'The prediction as it is stored.',
  fields: (t) => ({
    prediction: t.field({ type: Prediction, description: 'The prediction.', resolve: ({ prediction }) => prediction }),
  }),
});

export interface SubmittedTo {
  readonly task: string;
  readonly strategy: Parameters<typeof statedFrom>[0] & { readonly name: string; readonly version: string };
  readonly monitorElement?: string | null | undefined;
  readonly threshold?: number | null | undefined;
  readonly thresholdFrom?: Threshold['from'] | null | undefined;
  readonly onConflict: 'keep' | 'replace' | 'fail';
  readonly evaluate?: boolean | null | undefined;
}

/**
 * Stores scores as `submitPrediction` does, whatever brought them, and evaluates them where that is asked for.
 * @throws NotFoundError, ForbiddenError, InvalidInputError, LimitExceededError
 */
export async function submitScores(
  context: Context,
  given: SubmittedTo,
  rows: ScoreRows,
  info: Pick<GraphQLResolveInfo, 'fieldNodes' | 'fragments'>,
): Promise<{ prediction: Row; report: SubmissionReport }> {
  const { store } = context;
  const { name, version, ...stated } = given.strategy;
  assertStrategyName(name, 'strategy.name');
  assertVersion(version, 'strategy.version');
  const definition = statesAnything(stated) ? statedFrom(stated) : null;
  const task = await taskCalled(given.task, context);
  assertFrozen(task);
  const threshold = await thresholdOf(given, task, context);
  const monitorElementId =
    given.monitorElement == null ? OWN_SCORES : await ofTask(given.monitorElement, task, context);
  const author = authorOf(context);
  const by = await store.strategies.ensureVersion({ name, version }, definition, author);
  const { prediction: opened } = await store.predictions.open(task, by.version.id, author);
  const { prediction, report } = await store.predictions.submit(opened.id, {
    ...{ rows, monitorElementId, threshold, onConflict: given.onConflict },
  });
  const isDue = given.evaluate ?? (prediction.status === 'COMPLETE' || asksFor('evaluation', info));
  const evaluated = isDue ? await upToDate(prediction, context) : prediction;
  readAnew(context);
  return { prediction: evaluated, report };
}

async function upToDate(prediction: Row, context: Context): Promise<Row> {
  const { store } = context;
  const [known = null] = await store.reads.currentEvaluations([
    { predictionId: prediction.id, scope: 'TEST', truth: 'FROZEN' },
  ]);
  if (known === null && prediction.scoresHash !== null) await evaluate(context, prediction);
  const [now = null] = await store.reads.predictions([prediction.id]);
  return now ?? prediction;
}

builder.mutationFields((t) => ({
  submitPrediction: t.field({
    type: SubmitPredictionPayload,
    scope: 'challenge',
    description:
      'Adds scores to the prediction of a version of a strategy on a frozen task, in the name of the token. The same scores again change nothing. Scores of unknown members, second scores of one member, and what is no finite number are counted and listed.',
    args: { input: t.arg({ type: SubmitPredictionInput, required: true, description: 'The scores.' }) },
    resolve: async (_root, { input: { scores, ...given } }, context, info) => {
      if (scores.length > MOST_SCORES) {
        throw new LimitExceededError(
          `scores: ${scores.length} are more than ${MOST_SCORES}: send them in several calls, which add up, or as a file`,
          { limit: MOST_SCORES, field: 'scores' },
        );
      }
      const { prediction, report } = await submitScores(context, given, rowsOf(scores), info);
      return { prediction, report: reportOf(report) };
    },
  }),
  evaluatePrediction: t.field({
    type: EvaluatePredictionPayload,
    scope: 'challenge',
    description:
      'Evaluates the scores that a prediction has, unless they are evaluated already. Only its author may, and whoever has the scope `admin`.',
    args: { input: t.arg({ type: EvaluatePredictionInput, required: true, description: 'Which prediction.' }) },
    resolve: async (_root, { input: { prediction: id, newestTruth } }, context) => {
      const prediction = await ownPrediction(context, id);
      if (newestTruth && (await context.store.tasks.boardScope({ id: prediction.taskId })) !== 'TEST') {
        throw new ForbiddenError('newestTruth: the truth of the task is hidden', { scope: 'admin' });
      }
      const evaluated = await upToDate(prediction, context);
      if (newestTruth && evaluated.scoresHash !== null) await reevaluate(context, evaluated);
      readAnew(context);
      return { prediction: evaluated };
    },
  }),
  deletePrediction: t.field({
    type: DeletePredictionPayload,
    scope: 'challenge',
    description:
      'Deletes a prediction with its scores, evaluations and models. Only its author may, and whoever has the scope `admin`. What was counted as a submission stays counted.',
    args: { input: t.arg({ type: DeletePredictionInput, required: true, description: 'Which prediction.' }) },
    resolve: async (_root, { input: { prediction: id } }, context) => {
      const [known] = await context.store.reads.predictions([...predictionKey.parseGlobal(id)]);
      const deleted =
        known !== undefined &&
        known !== null &&
        (await context.store.predictions.delete((await ownPrediction(context, id)).id));
      readAnew(context);
      return { deleted };
    },
  }),
}));

function rowsOf(
  scores: readonly {
    run: number;
    lumisection?: number | null | undefined;
    score?: number | null | undefined;
    reason?: Reason | null | undefined;
  }[],
): ScoreRows {
  const count = scores.length;
  const rows = {
    run: new Int32Array(count),
    lumisection: new Int32Array(count),
    score: new Float64Array(count),
    reason: new Uint8Array(count),
  };
  for (let i = 0; i < count; i++) {
    const { run, lumisection, score, reason } = scores[i] as (typeof scores)[number];
    if (score != null && reason != null) {
      throw new InvalidInputError(`scores.${i}: a score or a reason for none, not both`, {
        field: `scores.${i}.reason`,
      });
    }
    rows.run[i] = run;
    rows.lumisection[i] = lumisection ?? 0;
    rows.score[i] = score ?? Number.NaN;
    rows.reason[i] = reason == null ? NO_ANSWER : answerOf(reason);
  }
  return rows;
}

const reportOf = ({ counts, issues }: SubmissionReport) => ({
  ...{ ...counts, added: 0 },
  issues: issues.map(
    ({ row, severity, code, field, value, reason }): CallIssue => ({
      index: row,
      severity,
      code,
      field,
      value,
      reason,
    }),
  ),
});

/** @throws NotFoundError */
export async function taskCalled(name: string, { store }: Pick<Context, 'store'>): Promise<TaskRow> {
  const task = await store.reads.taskByName(name);
  if (task !== null) return task;
  throw new NotFoundError(`no task is called ${JSON.stringify(name.slice(0, 200))}`, { field: 'task' });
}

async function ofTask(path: string, task: TaskRow, context: Context): Promise<number> {
  const { monitorElements } = JSON.parse(task.definition) as { monitorElements: readonly string[] };
  if (monitorElements.includes(path)) return elementId(path, context);
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
