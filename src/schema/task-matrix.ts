import { NotFoundError } from '../domain/errors.ts';
import type { TaskPart } from '../domain/task.ts';
import { definitionOf } from '../domain/task.ts';
import { type TaskMatrix as Answer, readTaskMatrix } from '../export/task-matrix.ts';
import type { Task as Row } from '../generated/sqlite/client.ts';
import { builder } from './builder.ts';
import { assertMatrixSize, MATRIX_SIZE, Matrix, matrixCursor } from './histogram-matrix.ts';
import { Task } from './refs.ts';
import { TaskPartName, TruthLabel } from './task-enums.ts';
import { truthOf } from './task-members.ts';

const TaskMatrix = builder.objectRef<Answer & { readonly task: Row; readonly part: TaskPart }>('TaskMatrix').implement({
  description: 'Histograms of a part of a task as one array, with what is known of each row.',
  fields: (t) => ({
    hash: t.string({
      nullable: true,
      description: 'Content hash of the task: what was learned from the array may say from what. Null of a draft.',
      resolve: ({ task }) => task.hash,
    }),
    part: t.field({ type: TaskPartName, description: 'Which part.', resolve: ({ part }) => part }),
    lumisectionLast: t.intList({
      description: 'Last lumisection of each row (inclusive): the first one stands in the matrix; 0 of runs.',
      resolve: ({ members }) => members.map(({ last }) => last),
    }),
    truth: t.field({
      type: [TruthLabel],
      nullable: true,
      description: 'The truth of each row; null where that of one of them is hidden from whoever asks.',
      resolve: ({ members }) => truthOf(members),
    }),
    matrix: t.field({
      type: Matrix,
      description:
        'The array: a row a member, not `valid` where it has no histogram that belongs to the task. Rows of windows are sums.',
      resolve: ({ matrix }) => matrix,
    }),
  }),
});

builder.prismaObjectField(Task, 'matrix', (t) =>
  t.field({
    type: TaskMatrix,
    description:
      'Histograms of one of its monitor elements over the members of a part, ordered by run and first lumisection. They are those that are stored now: `changes` tells whether they are those that the hash is of.',
    args: {
      part: t.arg({ type: TaskPartName, required: true, description: 'Of which part.' }),
      monitorElement: t.arg.string({
        description: 'Path of one of its monitor elements; needed where it has several.',
      }),
      first: t.arg.int({ required: true, defaultValue: MATRIX_SIZE.rows, description: MATRIX_SIZE.aboutRows }),
      maxBytes: t.arg.int({ required: true, defaultValue: MATRIX_SIZE.bytes, description: MATRIX_SIZE.aboutBytes }),
      after: t.arg.string({ description: 'Only what follows this `endCursor` of its matrix (exclusive).' }),
      flow: t.arg.boolean({
        required: true,
        defaultValue: false,
        description: 'With under- and overflow bins; an error where a histogram has none.',
      }),
    },
    resolve: async (task, { part, monitorElement, first, maxBytes, after, flow }, { store, cost }) => {
      assertMatrixSize(first, maxBytes);
      const { monitorElements, minEntries } = definitionOf(task);
      const path = elementOf(monitorElements, monitorElement ?? null);
      const element = await store.reads.monitorElementByPath(path);
      const dataset = await store.reads.datasetByName(task.dataset);
      if (element === null || dataset === null) {
        throw new NotFoundError(
          `${element === null ? path : task.dataset} is stored no more: see \`changes\` of the task`,
        );
      }
      const answer = await readTaskMatrix(store, {
        ...{ taskId: task.id, part, monitorElementId: element.id, datasetId: dataset.id, minEntries },
        ...{ first, maxBytes, flow, after: after == null ? undefined : matrixCursor(after) },
      });
      cost.addNodes(answer.members.length);
      return { ...answer, task, part };
    },
  }),
);

function elementOf(paths: readonly string[], asked: string | null): string {
  const path = asked ?? (paths.length === 1 ? (paths[0] as string) : null);
  if (path !== null && paths.includes(path)) return path;
  const named = paths.slice(0, 5).join(', ') + (paths.length > 5 ? ', ...' : '');
  throw new NotFoundError(
    `monitorElement: ${path === null ? 'the task has several' : `the task has no ${JSON.stringify(path.slice(0, 200))}`}: name one of ${named}`,
    { field: 'monitorElement' },
  );
}
