import type { Store } from '../src/store/store.ts';
import { byKey } from './by-key.ts';

/** How far the making of a prediction is; null where no built-in strategy makes it. */
export const strategyRunLoader = ({ strategyRuns }: Pick<Store, 'strategyRuns'>) =>
  byKey((ids: readonly number[]) => strategyRuns.of(ids));

/** What was learned for a prediction, by monitor element, without the bytes. */
export const modelsLoader = ({ models }: Pick<Store, 'models'>) => byKey((ids: readonly number[]) => models.of(ids));

export const watchLoader = ({ watches }: Pick<Store, 'watches'>) => byKey((ids: readonly number[]) => watches.of(ids));
