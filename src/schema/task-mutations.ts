import type { Context } from '../context.ts';
import { ForbiddenError, InvalidInputError } from '../domain/errors.ts';
import { bothOf, equals, type Filter } from '../domain/filter.ts';
import { definitionOf } from '../domain/task.ts';
import { owns, requireScope } from '../domain/viewer.ts';
import { readAnew } from './bring.ts';
import { builder } from './builder.ts';
import { Task } from './refs.ts';
import { taskCalled } from './task-called.ts';
import {
  assertTaskName,
  CreateTaskInput,
  definitionFrom,
  elementsFrom,
  MOST_ELEMENTS,
  type NamedElements,
  UpdateTaskInput,
} from './task-input.ts';

type Row = typeof Task.$inferType;

const CreateTaskPayload = builder.objectRef<{ task: Row; created: boolean }>('CreateTaskPayload').implement({
  description: 'The task as it is stored.',
  fields: (t) => ({
    task: t.field({ type: Task, description: 'The draft.', resolve: ({ task }) => task }),
    created: t.exposeBoolean('created', {
      description: 'Whether it is new: the same task of the same author under the same name is made once.',
    }),
  }),
});

const UpdateTaskPayload = builder.objectRef<{ task: Row }>('UpdateTaskPayload').implement({
  description: 'The task as it is stored.',
  fields: (t) => ({ task: t.field({ type: Task, description: 'The draft.', resolve: ({ task }) => task }) }),
});

const TaskNameInput = (name: string, description: string) =>
  builder.inputType(name, {
    description,
    fields: (t) => ({ task: t.string({ required: true, description: 'Name of the task.' }) }),
  });

const FreezeTaskInput = TaskNameInput('FreezeTaskInput', 'The draft whose content is to be kept.');
const DeleteTaskInput = TaskNameInput('DeleteTaskInput', 'The draft that is to go.');

const RevealTaskInput = TaskNameInput('RevealTaskInput', 'The frozen task whose truth is to be open.');

const RevealTaskPayload = builder.objectRef<{ task: Row }>('RevealTaskPayload').implement({
  description: 'The task as it is stored.',
  fields: (t) => ({ task: t.field({ type: Task, description: 'The frozen task.', resolve: ({ task }) => task }) }),
});

const FreezeTaskPayload = builder.objectRef<{ task: Row; frozen: boolean }>('FreezeTaskPayload').implement({
  description: 'The task as it is stored.',
  fields: (t) => ({
    task: t.field({ type: Task, description: 'The frozen task, with its hash.', resolve: ({ task }) => task }),
    frozen: t.exposeBoolean('frozen', { description: 'Whether this call froze it; false where it was frozen before.' }),
  }),
});

const DeleteTaskPayload = builder.objectRef<{ deleted: boolean }>('DeleteTaskPayload').implement({
  description: 'What became of the task.',
  fields: (t) => ({
    deleted: t.exposeBoolean('deleted', { description: 'Whether there was such a task.' }),
  }),
});

builder.mutationFields((t) => ({
  createTask: t.field({
    type: CreateTaskPayload,
    scope: 'challenge',
    description:
      'Makes a draft of a task, in the name of the token. All that it names is looked up, and what would be no honest comparison is refused: see docs/tasks.md.',
    args: { input: t.arg({ type: CreateTaskInput, required: true, description: 'The task.' }) },
    resolve: async (_root, { input: { name, ...given } }, context) => {
      assertTaskName(name);
      const definition = definitionFrom(given, await namedElements(context, given, given.dataset));
      if (definition.isTruthHidden) requireScope(context.viewer, 'admin');
      const made = await context.store.tasks.create({ name, author: context.viewer.name }, definition);
      readAnew(context);
      return made;
    },
  }),
  updateTask: t.field({
    type: UpdateTaskPayload,
    scope: 'challenge',
    description:
      'Changes a draft, and looks up anew all that it names. Only its author may, and whoever has the scope `admin`.',
    args: { input: t.arg({ type: UpdateTaskInput, required: true, description: 'What to change.' }) },
    resolve: async (_root, { input: { task: called, name, ...given } }, context) => {
      const task = await ownTask(context, called);
      if (name != null) assertTaskName(name);
      const before = definitionOf(task);
      const named = await namedElements(context, given, given.dataset ?? before.dataset);
      const definition = definitionFrom(given, named, before);
      if (definition.isTruthHidden !== before.isTruthHidden) requireScope(context.viewer, 'admin');
      const changed = await context.store.tasks.update(task.id, { ...definition, ...(name != null && { name }) });
      readAnew(context);
      return { task: changed };
    },
  }),
  freezeTask: t.field({
    type: FreezeTaskPayload,
    scope: 'challenge',
    description:
      'Keeps what a draft names now: the exact list of its members, with a hash over them and over all of their histograms. A task stays frozen. Only its author may, and whoever has the scope `admin`.',
    args: { input: t.arg({ type: FreezeTaskInput, required: true, description: 'Which draft.' }) },
    resolve: async (_root, { input: { task: called } }, context) => {
      const { id } = await ownTask(context, called);
      const frozen = await context.store.tasks.freeze(id);
      readAnew(context);
      return frozen;
    },
  }),
  revealTask: t.field({
    type: RevealTaskPayload,
    scope: 'challenge',
    description:
      'Opens the hidden truth of a frozen task to everybody, for good; evaluations are those over its whole test part from then on. Only its author may, and whoever has the scope `admin`.',
    args: { input: t.arg({ type: RevealTaskInput, required: true, description: 'Which task.' }) },
    resolve: async (_root, { input: { task: called } }, context) => {
      const { id } = await ownTask(context, called);
      const task = await context.store.tasks.reveal(id);
      readAnew(context);
      return { task };
    },
  }),
  deleteTask: t.field({
    type: DeleteTaskPayload,
    scope: 'challenge',
    description: 'Deletes a draft. Only its author may, and whoever has the scope `admin`; a frozen task stays.',
    args: { input: t.arg({ type: DeleteTaskInput, required: true, description: 'Which draft.' }) },
    resolve: async (_root, { input: { task: called } }, context) => {
      const known = await context.store.reads.taskByName(called);
      const deleted = known !== null && (await context.store.tasks.delete((await ownTask(context, called)).id));
      readAnew(context);
      return { deleted };
    },
  }),
}));

/** The task, which the viewer may change. @throws NotFoundError, ForbiddenError */
async function ownTask(context: Context, name: string): Promise<Row> {
  const task = await taskCalled(name, context);
  if (owns(context.viewer, task.author)) return task;
  throw new ForbiddenError(`the task is by ${task.author}: its author may change it, or the scope admin`, {
    scope: 'admin',
  });
}

/** What an input names, null where it names nothing; a saved set is what the dataset has of it now. */
async function namedElements(
  { store }: Context,
  given: { readonly monitorElements?: readonly string[] | null; readonly elementSet?: string | null },
  dataset: string,
): Promise<NamedElements | null> {
  const { monitorElements, elementSet } = given;
  if (monitorElements != null && elementSet != null) {
    throw new InvalidInputError('elementSet: it stands in the place of monitorElements', { field: 'elementSet' });
  }
  if (monitorElements != null) return { monitorElements: elementsFrom(monitorElements), elementSet: null };
  if (elementSet == null) return null;
  const inSet: Filter = { kind: 'set', set: elementSet };
  const [meant] = await store.elementSets.meant(inSet);
  const inDataset: Filter = { kind: 'related', field: 'datasets', of: equals('name', dataset) };
  const { rows } = await store.lists.page('monitorElement', {
    where: bothOf(inSet, inDataset),
    orderBy: [{ field: 'path', descending: false }],
    first: MOST_ELEMENTS + 1,
  });
  const paths = rows.map(({ path }) => path);
  return { monitorElements: elementsFrom(paths), elementSet: meant ? `${meant.name}@${meant.version}` : elementSet };
}
