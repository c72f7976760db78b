import { pathProblem } from '../../../src/domain/monitor-element.ts';
import type { IssueRecord } from '../../../src/domain/record.ts';
import type { ByteSource } from '../../source.ts';
import { datasetOf } from '../dataset-of.ts';
import { batchLimits, type Format, type ReadOptions, type ReadStep } from '../format.ts';
import { dqmPath } from '../per-run-csv/dqm-path.ts';
import { addObject, refuseAs } from '../root/add-object.ts';
import { RootBatch } from '../root/batch.ts';
import { isRoot, RootFile } from '../root/file.ts';
import { type Contents, contentsOf, type Placed } from './contents.ts';

const title = 'harvested DQM ROOT';
const TOP = 'DQMData';

/** ROOT files that DQM harvesting writes: DQMData/Run N/<Subsystem>/Run summary/<path>, histograms of whole runs. */
export const harvestedRoot: Format = {
  id: 'harvested-root',
  title,
  needs: 'dataset',
  looksFor: `a ROOT file with the folder ${TOP}`,
  recognise: (head) => (isRoot(head) ? 'CERTAIN' : null),
  async looksInside(source) {
    const { keys } = await RootFile.open(source).catch(() => ({ keys: [] }));
    return keys.some(({ name }) => name === TOP) ? null : `the ROOT file has no folder ${TOP}`;
  },
  statedDataset: (_head, name) => statedDataset(name),
  read,
  locate: async (_source, keys) => keys.map(() => []),
};

/** `DQM_V0001_R000316293__ZeroBias__Run2018A-PromptReco-v2__DQMIO.root` -> `/ZeroBias/Run2018A-PromptReco-v2/DQMIO`. */
function statedDataset(name: string): string | null {
  const found = /^DQM_V\d+(?:_[A-Za-z]+)?_R\d{9}__([^_/]+)__([^/]+)__([A-Z][A-Z-]*)\.root$/.exec(name);
  return found ? `/${found[1]}/${found[2]}/${found[3]}` : null;
}

/** Objects in the order of their records; an object's place in it, from 1, is its line. */
async function* read(source: ByteSource, options: ReadOptions): AsyncGenerator<ReadStep> {
  const limits = batchLimits(options);
  const silent = `neither the ${title} nor its name (DQM_V..._R...__PD__PROCESSING__TIER.root) says`;
  const dataset = datasetOf(source, options, statedDataset(source.name), silent);
  const file = await RootFile.open(source);
  const size = source.stamp.size;
  if (options.resume && options.resume.byte >= size) {
    yield { batch: null, issues: [], position: options.resume };
    return;
  }
  const contents = await contentsOf(file, TOP);
  const batch = new RootBatch('runs', dataset, limits.rows);
  let issues: IssueRecord[] = [];
  let line = options.resume?.line ?? 0;
  let byte = options.resume?.byte ?? 0;
  const step = (): ReadStep => {
    const taken = { batch: batch.count > 0 ? batch.take() : null, issues, position: { byte, line } };
    issues = [];
    return taken;
  };
  for (const placed of contents.objects.slice(line)) {
    line++;
    const issue = await add(file, placed, line, batch, contents.efficiencies);
    if (issue) issues.push(issue);
    // the end of the file stands for the last step alone
    byte = Math.max(byte, Math.min(placed.key.seek + placed.key.bytes, size - 1));
    if (batch.count >= limits.rows || batch.bytes >= limits.bytes || issues.length >= limits.rows) yield step();
  }
  await source.assertUnchanged();
  issues.push(...closingIssues(contents));
  byte = size;
  yield step();
}

/** Said once, with the last step. */
function closingIssues({ faults, scalars, qualityTests }: Contents): IssueRecord[] {
  const notes: [string, number, string][] = [
    ['SCALARS_NOT_KEPT', scalars, 'numbers and texts (i=, f=, s=)'],
    ['QUALITY_TESTS_NOT_KEPT', qualityTests, 'results of quality tests (qr=) and tags'],
  ];
  return [
    ...faults,
    ...notes
      .filter(([, count]) => count > 0)
      .map(([code, count, what]): IssueRecord => {
        return { severity: 'NOTE', code, reason: `${count} ${what} stand in the file and were not kept` };
      }),
  ];
}

async function add(
  file: RootFile,
  { key, folder }: Placed,
  line: number,
  batch: RootBatch,
  efficiencies: ReadonlySet<string>,
): Promise<IssueRecord | null> {
  const text = `${folder}/${key.name}`;
  const refused = refuseAs(key, text, line);
  const path = dqmPath(text);
  if (!path || pathProblem(path.monitorElement) !== null) return refused('BAD_PATH', 'no path of a monitor element');
  const { run, monitorElement } = path;
  if (run === null || run < 1 || run > 2147483647) return refused('OUT_OF_RANGE', 'it stands in no folder "Run N"');
  return addObject(file, key, refused, (histogram) => {
    const efficiency = histogram.efficiency || efficiencies.has(text);
    batch.add({ run, lumisection: 0, path: monitorElement, efficiency, line }, histogram);
  });
}
