import { definitionOf } from '../domain/task.ts';
import { isAuthor, owns } from '../domain/viewer.ts';
import type { Task as Row } from '../generated/sqlite/client.ts';
import type { SubmissionCount } from '../store/submissions.ts';
import { seesTruth } from '../store/task-access.ts';
import { builder } from './builder.ts';
import { Task } from './refs.ts';
import { BoardScopeName } from './task-enums.ts';

const TaskSubmissions = builder.objectRef<SubmissionCount>('TaskSubmissions').implement({
  description: 'How often somebody had scores evaluated on a task.',
  fields: (t) => ({
    author: t.exposeString('author', { description: 'Whose scores: the name of the token.' }),
    count: t.exposeInt('count', {
      description: 'Submissions that were evaluated, of all time: the same scores again are none.',
    }),
    today: t.exposeInt('today', { description: 'How many of them within the last 24 hours.' }),
  }),
});

builder.prismaObjectFields(Task, (t) => ({
  publicShare: t.float({
    nullable: true,
    description: 'Share of the test part on which everybody sees evaluations although the truth is hidden; null: none.',
    resolve: (task) => definitionOf(task).publicShare ?? null,
  }),
  maxSubmissions: t.int({
    nullable: true,
    description: 'Submissions that each author may have evaluated on it, of all time; null: as many as it likes.',
    resolve: (task) => definitionOf(task).maxSubmissions ?? null,
  }),
  maxSubmissionsPerDay: t.int({
    nullable: true,
    description: 'The same within 24 hours; null: as many as it likes.',
    resolve: (task) => definitionOf(task).maxSubmissionsPerDay ?? null,
  }),
  publicRuns: t.intList({
    nullable: true,
    description:
      'The test runs that are the public part, ascending; null of a task without one, of a draft, and for whoever may not see the truth.',
    resolve: async (task, _args, { store, viewer, cost }) => {
      if (!isFrozen(task) || definitionOf(task).publicShare == null || !seesTruth(task, viewer)) return null;
      const runs = [...(await store.tasks.publicRuns(task.id))].sort((a, b) => a - b);
      cost.addListed(runs.length);
      return runs;
    },
  }),
  boardScope: t.field({
    type: BoardScopeName,
    nullable: true,
    description: 'Which test runs count in the evaluations that whoever asks is shown; null of a draft.',
    resolve: (task, _args, { store }) => (isFrozen(task) ? store.tasks.boardScope(task) : null),
  }),
  submissions: t.field({
    type: [TaskSubmissions],
    description:
      'What each author has had evaluated, by name: all of them for the author of the task and the scope `admin`, for others their own alone.',
    resolve: async (task, _args, { store, viewer, cost }) => {
      const counts = await store.tasks.submissions(task.id);
      const isAll = owns(viewer, task.author);
      const shown = counts.filter(({ author }) => isAll || isAuthor(viewer, author));
      cost.addNodes(shown.length);
      return shown;
    },
  }),
}));

const isFrozen = ({ state }: Row) => state === 'FROZEN';
