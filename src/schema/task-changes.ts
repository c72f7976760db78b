import { InvalidInputError } from '../domain/errors.ts';
import type { Task as Row } from '../generated/sqlite/client.ts';
import { seesTruth } from '../store/task-access.ts';
import type { ChangedMember, TaskChanges as Changes } from '../store/task-changes.ts';
import { builder } from './builder.ts';
import { MaskPart } from './lumisection-mask.ts';
import { Task } from './refs.ts';
import { TaskPartName, TruthLabel } from './task-enums.ts';

/** Changed members that one answer lists. */
const MOST_LISTED = 1_000;

type Shown = ChangedMember & { readonly isOpen: boolean };

const ChangedTaskMember = builder.objectRef<Shown>('ChangedTaskMember').implement({
  description: 'A member of a frozen task that is another one now.',
  fields: (t) => ({
    part: t.field({ type: TaskPartName, description: 'Its part.', resolve: ({ part }) => part }),
    run: t.exposeInt('run', { description: 'Its run.' }),
    lumisectionFirst: t.exposeInt('first', { description: 'Its first lumisection; 0 of a run.' }),
    lumisectionLast: t.exposeInt('last', { description: 'Its last lumisection (inclusive); 0 of a run.' }),
    dataChanged: t.exposeBoolean('dataChanged', {
      description: 'Whether its histograms are others than those that the hash of the task is of, or gone.',
    }),
    truth: t.field({
      type: TruthLabel,
      nullable: true,
      description: 'Its truth as it was frozen, which stays; null where it is hidden from whoever asks.',
      resolve: ({ truth, isOpen }) => (isOpen ? truth : null),
    }),
    truthNow: t.field({
      type: TruthLabel,
      nullable: true,
      description: 'What its truth would be now; null: none, or it is hidden from whoever asks.',
      resolve: ({ truthNow, isOpen }) => (isOpen ? truthNow : null),
    }),
  }),
});

const TaskChanges = builder.objectRef<Changes & { task: Row; open: boolean }>('TaskChanges').implement({
  description: 'What is another thing than when a task was frozen. The task itself stays as it is.',
  fields: (t) => ({
    isTruthCurrent: t.exposeBoolean('isTruthCurrent', {
      description: 'Whether its truth is made of the versions that it would be made of now.',
    }),
    madeOf: t.field({
      type: [MaskPart],
      description: 'The versions that its truth would be made of now.',
      resolve: ({ madeOf }, _args, { cost }) => {
        cost.addNodes(madeOf.length);
        return madeOf;
      },
    }),
    checkedCount: t.exposeInt('checked', { description: 'Members that were compared.' }),
    dataChangedCount: t.int({
      description: 'How many of them have other histograms.',
      resolve: ({ changed }) => changed.filter(({ dataChanged }) => dataChanged).length,
    }),
    truthChangedCount: t.int({
      nullable: true,
      description: 'How many of them would have another truth; null where the truth is hidden from whoever asks.',
      resolve: ({ changed, open }) =>
        open ? changed.filter(({ truth, truthNow }) => truth !== truthNow).length : null,
    }),
    members: t.field({
      type: [ChangedTaskMember],
      description: `The members that changed, by run and first lumisection; the first ${MOST_LISTED.toLocaleString('en')}.`,
      resolve: ({ changed, open }, _args, { cost }) => {
        // that a member of a hidden part stands here for its truth alone would tell of it
        const told = changed.filter(({ part, dataChanged }) => open || part !== 'TEST' || dataChanged);
        const shown = told.slice(0, MOST_LISTED);
        cost.addNodes(shown.length);
        return shown.map((member) => ({ ...member, isOpen: open || member.part !== 'TEST' }));
      },
    }),
    nextRun: t.exposeInt('next', {
      nullable: true,
      description: 'Members of further runs were not compared: give this as `afterRun`. Null: all were.',
    }),
  }),
});

builder.prismaObjectField(Task, 'changes', (t) =>
  t.field({
    type: TaskChanges,
    nullable: true,
    description:
      'Compares what is stored now with what was frozen, by reading its histograms anew (some 50,000 at once); null of a draft.',
    args: {
      afterRun: t.arg.int({
        required: true,
        defaultValue: 0,
        description: 'Only members of runs behind this one: the `nextRun` of the answer before.',
      }),
    },
    resolve: async (task, { afterRun }, { store, viewer }) => {
      if (afterRun < 0) throw new InvalidInputError('afterRun: it is no number of a run', { field: 'afterRun' });
      if (task.state !== 'FROZEN') return null;
      return { ...(await store.tasks.changes(task, afterRun)), task, open: seesTruth(task, viewer) };
    },
  }),
);
