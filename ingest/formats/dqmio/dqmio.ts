import type { ByteSource } from '../../source.ts';
import { datasetOfName } from '../dataset-name.ts';
import { datasetOf } from '../dataset-of.ts';
import type { Format, ReadOptions, ReadStep } from '../format.ts';
import { isRoot, RootFile } from '../root/file.ts';
import { locate, placesOf } from './locate.ts';
import { Reading } from './reading.ts';
import { dqmioProblem } from './trees.ts';

const title = 'DQMIO ROOT';

/** DQMIO and nanoDQMIO: a tree of histograms for each type, and the tree `Indices` that says what belongs where. */
export const dqmio: Format = {
  id: 'dqmio',
  title,
  needs: 'dataset',
  looksFor: 'a ROOT file with the tree Indices and trees of monitor elements (Ints, TH1Fs ...)',
  recognise: (head) => (isRoot(head) ? 'CERTAIN' : null),
  async looksInside(source) {
    return dqmioProblem((await RootFile.open(source).catch(() => ({ keys: [] }))).keys);
  },
  defaultOnConflict: 'add',
  statedDataset: (_head, name, path) => datasetOfName(name, path),
  read,
  locate,
  placesOf,
};

/** A part after the other, see plan.ts; each step holds records of one kind. */
async function* read(source: ByteSource, options: ReadOptions): AsyncGenerator<ReadStep> {
  const silent = `neither the ${title} nor its name says`;
  const dataset = datasetOf(source, options, datasetOfName(source.name, source.path), silent);
  const size = source.stamp.size;
  if (options.resume && options.resume.byte >= size) {
    yield { batch: null, issues: [], position: options.resume };
    return;
  }
  const reading = new Reading(await RootFile.open(source), options, dataset);
  yield* reading.steps();
  await source.assertUnchanged();
  yield reading.lastStep();
}
