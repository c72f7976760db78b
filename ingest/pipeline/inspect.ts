import type { IssueRecord, RecordBatch } from '../../src/domain/record.ts';
import type { Store } from '../../src/store/store.ts';
import type { FileToRead } from '../parse-process/messages.ts';
import type { ParseProcess } from '../parse-process/parse-process.ts';
import { openSource } from '../source.ts';
import { Contents, type FileContents } from './contents.ts';
import { choiceIdentity, type ElementChoice, type SkippedElement } from './elements.ts';
import { describeProblem } from './failure.ts';
import { FILE_BUSY } from './lease.ts';
import { ingestFile } from './pipeline.ts';
import type { FileProblem, FileReport, IngestSettings } from './report.ts';
import { unusedDataset } from './unused-dataset.ts';

/** What is in a file, and what ingesting it would do. */
export interface Inspection {
  readonly path: string;
  readonly size: number | null;
  readonly format: string | null;
  readonly title: string | null;
  /** The dataset of its histograms: as the flag or the file says, null where neither does. */
  readonly dataset: string | null;
  readonly contents: FileContents;
  readonly skipped: readonly SkippedElement[];
  /** The first rows that would be rejected, and the first notes on how the file is read. */
  readonly issues: readonly IssueRecord[];
  readonly issuesLeftOut: number;
  /** What ingesting would do to the database: null where it was not tried, `notTried` says why. */
  readonly ingest: Pick<FileReport, 'outcome' | 'counts' | 'issues' | 'error' | 'exitStatus'> | null;
  readonly notTried: string | null;
  readonly error: FileProblem | null;
  /** 0: all good · 2: rows would be rejected or in conflict · 1: it cannot be ingested. */
  readonly exitStatus: 0 | 1 | 2;
}

export interface InspectTools {
  readonly parser: ParseProcess;
  /** The database that ingesting is tried on (and undone), or the reason why there is none. */
  readonly store: Store | { readonly missing: string };
}

/** Stands for the dataset while a file is read whose dataset nobody says. Never stored. */
const NO_DATASET = '/Unknown/Unknown-Unknown-v0/UNKNOWN';

/** Why trying says nothing of what ingesting will do. */
const HINDRANCES = new Set([FILE_BUSY, 'DISK_FULL', 'DATABASE_LOST', 'DATABASE_PERMISSION', 'UNAVAILABLE']);

/** As many as the ledger keeps: there may be one for each row. */
const MOST_ISSUES = 10_000;

/** What is found on the way: the first of each kind, and how many there are. */
class Findings {
  readonly kept: IssueRecord[] = [];
  faults = 0;
  notes = 0;

  add(issue: IssueRecord): void {
    const before = issue.severity === 'NOTE' ? this.notes++ : this.faults++;
    if (before < MOST_ISSUES) this.kept.push(issue);
  }
}

/** Reads a file to its end, says what is in it and tries its ingest on the database, of which nothing stays. */
export async function inspectFile(
  { parser, store }: InspectTools,
  path: string,
  settings: IngestSettings,
  signal?: AbortSignal,
): Promise<Inspection> {
  const contents = new Contents();
  const skipped = new Map<string, number>();
  const findings = new Findings();
  let found: Pick<Inspection, 'size' | 'format' | 'title' | 'dataset'> = {
    size: null,
    format: null,
    title: null,
    dataset: null,
  };
  let needsDataset = false;
  let error: FileProblem | null = null;
  try {
    const { stamp } = await stampOf(path);
    const file: FileToRead = { path, stamp };
    found = { ...found, size: stamp.size };
    const recognition = await parser.recognise(file, settings.format);
    const { format, title, needs, statedDataset } = recognition;
    for (const note of unusedDataset(recognition, settings)) findings.add(note);
    const dataset = needs === 'source' ? null : (settings.dataset ?? statedDataset);
    needsDataset = needs === 'dataset' && dataset === null;
    found = { ...found, format, title, dataset };
    const flag = needsDataset ? NO_DATASET : settings.dataset;
    const options = { ...(flag !== undefined && { dataset: flag }), ...elementsOf(settings.elements) };
    for await (const step of parser.read(file, format, options)) {
      if (step.batch) contents.add(withoutPlaceholder(step.batch, dataset));
      for (const { path, rows } of step.skipped ?? []) skipped.set(path, (skipped.get(path) ?? 0) + rows);
      for (const issue of step.issues) findings.add(issue);
      if (signal?.aborted) break;
    }
  } catch (thrown) {
    error = describeProblem(thrown);
  }
  let notTried = error?.message ?? ('missing' in store ? store.missing : needsDataset ? DATASET_UNKNOWN : null);
  let ingest: Inspection['ingest'] = null;
  if (notTried === null && !('missing' in store) && !signal?.aborted) {
    // a certification has to have some name to be tried
    const report = await ingestFile(
      { store, parser },
      path,
      { source: 'inspect', ...settings, dryRun: true },
      { signal },
    );
    // what is in the file is known all the same
    if (report.error && HINDRANCES.has(report.error.code)) notTried = report.error.message;
    else {
      const { outcome, counts, issues, error, exitStatus } = report;
      ingest = { outcome, counts, issues, error, exitStatus };
    }
  }
  return {
    path,
    ...found,
    contents: contents.take(),
    skipped: [...skipped].map(([path, rows]) => ({ path, rows })),
    issues: findings.kept,
    issuesLeftOut: findings.faults + findings.notes - findings.kept.length,
    ingest,
    notTried: ingest ? null : notTried,
    error,
    exitStatus: error ? 1 : ingest?.exitStatus || (findings.faults > 0 ? 2 : 0),
  };
}

const DATASET_UNKNOWN = 'the file does not say which dataset it belongs to: name it (--dataset)';

async function stampOf(path: string) {
  const source = await openSource(path);
  await source.close();
  return { stamp: source.stamp };
}

const elementsOf = (elements: ElementChoice | undefined) => (choiceIdentity(elements) === '' ? {} : { elements });

function withoutPlaceholder(batch: RecordBatch, dataset: string | null): RecordBatch {
  if (dataset !== null || batch.kind === 'datasets' || !('datasets' in batch)) return batch;
  return { ...batch, datasets: batch.datasets.map((name) => (name === NO_DATASET ? '' : name)) };
}
