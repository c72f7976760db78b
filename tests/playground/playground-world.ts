import type { TaskDefinition } from '../../src/domain/task.ts';
import { TASK_DEFAULTS, TRUTH_DEFAULTS } from '../../src/domain/task-defaults.ts';
import type { Task } from '../../src/generated/sqlite/client.ts';
import type { Store } from '../../src/store/store.ts';
import { CHARGE, RUNS, SIZE } from '../schema/task-world.ts';
import { UL2018 } from '../schema/world.ts';

const [first, second, third] = RUNS as [number, number, number];
const mask = (run: number) => ({ mask: null, runs: [run] });

/** Two monitor elements, a run for each part: lumisections 1 to 7 are good, 8 to 10 bad. */
export const DEFINITION: TaskDefinition = {
  ...TASK_DEFAULTS,
  monitorElements: [CHARGE.path, SIZE.path],
  dataset: UL2018,
  parts: { TRAIN: mask(first), VALIDATION: mask(second), TEST: mask(third) },
  truth: { ...TRUTH_DEFAULTS, positive: 'dcs-2018 - golden-2018', negative: 'golden-2018' },
  seed: 1,
};

/** Of the world of task-world.ts. */
export async function frozenTask(store: Store, name: string, changes: Partial<TaskDefinition> = {}): Promise<Task> {
  const { task } = await store.tasks.create({ name, author: 'somebody' }, { ...DEFINITION, ...changes });
  return (await store.tasks.freeze(task.id)).task;
}
