import type { Context } from '../context.ts';
import { NotFoundError } from '../domain/errors.ts';
import { isOptimistic, type ScoreReason as Reason } from '../domain/prediction.ts';
import type { TaskPart } from '../domain/task.ts';
import type { Prediction as Row } from '../generated/sqlite/client.ts';
import { OWN_SCORES } from '../store/prediction-parts.ts';
import { builder } from './builder.ts';
import { predictions } from './connections.ts';
import { DESCRIPTIONS } from './descriptions.ts';
import { PredictionStatus, ThresholdSource } from './enums.ts';
import { nodeKey } from './global-id.ts';
import { ScoreReason } from './prediction-enums.ts';
import { Prediction, StrategyVersion, Task } from './refs.ts';
import { TaskPartName } from './task-enums.ts';

const about = DESCRIPTIONS.prediction;
/** Keys of predictions in ids. */
export const predictionKey = nodeKey('Prediction', ['int']);

builder.nodeRef(Prediction, {
  id: { resolve: ({ id }: Row) => predictionKey.format([id]), parse: predictionKey.parse },
  loadManyWithoutCache: (ids, { loaders }) => Promise.all(ids.map(([id]) => loaders.prediction.load(id))),
});

/** How much of a part is answered. */
export interface PredictionCoverageOf {
  readonly expected: number;
  readonly scored: number;
  readonly withReason: number;
  reasons(): Promise<Readonly<Partial<Record<Reason, number>>>>;
}

const ReasonCount = builder.objectRef<{ reason: Reason; count: number }>('ScoreReasonCount').implement({
  description: 'How many members have no score for one reason.',
  fields: (t) => ({
    reason: t.field({ type: ScoreReason, description: 'The reason.', resolve: ({ reason }) => reason }),
    count: t.exposeInt('count', { description: 'How many.' }),
  }),
});

export const PredictionCoverage = builder.objectRef<PredictionCoverageOf>('PredictionCoverage').implement({
  description: 'How many members of a part of the task a prediction has a score for.',
  fields: (t) => ({
    expected: t.exposeInt('expected', { description: 'Number of members.' }),
    scored: t.exposeInt('scored', { description: 'How many have a score.' }),
    missing: t.int({
      description: 'How many have none, whether or not there is a reason.',
      resolve: ({ expected, scored }) => expected - scored,
    }),
    unanswered: t.int({
      description: 'How many have neither a score nor a reason.',
      resolve: ({ expected, scored, withReason }) => expected - scored - withReason,
    }),
    reasons: t.field({
      type: [ReasonCount],
      description: 'How many have none for which reason, those with most members first.',
      resolve: async ({ reasons }, _args, { cost }) => {
        const counts = Object.entries(await reasons()).map(([reason, count]) => ({ reason: reason as Reason, count }));
        cost.addNodes(counts.length);
        return counts.sort((a, b) => b.count - a.count || (a.reason < b.reason ? -1 : 1));
      },
    }),
  }),
});

const PredictionError = builder.objectRef<{ code: string; message: string }>('PredictionError').implement({
  description: 'What stopped the making of a prediction.',
  fields: (t) => ({
    code: t.exposeString('code', { description: 'Stable code, for programs.' }),
    message: t.exposeString('message', { description: 'What happened, and what to do about it.' }),
  }),
});

builder.prismaObjectFields(Prediction, (t) => ({
  task: t.field({
    type: Task,
    description: about.task,
    resolve: (prediction, _args, context) => taskOf(prediction, context),
  }),
  strategy: t.field({
    type: StrategyVersion,
    description: about.strategyVersion,
    resolve: (prediction, _args, context) => versionOf(prediction, context),
  }),
  taskHash: t.exposeString('taskHash', { description: about.taskHash }),
  author: t.exposeString('author', { description: about.author }),
  status: t.field({
    type: PredictionStatus,
    description: about.status,
    resolve: ({ status }) => status as typeof PredictionStatus.$inferType,
  }),
  threshold: t.exposeFloat('threshold', { nullable: true, description: about.threshold }),
  thresholdFrom: t.field({
    type: ThresholdSource,
    description: about.thresholdFrom,
    resolve: ({ thresholdFrom }) => thresholdFrom as typeof ThresholdSource.$inferType,
  }),
  isOptimistic: t.boolean({
    description: 'Whether its threshold was chosen on the truth that it is judged by: then it has no rank on boards.',
    resolve: ({ thresholdFrom }) => isOptimistic(thresholdFrom),
  }),
  scoresHash: t.exposeString('scoresHash', { nullable: true, description: about.scoresHash }),
  coverage: t.field({
    type: PredictionCoverage,
    description: 'How much of a part it has a score for.',
    args: {
      part: t.arg({ type: TaskPartName, required: true, defaultValue: 'TEST', description: 'Which part.' }),
      monitorElement: t.arg.string({
        description: 'Path: scores of this monitor element; those of the members as such unless told.',
      }),
    },
    resolve: (prediction, { part, monitorElement }, context) => coverageOf(prediction, part, monitorElement, context),
  }),
  error: t.field({
    type: PredictionError,
    nullable: true,
    description: 'What stopped its making; null where nothing did.',
    resolve: ({ errorCode, errorMessage }) =>
      errorCode === null ? null : { code: errorCode, message: errorMessage ?? '' },
  }),
  createdAt: t.expose('createdAt', { type: 'DateTime', description: about.createdAt }),
  updatedAt: t.expose('updatedAt', { type: 'DateTime', description: about.updatedAt }),
}));

builder.prismaObjectField(Task, 'predictions', (t) =>
  t.field({
    type: predictions.type,
    description: 'What strategies say of its members.',
    args: predictions.args,
    resolve: predictions.of(({ id }: { readonly id: number }) => ({ taskId: id })),
  }),
);

export const VersionNameInput = builder.inputType('VersionNameInput', {
  description: 'Names a version of a strategy.',
  fields: (t) => ({
    name: t.string({ required: true, description: 'Name of the strategy.' }),
    version: t.string({ required: true, description: 'Label of the version.' }),
  }),
});

builder.queryFields((t) => ({
  prediction: t.field({
    type: Prediction,
    nullable: true,
    description: 'What a version of a strategy says of the members of a task; null where there is nothing.',
    args: {
      task: t.arg.string({ required: true, description: 'Name of the task.' }),
      strategy: t.arg({ type: VersionNameInput, required: true, description: 'The version of a strategy.' }),
    },
    resolve: async (_root, { task, strategy }, { store }) => {
      const known = await store.reads.taskByName(task);
      const version = await store.strategies.version(strategy);
      return known === null || version === null ? null : store.predictions.find(known.id, version.id);
    },
  }),
  predictions: t.field({
    type: predictions.type,
    description: 'All predictions on all tasks.',
    args: predictions.args,
    resolve: predictions.all,
  }),
}));

export async function taskOf({ taskId }: Pick<Row, 'taskId'>, { loaders }: Pick<Context, 'loaders'>) {
  const task = await loaders.task.load(taskId);
  if (task === null) throw new NotFoundError('the task is not stored any more');
  return task;
}

export async function versionOf(
  { strategyVersionId }: Pick<Row, 'strategyVersionId'>,
  { loaders }: Pick<Context, 'loaders'>,
) {
  const version = await loaders.strategyVersion.load(strategyVersionId);
  if (version === null) throw new NotFoundError('the version of the strategy is not stored any more');
  return version;
}

async function coverageOf(
  prediction: Row,
  part: TaskPart,
  path: string | null | undefined,
  context: Context,
): Promise<PredictionCoverageOf> {
  const { loaders, store } = context;
  const answers = () => loaders.answers.load(prediction.id);
  const ofPart = async (element: number) =>
    (await answers()).find((one) => one.part === part && one.monitorElementId === element);
  if (part === 'TEST' && path == null) {
    const { expected, scored, withReason } = prediction;
    return { expected, scored, withReason, reasons: async () => (await ofPart(OWN_SCORES))?.reasons ?? {} };
  }
  const said = await ofPart(path == null ? OWN_SCORES : await elementId(path, context));
  const reasons: Readonly<Partial<Record<Reason, number>>> = said?.reasons ?? {};
  return {
    expected: (await store.predictions.members(prediction.taskId)).count(part),
    scored: said?.scored ?? 0,
    withReason: Object.values(reasons).reduce((sum, count) => sum + count, 0),
    reasons: async () => reasons,
  };
}

/** @throws NotFoundError that names the argument. */
export async function elementId(
  path: string,
  { store }: Pick<Context, 'store'>,
  field = 'monitorElement',
): Promise<number> {
  const element = await store.reads.monitorElementByPath(path);
  if (element !== null) return element.id;
  throw new NotFoundError(`no monitor element has the path ${JSON.stringify(path.slice(0, 200))}`, { field });
}
