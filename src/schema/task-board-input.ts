import type { TaskDefinition } from '../domain/task.ts';
import { type Fields, invalidField as invalid } from './input-fields.ts';

type Board = Pick<TaskDefinition, 'isTruthHidden' | 'publicShare' | 'maxSubmissions' | 'maxSubmissionsPerDay'>;

/** What is shown of the comparison, and how often one may try. */
export const boardFields = (t: Fields) => ({
  isTruthHidden: t.boolean({
    description:
      'Close the truth of the test part to all but the author and the scope `admin` once it is frozen; false unless told. It needs the scope `admin`, as it closes data to others.',
  }),
  publicShare: t.float({
    description:
      'Of a hidden truth: the share of the test part, above 0 and below 1, by whole runs that the seed chooses, on which everybody sees evaluations; null: none, as unless told. Nobody but the author and the scope `admin` learns which runs.',
  }),
  maxSubmissions: t.int({
    description:
      'Submissions that each author may have evaluated on it, of all time, at least 1; null: as many as it likes, as unless told.',
  }),
  maxSubmissionsPerDay: t.int({
    description: 'The same within 24 hours.',
  }),
});

type Given = { readonly [Name in keyof Board]?: Board[Name] | null | undefined };

/** The same, as it is stated of a task that was `stated` so before. @throws InvalidInputError */
export function boardFrom(given: Given, stated: Board): Board {
  const kept = <Name extends 'publicShare' | 'maxSubmissions' | 'maxSubmissionsPerDay'>(name: Name) =>
    given[name] === undefined ? (stated[name] ?? null) : given[name];
  const board = {
    isTruthHidden: given.isTruthHidden ?? stated.isTruthHidden ?? false,
    publicShare: kept('publicShare'),
    maxSubmissions: kept('maxSubmissions'),
    maxSubmissionsPerDay: kept('maxSubmissionsPerDay'),
  };
  if (board.publicShare !== null) {
    if (!(board.publicShare > 0 && board.publicShare < 1)) {
      throw invalid('publicShare', `${board.publicShare} is not between 0 and 1`);
    }
    if (!board.isTruthHidden)
      throw invalid('publicShare', 'it goes with `isTruthHidden`: an open truth has no private part');
  }
  for (const name of ['maxSubmissions', 'maxSubmissionsPerDay'] as const) {
    const most = board[name];
    if (most !== null && most < 1) throw invalid(name, `${most} is not at least 1`);
  }
  return board;
}
