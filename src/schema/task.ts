import { definitionOf, type Selection, type SplitDefinition, TASK_PARTS, type TaskPart } from '../domain/task.ts';
import type { LeftOut } from '../domain/task-leakage.ts';
import type { Pairing } from '../domain/task-pairing.ts';
import type { Task as Row } from '../generated/sqlite/client.ts';
import type { MaskPart as Part } from '../store/mask-reads.ts';
import { seesTruth } from '../store/task-access.ts';
import type { TaskRunCount } from '../store/task-members.ts';
import { pairingsOf } from '../store/task-truth.ts';
import { builder } from './builder.ts';
import { tasks } from './connections.ts';
import { DESCRIPTIONS } from './descriptions.ts';
import { TaskGranularity, TaskMetric, TaskState } from './enums.ts';
import { nodeKey } from './global-id.ts';
import { MaskPart } from './lumisection-mask.ts';
import { CertificationVersion, Task } from './refs.ts';
import { LeftOutReason, MixedRule, SplitBy, TaskAllowance, TaskPairing, TaskPartName } from './task-enums.ts';

const about = DESCRIPTIONS.task;
const key = nodeKey('Task', ['int']);

builder.nodeRef(Task, {
  id: { resolve: ({ id }: Row) => key.format([id]), parse: key.parse },
  loadManyWithoutCache: (ids, { loaders }) => Promise.all(ids.map(([id]) => loaders.task.load(id))),
});

const TaskSelection = builder.objectRef<Selection>('TaskSelection').implement({
  description: 'What a part of a task was made of: the lumisections of the mask, in these runs.',
  fields: (t) => ({
    mask: t.exposeString('mask', { nullable: true, description: 'A mask, as it was written; null: whole runs.' }),
    runs: t.intList({
      nullable: true,
      description: 'Numbers of runs, ascending; null: all runs of the mask.',
      resolve: ({ runs }, _args, { cost }) => {
        cost.addListed(runs?.length ?? 0);
        return runs && [...runs];
      },
    }),
  }),
});

const TaskSplit = builder.objectRef<SplitDefinition>('TaskSplit').implement({
  description: 'How the parts of a task were made.',
  fields: (t) => ({
    by: t.field({ type: SplitBy, description: 'What is not parted.', resolve: ({ by }) => by }),
    of: t.field({ type: TaskSelection, description: 'What is divided.', resolve: ({ of }) => of }),
    training: t.float({ description: 'Share of the training part, 0 to 1.', resolve: ({ shares }) => shares.TRAIN }),
    validation: t.float({
      description: 'Share of the validation part, 0 to 1.',
      resolve: ({ shares }) => shares.VALIDATION,
    }),
    testing: t.float({ description: 'Share of the test part, 0 to 1.', resolve: ({ shares }) => shares.TEST }),
    embargoHours: t.exposeFloat('embargoHours', {
      description: 'Hours between the end of a part and the beginning of the next, of a split by time.',
    }),
  }),
});

const PairedVersion = builder.objectRef<{ part: Part; pairing: Pairing }>('TaskTruthVersion').implement({
  description: 'A version of a certification source in the truth of a task.',
  fields: (t) => ({
    pairing: t.field({
      type: TaskPairing,
      description: 'How it goes with the dataset of the task.',
      resolve: ({ pairing }) => pairing,
    }),
    version: t.field({
      type: CertificationVersion,
      nullable: true,
      description: 'The version: its subsystem, cause and author; null where it is stored no more.',
      resolve: ({ part: { source, dataset, subsystem, version } }, _args, { loaders }) =>
        loaders.certificationVersion.load({
          ...{ source: source ?? '', dataset: dataset ?? '', subsystem: subsystem ?? '', version },
        }),
    }),
  }),
});

const TaskTruth = builder.objectRef<Row>('TaskTruth').implement({
  description: 'What is bad and what is good in a task: by masks, or by a certification source.',
  fields: (t) => ({
    positive: t.string({
      nullable: true,
      description: 'Mask of what is bad; null: a source says it.',
      resolve: (task) => definitionOf(task).truth.positive,
    }),
    negative: t.string({
      nullable: true,
      description: 'Mask of what is good; null: a source says it.',
      resolve: (task) => definitionOf(task).truth.negative,
    }),
    source: t.string({
      nullable: true,
      description: 'Certification source: what it calls BAD is positive, GOOD negative, anything else has no truth.',
      resolve: (task) => definitionOf(task).truth.source,
    }),
    subsystem: t.string({
      nullable: true,
      description: 'Of a source: the subsystem alone that counts; null: all of them together.',
      resolve: (task) => definitionOf(task).truth.subsystem,
    }),
    dataset: t.string({
      nullable: true,
      description: 'Of a source: the dataset alone whose judgement counts; null: all of them together.',
      resolve: (task) => definitionOf(task).truth.dataset,
    }),
    causes: t.stringList({
      nullable: true,
      description: 'Positive is only what versions of these causes call BAD; null: whatever the cause.',
      resolve: (task) => definitionOf(task).truth.causes,
    }),
    margin: t.int({
      description: 'Lumisections with another label within so many, by number, are left out.',
      resolve: (task) => definitionOf(task).truth.margin,
    }),
    madeOf: t.field({
      type: [MaskPart],
      description:
        'The versions of sources and saved masks that it was made of when the task was last looked up (frozen, for good), those behind saved masks included.',
      resolve: ({ madeOf }, _args, { cost }) => {
        const parts = JSON.parse(madeOf) as Part[];
        cost.addNodes(parts.length);
        return parts;
      },
    }),
    versions: t.field({
      type: [PairedVersion],
      description: 'The versions of sources among them, with how each goes with the dataset of the task.',
      resolve: ({ dataset, madeOf }, _args, { cost }) => {
        const paired = pairingsOf(dataset, JSON.parse(madeOf) as Part[]);
        cost.addNodes(2 * paired.length);
        return paired;
      },
    }),
  }),
});

interface PartOf {
  readonly task: Row;
  readonly part: TaskPart;
  readonly counts: readonly TaskRunCount[];
}

const sum = (counts: readonly TaskRunCount[], of: 'members' | 'positives' | 'negatives' | 'injected') =>
  counts.reduce((total, count) => total + count[of], 0);

/** Of one class; null where whoever asks may not see the truth of all of them. */
const ofClass = (counts: readonly TaskRunCount[], of: 'positives' | 'negatives'): number | null =>
  sum(counts, 'positives') + sum(counts, 'negatives') === sum(counts, 'members') ? sum(counts, of) : null;

const countFields = {
  positives: 'How many are bad; null where the truth is hidden from whoever asks.',
  negatives: 'How many are good; null where the truth is hidden from whoever asks.',
};

const TaskRun = builder.objectRef<TaskRunCount>('TaskRun').implement({
  description: 'What a part of a task has of a run.',
  fields: (t) => ({
    run: t.exposeInt('run', { description: 'Number of the run.' }),
    lumisections: t.exposeInt('members', {
      description: 'Number of members of the run: lumisections, windows, or the run itself.',
    }),
    positives: t.int({
      nullable: true,
      description: countFields.positives,
      resolve: (count) => ofClass([count], 'positives'),
    }),
    negatives: t.int({
      nullable: true,
      description: countFields.negatives,
      resolve: (count) => ofClass([count], 'negatives'),
    }),
  }),
});

const TaskLeftOut = builder.objectRef<LeftOut>('TaskLeftOut').implement({
  description: 'What is no member of a task for one reason.',
  fields: (t) => ({
    part: t.field({
      type: TaskPartName,
      nullable: true,
      description: 'The part that would have it; null: none of them.',
      resolve: ({ part }) => part,
    }),
    reason: t.field({ type: LeftOutReason, description: 'Why they are none.', resolve: ({ reason }) => reason }),
    count: t.exposeInt('count', { description: 'How many: the reason says of what.' }),
  }),
});

const TaskPartObject = builder.objectRef<PartOf>('TaskPart').implement({
  description: 'A part of a task.',
  fields: (t) => ({
    part: t.field({ type: TaskPartName, description: 'Which one.', resolve: ({ part }) => part }),
    selection: t.field({
      type: TaskSelection,
      nullable: true,
      description: 'What it was made of; null where a split made it.',
      resolve: ({ task, part }) => definitionOf(task).parts?.[part] ?? null,
    }),
    lumisections: t.int({
      description: 'Number of members: lumisections, or windows or runs where members are such.',
      resolve: ({ counts }) => sum(counts, 'members'),
    }),
    positives: t.int({
      nullable: true,
      description: countFields.positives,
      resolve: ({ counts }) => ofClass(counts, 'positives'),
    }),
    negatives: t.int({
      nullable: true,
      description: countFields.negatives,
      resolve: ({ counts }) => ofClass(counts, 'negatives'),
    }),
    injected: t.int({
      description: 'How many of the positives an anomaly was made in, where that is told.',
      resolve: ({ counts }) => sum(counts, 'injected'),
    }),
    runCount: t.int({ description: 'Number of runs with a member.', resolve: ({ counts }) => counts.length }),
    runs: t.field({
      type: [TaskRun],
      description: 'The same by run, ascending.',
      resolve: ({ counts }, _args, { cost }) => {
        cost.addNodes(counts.length);
        return counts;
      },
    }),
  }),
});

builder.prismaObjectFields(Task, (t) => ({
  name: t.exposeString('name', { description: about.name }),
  description: t.exposeString('description', { nullable: true, description: about.description }),
  state: t.field({
    type: TaskState,
    description: about.state,
    resolve: ({ state }) => state as typeof TaskState.$inferType,
  }),
  author: t.exposeString('author', { description: about.author }),
  dataset: t.exposeString('dataset', { description: about.dataset }),
  monitorElements: t.stringList({
    description: 'Paths of its monitor elements, in the order in which they were stated.',
    resolve: (task, _args, { cost }) => {
      const { monitorElements } = definitionOf(task);
      cost.addListed(monitorElements.length);
      return [...monitorElements];
    },
  }),
  elementSet: t.string({
    nullable: true,
    description: 'The saved set that they were taken from, with its version; null where they were stated one by one.',
    resolve: (task) => definitionOf(task).elementSet,
  }),
  granularity: t.field({
    type: TaskGranularity,
    description: about.granularity,
    resolve: ({ granularity }) => granularity as typeof TaskGranularity.$inferType,
  }),
  windowLength: t.exposeInt('windowLength', { description: about.windowLength }),
  mixed: t.field({
    type: MixedRule,
    description: 'What becomes of windows (runs) of both classes.',
    resolve: (task) => definitionOf(task).mixed,
  }),
  minEntries: t.float({
    description: 'Histograms with fewer entries do not belong to the task.',
    resolve: (task) => definitionOf(task).minEntries,
  }),
  sample: t.int({
    nullable: true,
    description: 'Most members of a run in a part, chosen by the seed; null: all.',
    resolve: (task) => definitionOf(task).sample,
  }),
  seed: t.exposeInt('seed', { description: about.seed }),
  metric: t.field({
    type: TaskMetric,
    description: about.metric,
    resolve: ({ metric }) => metric as typeof TaskMetric.$inferType,
  }),
  isCausal: t.boolean({
    description: 'Whether the runs of training and validation precede those of the test.',
    resolve: (task) => definitionOf(task).isCausal,
  }),
  isTruthHidden: t.exposeBoolean('isTruthHidden', { description: about.isTruthHidden }),
  revealedAt: t.expose('revealedAt', { type: 'DateTime', nullable: true, description: about.revealedAt }),
  allow: t.field({
    type: [TaskAllowance],
    description: 'What it asked for by name.',
    resolve: (task) => [...definitionOf(task).allow],
  }),
  truth: t.field({ type: TaskTruth, description: 'What is bad and what is good.', resolve: (task) => task }),
  split: t.field({
    type: TaskSplit,
    nullable: true,
    description: 'How its parts were made; null where they were stated.',
    resolve: (task) => definitionOf(task).split,
  }),
  parts: t.field({
    type: [TaskPartObject],
    description: 'Its three parts: training, validation, test.',
    resolve: async (task, _args, { loaders, cost }) => {
      const counts = await loaders.taskRunCounts.load(task.id);
      cost.addNodes(TASK_PARTS.length);
      return TASK_PARTS.map((part) => ({ task, part, counts: counts.filter((count) => count.part === part) }));
    },
  }),
  leftOut: t.field({
    type: [TaskLeftOut],
    description:
      'What its parts selected and is no member, by reason; of the test part nothing where the truth is hidden from whoever asks, as some reasons are made of it.',
    resolve: (task, _args, { cost, viewer }) => {
      const isOpen = task.state === 'DRAFT' || seesTruth(task, viewer);
      const left = (JSON.parse(task.leftOut) as LeftOut[]).filter(({ part }) => isOpen || part !== 'TEST');
      cost.addNodes(left.length);
      return left;
    },
  }),
  hash: t.exposeString('hash', { nullable: true, description: about.hash }),
  createdAt: t.expose('createdAt', { type: 'DateTime', description: about.createdAt }),
  updatedAt: t.expose('updatedAt', { type: 'DateTime', description: about.updatedAt }),
  frozenAt: t.expose('frozenAt', { type: 'DateTime', nullable: true, description: about.frozenAt }),
}));

builder.queryFields((t) => ({
  task: t.field({
    type: Task,
    nullable: true,
    description: 'The task of this name; null where there is none.',
    args: { name: t.arg.string({ required: true, description: 'Its name.' }) },
    resolve: (_root, { name }, { store }) => store.reads.taskByName(name),
  }),
  tasks: t.field({ type: tasks.type, description: 'All tasks.', args: tasks.args, resolve: tasks.all }),
}));
