import type { Context } from '../context.ts';
import { NotFoundError } from '../domain/errors.ts';
import type { Task } from '../generated/sqlite/client.ts';

/** @throws NotFoundError */
export async function taskCalled(name: string, { store }: Pick<Context, 'store'>): Promise<Task> {
  const task = await store.reads.taskByName(name);
  if (task !== null) return task;
  throw new NotFoundError(`no task is called ${JSON.stringify(name.slice(0, 200))}`, { field: 'task' });
}
