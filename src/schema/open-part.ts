import type { Context } from '../context.ts';
import { ForbiddenError } from '../domain/errors.ts';
import { isAuthor } from '../domain/viewer.ts';
import type { Prediction, Task } from '../generated/sqlite/client.ts';

/**
 * Whether whoever asks may see what a prediction has learned: its author may, and who sees the truth that it was learned
 * from. Another task may hide that of some runs.
 */
export async function seesLearned({ taskId, author }: Prediction, { store, viewer }: Context): Promise<boolean> {
  return isAuthor(viewer, author) || (await store.tasks.closedPart({ id: taskId })) === null;
}

/** @throws ForbiddenError where what is to be made of a task would tell of a truth that is hidden from whoever asks */
export async function assertOpen(task: Pick<Task, 'id'>, what: string, { store }: Context): Promise<void> {
  const part = await store.tasks.closedPart(task);
  if (part === null) return;
  throw new ForbiddenError(`${what} would tell of the truth of ${part}, which another task hides from you`, {
    ...{ reason: 'TRUTH_HIDDEN', part, scope: 'admin' },
  });
}
