import type { IssueRecord, QualityTestRecord, RecordBatch, ScalarRecord } from '../../../src/domain/record.ts';
import type { ByteSource } from '../../source.ts';
import { datasetOf } from '../dataset-of.ts';
import { batchLimits, type Format, type ReadOptions, type ReadStep } from '../format.ts';
import { HistogramBatchBuilder } from '../histogram-batch.ts';
import { addObject, refuseAs } from '../root/add-object.ts';
import { isRoot, RootFile } from '../root/file.ts';
import { contentsOf, type Row } from './contents.ts';
import { locate, placesOf } from './locate.ts';
import { placeOf } from './row-place.ts';

const title = 'harvested DQM ROOT';
const TOP = 'DQMData';

/** ROOT files that DQM harvesting writes: histograms, scalars and results of quality tests of whole runs. */
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
  locate: (source, keys) => locate(source, keys, TOP),
  placesOf: (source, lines) => placesOf(source, lines, TOP),
};

/** `DQM_V0001_R000316293__ZeroBias__Run2018A-PromptReco-v2__DQMIO.root` -> `/ZeroBias/Run2018A-PromptReco-v2/DQMIO`. */
function statedDataset(name: string): string | null {
  const found = /^DQM_V\d+(?:_[A-Za-z]+)?_R\d{9}__([^_/]+)__([^/]+)__([A-Z][A-Z-]*)\.root$/.exec(name);
  return found ? `/${found[1]}/${found[2]}/${found[3]}` : null;
}

/** Rows in the order of `Contents.rows`; the place of a row in it, from 1, is its line. */
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
  const { rows, notes, faults } = await contentsOf(file, TOP);
  const batch = new RowBatch(file, dataset, limits.rows, options.skip);
  let line = options.resume?.line ?? 0;
  let byte = options.resume?.byte ?? 0;
  const step = (): ReadStep => ({ ...batch.take(), position: { byte, line } });
  for (const row of rows.slice(line)) {
    // a batch holds rows of one kind
    if (!batch.takes(row.kind)) yield step();
    line++;
    await batch.add(row, line);
    // the end of the file stands for the last step alone
    byte = Math.max(byte, Math.min(row.key.seek + row.key.bytes, size - 1));
    if (batch.count >= limits.rows || batch.bytes >= limits.bytes) yield step();
  }
  await source.assertUnchanged();
  const last = batch.take();
  yield { ...last, issues: [...last.issues, ...faults, ...notes], position: { byte: size, line } };
}

/** Rows on their way into a batch of their kind, and the issues of those that are refused. */
class RowBatch {
  readonly #file: RootFile;
  readonly #dataset: string;
  readonly #skip: ReadOptions['skip'];
  readonly #histograms: HistogramBatchBuilder;
  #scalars: ScalarRecord[] = [];
  #qualityTests: QualityTestRecord[] = [];
  #issues: IssueRecord[] = [];

  constructor(file: RootFile, dataset: string, capacity: number, skip: ReadOptions['skip']) {
    this.#file = file;
    this.#dataset = dataset;
    this.#skip = skip;
    this.#histograms = new HistogramBatchBuilder('runs', dataset, capacity);
  }

  /** Rows, or issues where they are more. */
  get count(): number {
    return Math.max(this.#rows, this.#issues.length);
  }

  get #rows(): number {
    return this.#histograms.count + this.#scalars.length + this.#qualityTests.length;
  }

  get bytes(): number {
    return this.#histograms.bytes;
  }

  /** Whether a row of this kind may go into the batch as it is. */
  takes(kind: Row['kind']): boolean {
    const ofKind = {
      object: this.#histograms.count,
      scalar: this.#scalars.length,
      qualityTest: this.#qualityTests.length,
      broken: this.#rows,
    };
    return this.#rows === ofKind[kind];
  }

  async add(row: Row, line: number): Promise<void> {
    const refuse = refuseAs(row.key, row.kind === 'broken' ? row.key.name : `${row.folder}/${row.name}`, line);
    if (row.kind === 'broken') {
      this.#issues.push(refuse(row.code, row.reason));
      return;
    }
    const place = placeOf(row);
    if (Array.isArray(place)) {
      this.#issues.push(refuse(...place));
      return;
    }
    const { run, monitorElement } = place;
    if (this.#skip?.(monitorElement, line)) return;
    const key = { line, run, lumisection: 0, dataset: this.#dataset, monitorElement };
    if (row.kind === 'scalar') this.#scalars.push({ ...key, ...row.value });
    else if (row.kind === 'qualityTest') this.#qualityTests.push({ ...key, ...row.value });
    else {
      const issue = await addObject(this.#file, row.key, refuse, (histogram) => {
        const efficiency = histogram.efficiency || row.efficiency;
        this.#histograms.add({ run, lumisection: 0, path: monitorElement, efficiency, line }, histogram);
      });
      if (issue) this.#issues.push(issue);
    }
  }

  take(): { batch: RecordBatch | null; issues: IssueRecord[] } {
    const taken = { batch: this.#takeRows(), issues: this.#issues };
    this.#issues = [];
    return taken;
  }

  #takeRows(): RecordBatch | null {
    if (this.#histograms.count > 0) return this.#histograms.take();
    const scalars = this.#scalars;
    const qualityTests = this.#qualityTests;
    this.#scalars = [];
    this.#qualityTests = [];
    if (scalars.length > 0) return { kind: 'scalars', scalars };
    return qualityTests.length > 0 ? { kind: 'qualityTests', qualityTests } : null;
  }
}
