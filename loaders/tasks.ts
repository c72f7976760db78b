import type { Reads } from '../src/store/store.ts';
import { byKey } from './by-key.ts';

export const taskLoader = (reads: Reads) => byKey((ids: readonly number[]) => reads.tasks(ids));

/** How many members of each class a task has, by part and run. */
export const taskRunCountsLoader = (reads: Reads) => byKey((ids: readonly number[]) => reads.taskRunCounts(ids));
