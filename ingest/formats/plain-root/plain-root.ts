import { MAX_INT32 } from '../../../src/domain/int32.ts';
import { MAX_LUMISECTION } from '../../../src/domain/lumi-mask.ts';
import { pathProblem } from '../../../src/domain/monitor-element.ts';
import type { IssueRecord } from '../../../src/domain/record.ts';
import { FileError } from '../../file-error.ts';
import type { ByteSource } from '../../source.ts';
import { datasetOfName } from '../dataset-name.ts';
import { datasetOf } from '../dataset-of.ts';
import { batchLimits, type Format, type ReadOptions, type ReadStep } from '../format.ts';
import { HistogramBatchBuilder } from '../histogram-batch.ts';
import { addObject, refuseAs } from '../root/add-object.ts';
import { isRoot, RootFile } from '../root/file.ts';
import { type Key, latestCycles } from '../root/key.ts';
import { Steps } from '../steps.ts';

const title = 'plain ROOT';

/** ROOT files of keys `run<R>_ls<L>_<ME>`: one histogram a key. Folders of the name became underscores, and stay so. */
export const plainRoot: Format = {
  id: 'plain-root',
  title,
  needs: 'dataset',
  looksFor: 'a ROOT file of keys run<R>_ls<L>_<ME>',
  recognise: (head) => (isRoot(head) ? 'CERTAIN' : null),
  async looksInside(source) {
    const keys = await keysOf(source);
    // damaged: the reader says what is wrong
    if (keys === null) return null;
    if (keys.some(({ name }) => keyName(name) !== null)) return null;
    const found = keys.slice(0, 5).map(({ name, className }) => `${className} ${name}`);
    return `the ROOT file holds ${keys.length} keys (${found.join(', ')}${keys.length > 5 ? ', ...' : ''})`;
  },
  statedDataset: (_head, name, path) => datasetOfName(name, path),
  read,
  // a name stands once among the keys, and two names are two rows
  locate: async (_source, keys) => keys.map(() => []),
};

async function keysOf(source: ByteSource): Promise<readonly Key[] | null> {
  try {
    return (await RootFile.open(source)).keys;
  } catch (error) {
    if (error instanceof FileError && ['TRUNCATED', 'BROKEN_ROOT', 'NOT_BY_RANGES'].includes(error.code)) return null;
    throw error;
  }
}

function keyName(name: string): { run: number; lumisection: number; path: string } | null {
  const found = /^run([1-9]\d{0,9})_ls([1-9]\d{0,9})_(.+)$/.exec(name);
  if (!found) return null;
  return { run: Number(found[1]), lumisection: Number(found[2]), path: found[3] as string };
}

/** Keys in the order of their records; a key's place in it, from 1, is its line. */
async function* read(source: ByteSource, options: ReadOptions): AsyncGenerator<ReadStep> {
  const dataset = datasetOf(
    source,
    options,
    datasetOfName(source.name, source.path),
    `neither the ${title} nor its name says`,
  );
  const file = await RootFile.open(source);
  const keys = latestCycles(file.keys).sort((a, b) => a.seek - b.seek);
  const batch = new HistogramBatchBuilder('lumisections', dataset, batchLimits(options).rows);
  const steps = new Steps(batch, options, options.resume?.byte ?? 0);
  let line = options.resume?.line ?? 0;
  let byte = options.resume?.byte ?? 0;
  for (const key of keys.slice(line)) {
    line++;
    const issue = await add(file, key, line, batch, options.skip);
    if (issue) steps.issues.push(issue);
    byte = Math.max(byte, Math.min(key.seek + key.bytes, source.stamp.size));
    if (steps.isDue(byte)) yield steps.take({ byte, line });
  }
  await source.assertUnchanged();
  yield steps.take({ byte: source.stamp.size, line });
}

async function add(
  file: RootFile,
  key: Key,
  line: number,
  batch: HistogramBatchBuilder,
  skip: ReadOptions['skip'],
): Promise<IssueRecord | null> {
  const refused = refuseAs(key, key.name, line);
  const named = keyName(key.name);
  if (!named) return refused('BAD_KEY', 'the key is not named run<R>_ls<L>_<ME>');
  if (named.run > MAX_INT32) return refused('OUT_OF_RANGE', `no number of a run (at most ${MAX_INT32})`);
  if (named.lumisection > MAX_LUMISECTION) {
    return refused('OUT_OF_RANGE', `no number of a lumisection (at most ${MAX_LUMISECTION})`);
  }
  const problem = pathProblem(named.path);
  if (problem) return refused('BAD_PATH', `no monitor element: ${problem}`);
  if (skip?.(named.path, line)) return null;
  return addObject(file, key, refused, (histogram) => {
    // a title that is the key would make a binning of each lumisection
    const own = histogram.title === key.name ? '' : histogram.title;
    batch.add({ ...named, efficiency: histogram.efficiency, line }, { ...histogram, title: own });
  });
}
