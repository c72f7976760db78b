import { bothOf, equals, type Filter } from '../../src/domain/filter.ts';
import type { TaskDefinition } from '../../src/domain/task.ts';
import { TASK_DEFAULTS, TRUTH_DEFAULTS } from '../../src/domain/task-defaults.ts';
import { builtInVersion } from '../../src/playground/built-in.ts';
import { enqueueBuiltIn } from '../../src/playground/enqueue-built-in.ts';
import type { Store } from '../../src/store/store.ts';
import { BUILT_IN } from '../../src/store/strategies.ts';
import { SAMPLE_MONITOR_ELEMENTS as ME, PROMPT, SAMPLE_TASK, type SampleRun, TRUTH } from './names.ts';

const runs = (...numbers: readonly SampleRun[]) => ({ mask: null, runs: numbers });

/**
 * What was injected, run by run: a dead sector of the pixels to learn beside, a drop of their charge to choose thresholds
 * by, and faults of all other subsystems to find.
 */
const DEFINITION: TaskDefinition = {
  ...TASK_DEFAULTS,
  description: 'Which lumisections of the sample have a fault? The truth is what was injected.',
  monitorElements: [
    ...[ME.chargeLayer1, ME.chargeLayer3, ME.stripSignalTib, ME.stripClusters],
    ...[ME.ecalEta, ME.ecalTiming, ME.cscRecHits, ME.cscTiming],
  ],
  dataset: PROMPT,
  parts: { TRAIN: runs(398010), VALIDATION: runs(398011), TEST: runs(398014, 398027, 398028, 398033) },
  truth: { ...TRUTH_DEFAULTS, source: TRUTH },
  seed: 1,
  isCausal: true,
};

/** From the floor upwards. */
const STRATEGIES = ['entries', 'beta-binomial', 'ks', 'pca'] as const;

const AUTHOR = { name: BUILT_IN, isAdmin: true };

/** Whether the store holds the whole sample, and no task that is called as that of the sample. */
export async function lacksBoard(
  { lists, reads }: Store,
  parts: readonly { readonly path: string }[],
): Promise<boolean> {
  const paths = parts.map(({ path }) => path);
  const among: Filter = { kind: 'test', field: 'path', op: 'in', value: paths };
  const done = await lists.count('dataFile', bothOf(among, equals('status', 'DONE')));
  return done >= paths.length && (await reads.taskByName(SAMPLE_TASK)) === null;
}

/**
 * Makes the task of the sample, frozen, and queues built-in strategies on it, which a StrategyRunner then runs. A second
 * time it changes nothing.
 */
export async function fillBoard(store: Store): Promise<void> {
  const { tasks } = store;
  const { task } = await tasks.create({ name: SAMPLE_TASK, author: BUILT_IN }, DEFINITION);
  const frozen = await tasks.freeze(task.id);
  for (const strategy of STRATEGIES) {
    await enqueueBuiltIn(store, frozen.task, builtInVersion({ strategy }), AUTHOR);
  }
}
