import type { TaskDefinition } from '../../src/domain/task.ts';
import type { Task } from '../../src/generated/sqlite/client.ts';
import type { Store } from '../../src/store/store.ts';
import { CHARGE, RUNS, SIZE } from '../schema/task-world.ts';
import { UL2018 } from '../schema/world.ts';

const [first, second, third] = RUNS as [number, number, number];
const mask = (run: number) => ({ mask: null, runs: [run] });

/** Two monitor elements, a run for each part: lumisections 1 to 7 are good, 8 to 10 bad. */
export const DEFINITION: TaskDefinition = {
  description: null,
  monitorElements: [CHARGE.path, SIZE.path],
  elementSet: null,
  dataset: UL2018,
  parts: { TRAIN: mask(first), VALIDATION: mask(second), TEST: mask(third) },
  split: null,
  truth: {
    ...{ positive: 'dcs-2018 - golden-2018', negative: 'golden-2018', source: null, subsystem: null, dataset: null },
    ...{ causes: null, margin: 0 },
  },
  granularity: 'LUMISECTION',
  windowLength: 1,
  mixed: 'LEFT_OUT',
  minEntries: 0,
  sample: null,
  seed: 1,
  metric: 'ROC_AUC',
  isCausal: false,
  isTruthHidden: false,
  publicShare: null,
  maxSubmissions: null,
  maxSubmissionsPerDay: null,
  injection: null,
  allow: [],
};

/** Of the world of task-world.ts. */
export async function frozenTask(store: Store, name: string, changes: Partial<TaskDefinition> = {}): Promise<Task> {
  const { task } = await store.tasks.create({ name, author: 'somebody' }, { ...DEFINITION, ...changes });
  return (await store.tasks.freeze(task.id)).task;
}
