import { resolve } from 'node:path';
import type { IssueRecord } from '../../src/domain/record.ts';
import type { Ledger, Rows, Store } from '../../src/store/store.ts';
import { FileError } from '../file-error.ts';
import type { FileToRead, Recognition } from '../parse-process/messages.ts';
import type { ParseProcess } from '../parse-process/parse-process.ts';
import { type ByteSource, openSource } from '../source.ts';
import { choiceIdentity } from './elements.ts';
import { describeProblem } from './failure.ts';
import { NO_DATA, quarantine } from './quarantine.ts';
import { readIntoLedger } from './read.ts';
import { type FileProblem, type FileReport, type IngestHooks, type IngestSettings, noCounts } from './report.ts';
import { ELEMENT_SKIPPED, skippedOf } from './skipped.ts';

/** Issues that a report repeats from the ledger. */
const REPORTED_ISSUES = 100;

export interface IngestTools {
  readonly store: Store;
  /** Shared by many files, one at a time. */
  readonly parser: ParseProcess;
}

/**
 * Ingests one file: known by its content -> a no-op; interrupted before -> on from its checkpoint. Never throws for what
 * is wrong with the file or the database: the report says it.
 */
export async function ingestFile(
  { store, parser }: IngestTools,
  path: string,
  settings: IngestSettings = {},
  hooks: IngestHooks = {},
): Promise<FileReport> {
  const started = performance.now();
  let report = unread(path);
  let source: ByteSource | undefined;
  try {
    source = await openSource(path);
    report = { ...report, size: source.stamp.size };
    const { stamp, compressed } = source;
    const file: FileToRead = { path, stamp };
    const hashing = source.sha256().then((sha256) => {
      report = { ...report, sha256 };
      return sha256;
    });
    const [sha256, recognition] = await both(hashing, parser.recognise(file, settings.format));
    const identity = { sha256, ...identify(path, recognition, settings) };
    report = { ...report, format: recognition.format, dataset: identity.dataset, source: identity.source };

    const facts = { path: resolve(path), size: stamp.size };
    const ingest = async (ledger: Ledger): Promise<FileReport> => {
      const { file: row, known } = await ledger.begin(identity, facts, { force: settings.force ?? false });
      if (known) return { ...report, ...(await settled(ledger, row)), outcome: 'known' };
      const result = await readIntoLedger({ ledger, parser, store }, file, row, {
        path,
        compressed,
        identity,
        settings,
        hooks,
      });
      return { ...report, ...(await settled(ledger, result.row)), ...result.report };
    };
    report = settings.dryRun ? { ...(await store.ledger.rehearse(ingest)), fileId: null } : await ingest(store.ledger);
  } catch (error) {
    report = { ...report, outcome: 'failed', error: describeProblem(error), exitStatus: 1 };
  } finally {
    await source?.close();
  }
  const { error, format } = report;
  if (error && format === null && !settings.dryRun && !(hooks.metInFolder && NO_DATA.has(error.code))) {
    // a database that is gone has been reported, or will be by the next file
    report = { ...report, ...(await quarantine(store.ledger, report, error).catch(() => ({}))) };
  }
  return { ...report, seconds: (performance.now() - started) / 1000 };
}

/** A report on a file of which nothing is known yet. */
export function unread(path: string, error: FileProblem | null = null): FileReport {
  return {
    path,
    outcome: 'failed',
    fileId: null,
    format: null,
    dataset: null,
    source: null,
    sha256: null,
    size: null,
    counts: noCounts(),
    skipped: { rows: 0, elements: [] },
    issues: [],
    error,
    seconds: 0,
    rowsRead: 0,
    exitStatus: 1,
  };
}

/** What, beside its content, tells one reading of a file from another. */
function identify(path: string, recognition: Recognition, settings: IngestSettings) {
  const { format, title, needs, statedDataset } = recognition;
  // A certification is of every dataset: the flag is about histograms that are ingested beside it.
  const dataset = needs === 'dataset' ? (settings.dataset ?? statedDataset ?? '') : '';
  if (needs === 'dataset' && dataset === '') {
    throw new FileError(
      'DATASET_REQUIRED',
      `${path}: a ${title} does not say which dataset it belongs to: name it (--dataset /PrimaryDataset/Era-Processing-vN/TIER)`,
      { file: path, field: 'dataset' },
    );
  }
  if (needs === 'source' && !settings.source) {
    throw new FileError(
      'SOURCE_REQUIRED',
      `${path}: a ${title} does not say which certification it is: name it (--source golden-2018)`,
      { file: path, field: 'source' },
    );
  }
  const meMap = needs === 'source' ? '' : choiceIdentity(settings.elements);
  return { format, dataset, source: needs === 'source' ? (settings.source ?? '') : '', meMap };
}

/** Both results; a failure of either waits for the other, so that nothing goes on behind the caller's back. */
async function both<A, B>(a: Promise<A>, b: Promise<B>): Promise<[A, B]> {
  const [first, second] = await Promise.allSettled([a, b]);
  if (second.status === 'rejected') throw second.reason;
  if (first.status === 'rejected') throw first.reason;
  return [first.value, second.value];
}

/** What the ledger says of a file. */
async function settled(ledger: Ledger, row: Rows['dataFile']) {
  const { id, inserted, identical, conflicting, replaced, rejected } = row;
  const stored = await ledger.issues(id, null, 0, REPORTED_ISSUES * 10);
  const issues = stored.filter(({ severity }) => severity !== 'NOTE');
  const notes = stored.filter(({ severity, code }) => severity === 'NOTE' && code !== ELEMENT_SKIPPED);
  const bad = conflicting + rejected > 0;
  return {
    fileId: id,
    counts: { inserted, identical, conflicting, replaced, rejected },
    skipped: await skippedOf(ledger, id),
    issues: [...issues, ...notes].slice(0, REPORTED_ISSUES).map(issueOf),
    exitStatus: bad ? (2 as const) : (0 as const),
  };
}

function issueOf({ severity, code, line, byte, field, value, reason }: Rows['ingestIssue']): IssueRecord {
  return {
    severity: severity as IssueRecord['severity'],
    code,
    line: line === null ? undefined : Number(line),
    byte: byte === null ? undefined : Number(byte),
    field: field ?? undefined,
    value: value ?? undefined,
    reason,
  };
}
