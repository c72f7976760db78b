import type { Task } from '../generated/sqlite/client.ts';
import type { Store } from '../store/store.ts';
import type { StrategyAuthor } from '../store/strategies.ts';
import type { StrategyRuns } from '../store/strategy-runs.ts';
import type { BuiltInVersion } from './built-in.ts';

/**
 * Has a version of a built-in strategy run on a task, in the background: as StrategyRuns.enqueue does.
 * @param label what the version is called in the place of what it says of itself
 */
export async function enqueueBuiltIn(
  { strategies, strategyRuns }: Pick<Store, 'strategies' | 'strategyRuns'>,
  task: Task,
  { builtIn: { strategy }, version, definition }: BuiltInVersion,
  author: StrategyAuthor,
  label = version,
): ReturnType<StrategyRuns['enqueue']> {
  const named = { name: strategy, description: definition.description, sourceUrl: null };
  const made = await strategies.ensureBuiltIn(named, { version: label, orientation: 'HIGHER', definition }, author);
  return strategyRuns.enqueue(task, made.version.id, author);
}
