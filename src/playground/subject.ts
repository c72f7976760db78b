import { NotFoundError } from '../domain/errors.ts';
import { definitionOf } from '../domain/task.ts';
import type { Task } from '../generated/sqlite/client.ts';
import type { Store } from '../store/store.ts';
import type { Subject } from './run-built-in.ts';

/** What a task has for strategies, as it is stored now. @throws NotFoundError for what is stored no more */
export async function subjectOf({ reads, predictions }: Store, task: Task): Promise<Subject> {
  const { monitorElements, minEntries, injection } = definitionOf(task);
  const dataset = await reads.datasetByName(task.dataset);
  if (dataset === null) throw gone(task.dataset);
  const elements: Subject['elements'][number][] = [];
  for (const path of monitorElements) {
    const element = await reads.monitorElementByPath(path);
    if (element === null) throw gone(path);
    const { id } = element;
    const injectionSeed = injection?.seed ?? null;
    const content = { monitorElementId: id, datasetId: dataset.id, minEntries, path, injectionSeed };
    elements.push({ id, path, content });
  }
  return { taskId: task.id, index: await predictions.members(task.id), elements };
}

const gone = (name: string) => new NotFoundError(`${name} is stored no more: see \`changes\` of the task`);
