import { createHash } from 'node:crypto';
import type { Store } from '../src/store/store.ts';
import { fillBoard, lacksBoard } from './sample/board.ts';
import { SAMPLE_PARTS, type SamplePart } from './sample/generate.ts';
import { SAMPLE_SEED } from './sample/names.ts';

/** Raised whenever the same seed gives other data than before. */
const GENERATOR_VERSION = 1;

export interface SampleOptions {
  /** The same seed gives the same data on every machine (default SAMPLE_SEED). */
  readonly seed?: number;
  readonly onProgress?: (progress: SampleProgress) => void;
}

export interface SampleProgress {
  readonly stepsDone: number;
  readonly stepsTotal: number;
  /** Histograms written so far by this call. */
  readonly histograms: number;
}

/**
 * Whether the store holds nothing, or nothing but sample data whose filling was cut off: then `fillSample` may (go on to)
 * fill it.
 */
export async function isEmpty(store: Store): Promise<boolean> {
  const { rows: files } = await store.lists.page('dataFile', { first: 100, orderBy: [] });
  if (files.length === 0) return (await store.lists.count('run')) === 0;
  const ours = files.every((file) => SAMPLE_PARTS.some((part) => part.path === file.path));
  return ours && (files.length < SAMPLE_PARTS.length || files.some((file) => file.status !== 'DONE'));
}

/**
 * Fills the store with the sample data (sample/names.ts says what they are): six invented runs of an invented era with
 * their conditions, histograms by lumisection and run, injected faults, and certifications. Goes through the ledger as
 * files do, so that a filling that was cut off goes on where it stopped and a second one changes nothing.
 */
export async function fillSample(store: Store, options: SampleOptions = {}): Promise<void> {
  const seed = options.seed ?? SAMPLE_SEED;
  const progress = { stepsDone: 0, stepsTotal: SAMPLE_PARTS.reduce((sum, part) => sum + part.steps, 0), histograms: 0 };
  for (const part of SAMPLE_PARTS) {
    await fillPart(store, part, seed, (histograms) => {
      progress.stepsDone++;
      progress.histograms += histograms;
      options.onProgress?.({ ...progress });
    });
  }
}

/**
 * Makes the task of the sample, on which built-in strategies compete, where the sample is stored whole and the task is not:
 * also after a start that was cut off in between. Their runs are queued, to be worked off in the background.
 * @returns whether it did.
 */
export async function fillSampleBoard(store: Store): Promise<boolean> {
  const lacks = await lacksBoard(store, SAMPLE_PARTS);
  if (lacks) await fillBoard(store);
  return lacks;
}

async function fillPart(store: Store, part: SamplePart, seed: number, onStep: (histograms: number) => void) {
  const identity = {
    sha256: createHash('sha256').update(`${part.path} v${GENERATOR_VERSION} seed ${seed}`).digest('hex'),
    dataset: '',
    source: part.source,
    format: 'sample',
    meMap: '',
  };
  const { file, known } = await store.ledger.begin(identity, { path: part.path, size: part.size }, { force: false });
  // `line` counts steps: a step that the ledger has is generated again (the run-level sums need it) but not written
  const stepsKept = known ? part.steps : Number(file.linesDone);
  const options = { onConflict: 'keep', source: part.source } as const;
  let step = 0;
  for (const batch of known ? [] : part.batches(seed)) {
    const histograms = 'count' in batch ? batch.count : 0;
    if (step++ >= stepsKept) {
      const byte = Math.floor((part.size * step) / part.steps);
      await store.ledger.write(file.id, batch, [], { byte, line: step }, options);
    }
    onStep(step > stepsKept ? histograms : 0);
  }
  if (known) for (; step < part.steps; step++) onStep(0);
  else await store.ledger.finish(file.id, { status: 'DONE' });
}
