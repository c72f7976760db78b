import type { IssueRecord } from '../../../src/domain/record.ts';
import type { LineReader } from '../../scanner.ts';
import type { ByteSource } from '../../source.ts';
import { EarlierLines } from '../csv/earlier-lines.ts';
import { type RowFault, rejected, tooLong } from '../csv/fault.ts';
import { type ColumnPlan, headerCells, namesFound, openCsv, unknownColumns } from '../csv/header.ts';
import { isBlank } from '../csv/text.ts';
import { datasetOf } from '../dataset-of.ts';
import { batchLimits, type Format, type ReadOptions, type ReadStep, type RowKey } from '../format.ts';
import { shortened } from '../shortened.ts';
import { Steps } from '../steps.ts';
import { PerRunBatch } from './batch.ts';
import { perRunFileName } from './file-name.ts';
import { PerRunRow } from './row.ts';

const title = 'per-run CSV';
const plan: ColumnPlan = {
  required: ['run', 'pd', 'path', 'title', 'entries', 'mean', 'rms', 'skewness', 'kurtosis'],
  twice: [],
};

/** Titles are prose of a few words: a record that grows longer than this has lost a quote. */
const MAX_RECORD_BYTES = 64 * 1024;

/** Statistics of whole runs. Titles may hold commas, quotes and line feeds, quoted as RFC 4180 says. */
export const perRunCsv: Format = {
  id: 'per-run-csv',
  title,
  needs: 'dataset',
  looksFor: `a first line with the columns ${plan.required.join(',')} in any order`,
  recognise(head) {
    const header = headerCells(head);
    const found = namesFound(header, plan.required);
    if (found === plan.required.length) return 'CERTAIN';
    return found >= 4 && namesFound(header, ['pd', 'path', 'skewness', 'kurtosis']) > 0 ? 'LIKELY' : null;
  },
  statedDataset: (_head, name) => perRunFileName(name)?.dataset ?? null,
  read,
  locate,
};

async function* read(source: ByteSource, options: ReadOptions): AsyncGenerator<ReadStep> {
  const named = perRunFileName(source.name);
  const silent = `neither the ${title} nor its name (<PD>_<run>_UL2018.csv) says`;
  const dataset = datasetOf(source, options, named?.dataset ?? null, silent);
  const { reader, columns, headerLine } = await openCsv(source, title, plan, recordLimits(options));
  const row = new PerRunRow(columns, expectations(source, options));
  const batch = new PerRunBatch(dataset, batchLimits(options).rows);
  const others = new OtherPrimaryDatasets(dataset);
  const steps = new Steps(batch, options, reader.position.byte, others);
  if (!options.resume && columns.unknown.length > 0) {
    steps.issues.push(unknownColumns(title, columns.unknown, headerLine));
  }
  try {
    for await (const fault of records(reader, row)) {
      if (fault) steps.issues.push(rejected(fault, reader.line, reader.byte, reader.start));
      else {
        batch.add(row, reader.line);
        if (options.dataset) others.see(row, reader.line);
      }
      if (steps.isDue(reader.position.byte)) yield steps.take(reader.position);
    }
    yield steps.take(reader.position);
  } finally {
    await reader.close();
  }
}

/**
 * Steps through the records; the row holds each one that has no fault. A record whose quote is not closed in its line
 * takes in the lines that follow, up to MAX_RECORD_BYTES; where that gives no row of the right shape, its first line
 * alone is refused and reading goes on with the second.
 */
async function* records(reader: LineReader, row: PerRunRow): AsyncGenerator<RowFault | null> {
  while (reader.next() || (await reader.more())) {
    if (!reader.found || isBlank(reader.bytes, reader.start, reader.end)) continue;
    if (reader.tooLong) {
      yield tooLong(reader);
      continue;
    }
    const alone = row.read(reader.bytes, reader.start, reader.end, reader.terminated);
    yield isUnclosed(alone) ? await extended(reader, row, alone) : alone;
  }
}

async function extended(reader: LineReader, row: PerRunRow, alone: RowFault | null): Promise<RowFault | null> {
  while (true) {
    const extension = reader.extend();
    if (extension === 'MORE') {
      await reader.more();
      continue;
    }
    // A source that ends here is not taken for truncated: the lines after the first may well be rows.
    const fault = extension === 'END' ? alone : row.read(reader.bytes, reader.start, reader.end, true);
    if (extension === 'EXTENDED' && isUnclosed(fault)) continue;
    if (extension === 'EXTENDED' && !isShape(fault)) return fault;
    reader.retract();
    return alone;
  }
}

function isUnclosed(fault: RowFault | null): boolean {
  return fault?.code === 'UNBALANCED_QUOTE' && fault.unclosed === true;
}

function isShape(fault: RowFault | null): boolean {
  return fault?.code === 'UNBALANCED_QUOTE' || fault?.code === 'CELL_COUNT';
}

async function locate(
  source: ByteSource,
  keys: readonly RowKey[],
  options: ReadOptions,
): Promise<readonly (readonly number[])[]> {
  const earlier = new EarlierLines(keys);
  const { reader, columns } = await openCsv(source, title, plan, { ...recordLimits(options), resume: undefined });
  const row = new PerRunRow(columns, expectations(source, options));
  try {
    for await (const fault of records(reader, row)) {
      if (reader.line >= earlier.end) break;
      if (!fault) earlier.see(row.run, 0, row.monitorElement, reader.line);
    }
  } finally {
    await reader.close();
  }
  return earlier.lines;
}

function recordLimits(options: ReadOptions): Pick<ReadOptions, 'resume' | 'maxLineBytes'> {
  return { resume: options.resume, maxLineBytes: Math.min(options.maxLineBytes ?? MAX_RECORD_BYTES, MAX_RECORD_BYTES) };
}

function expectations(source: ByteSource, options: ReadOptions) {
  const named = perRunFileName(source.name);
  const primaryDataset = options.dataset ? null : (named?.primaryDataset ?? null);
  return { run: named?.run ?? null, primaryDataset };
}

/** Says, once a batch, that a flag overruled the column `pd`, which is stored nowhere else. */
class OtherPrimaryDatasets {
  readonly #stated: string;
  #rows = 0;
  #line = 0;
  #value = '';

  constructor(dataset: string) {
    this.#stated = dataset.split('/')[1] ?? dataset;
  }

  see(row: PerRunRow, line: number): void {
    if (row.primaryDataset === this.#stated) return;
    if (this.#rows++ > 0) return;
    this.#line = line;
    this.#value = row.primaryDataset;
  }

  addTo(issues: IssueRecord[]): void {
    if (this.#rows === 0) return;
    const reason = `${this.#rows} rows from this line on name another primary dataset than --dataset`;
    issues.push({
      severity: 'NOTE',
      code: 'DATASET_OVERRULED',
      line: this.#line,
      field: 'pd',
      value: shortened(this.#value),
      reason,
    });
    this.#rows = 0;
  }
}
