import { InvalidInputError } from '../domain/errors.ts';
import type { Injection } from '../domain/injection.ts';
import type { TaskPart, TruthLabel } from '../domain/task.ts';
import type { Task as Row } from '../generated/sqlite/client.ts';
import type { MemberPlace, SeenMember } from '../store/task-members.ts';
import { checkFirst } from './bounded-list.ts';
import { builder } from './builder.ts';
import { decodeCursor, encodeCursor } from './cursor.ts';
import { MatrixPageInfo } from './histogram-matrix.ts';
import { Task } from './refs.ts';
import { InjectionKind, TaskPartName, TruthLabel as TruthLabelName } from './task-enums.ts';

const DEFAULT_ROWS = 1_000;
const MOST_ROWS = 10_000;
const CURSOR = 'taskMembers';

interface MembersPage {
  readonly task: Row;
  readonly part: TaskPart;
  readonly members: readonly SeenMember[];
  readonly hasNextPage: boolean;
}

/** Of each; null where whoever asks may not see all of it. */
export const truthOf = (members: readonly SeenMember[]): TruthLabel[] | null => {
  const labels = members.flatMap(({ truth }) => truth ?? []);
  return labels.length === members.length ? labels : null;
};

const InjectionOfMember = builder.objectRef<Injection>('MemberInjection').implement({
  description: 'An anomaly that is made in a member of a task.',
  fields: (t) => ({
    kind: t.field({ type: InjectionKind, description: 'What is done.', resolve: ({ kind }) => kind }),
    strength: t.exposeFloat('strength', { description: 'How strongly, in (0, 1].' }),
  }),
});

const TaskMembers = builder.objectRef<MembersPage>('TaskMembers').implement({
  description: 'Members of a part of a task, column by column: ordered by run and first lumisection.',
  fields: (t) => ({
    hash: t.string({
      nullable: true,
      description: 'Content hash of the task; null while it is a draft, whose members may change.',
      resolve: ({ task }) => task.hash,
    }),
    runs: t.intList({ description: 'Run number of each.', resolve: ({ members }) => members.map(({ run }) => run) }),
    lumisectionFirst: t.intList({
      description: 'First lumisection of each (the one, where members are lumisections); 0 of runs.',
      resolve: ({ members }) => members.map(({ first }) => first),
    }),
    lumisectionLast: t.intList({
      description: 'Last lumisection of each (inclusive); 0 of runs.',
      resolve: ({ members }) => members.map(({ last }) => last),
    }),
    truth: t.field({
      type: [TruthLabelName],
      nullable: true,
      description:
        'The truth of each, as it was when the task was last looked up (frozen, for good); null where that of one of them is hidden from whoever asks.',
      resolve: ({ members }) => truthOf(members),
    }),
    injections: t.field({
      type: [InjectionOfMember],
      nullable: { list: false, items: true },
      description: 'The anomaly that is made in each; null where there is none, or it is hidden from whoever asks.',
      resolve: ({ members }, _args, { cost }) => {
        cost.addNodes(members.length);
        return members.map(({ injection = null }) => injection);
      },
    }),
    pageInfo: t.field({
      type: MatrixPageInfo,
      description: 'Where the page ends.',
      resolve: ({ members, hasNextPage }) => {
        const last = members.at(-1);
        return { hasNextPage, endCursor: last === undefined ? null : encodeCursor(CURSOR, [last.run, last.first]) };
      },
    }),
  }),
});

builder.prismaObjectField(Task, 'members', (t) =>
  t.field({
    type: TaskMembers,
    description: 'Its members: the exact list that is judged.',
    args: {
      part: t.arg({ type: TaskPartName, required: true, description: 'Of which part.' }),
      first: t.arg.int({
        required: true,
        defaultValue: DEFAULT_ROWS,
        description: `Most members of the page, 0 to ${MOST_ROWS.toLocaleString('en')}.`,
      }),
      after: t.arg.string({ description: 'Only what follows this `endCursor` (exclusive).' }),
    },
    resolve: async (task, { part, first, after }, { store, cost }) => {
      checkFirst(first, MOST_ROWS);
      const place = after == null ? undefined : placeOf(after);
      const found = await store.tasks.members(task.id, part, {
        after: place,
        most: first + 1,
      });
      const members = found.slice(0, first);
      cost.addNodes(members.length);
      return { task, part, members, hasNextPage: found.length > first };
    },
  }),
);

function placeOf(cursor: string): MemberPlace {
  const [run, first] = decodeCursor(CURSOR, 'after', cursor);
  const isPlace = [run, first].every((value) => Number.isInteger(value) && Math.abs(value as number) <= 0x7fff_ffff);
  if (isPlace) return { run, first } as MemberPlace;
  throw new InvalidInputError('after: this is no `endCursor` of members.', { field: 'after' });
}
