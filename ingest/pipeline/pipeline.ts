import { resolve } from 'node:path';
import { type IssueRecord, noCounts, REPORTED_ISSUES } from '../../src/domain/record.ts';
import type { FileIdentity, Ledger, Rows, Store } from '../../src/store/store.ts';
import { FileError } from '../file-error.ts';
import type { FileToRead, Recognition } from '../parse-process/messages.ts';
import type { ParseProcess } from '../parse-process/parse-process.ts';
import { assertLedgerPath, realPath } from '../source/real-path.ts';
import { type ByteSource, openSource } from '../source.ts';
import { EarlyReading } from './early-reading.ts';
import { choiceIdentity } from './elements.ts';
import { describeProblem } from './failure.ts';
import { FILE_BUSY, isFileBusy, keepLease, openLease, waitForLease } from './lease.ts';
import { isQuarantined, quarantine } from './quarantine.ts';
import { parseOptions, readIntoLedger } from './read.ts';
import type { FileProblem, FileReport, IngestHooks, IngestSettings } from './report.ts';
import { ELEMENT_SKIPPED, skippedOf } from './skipped.ts';
import { unusedDataset } from './unused-dataset.ts';

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
  let early: EarlyReading | undefined;
  try {
    assertLedgerPath(hooks.entry?.path ?? (await realPath(path)));
    source = await openSource(path);
    await hooks.opened?.(source.stamp);
    report = { ...report, size: source.stamp.size };
    const { stamp, compressed } = source;
    const file: FileToRead = { path, stamp };
    const unwanted = new AbortController();
    const signals = hooks.signal ? [hooks.signal, unwanted.signal] : [unwanted.signal];
    const hashing = source.sha256(AbortSignal.any(signals)).then((sha256) => {
      report = { ...report, sha256 };
      return sha256;
    });
    const recognising = parser.recognise(file, settings.format).then((recognition) => {
      const named = identify(path, recognition, settings);
      // a strict reading looks through the whole file first
      if (settings.force && !settings.strict) {
        early = new EarlyReading(parser, file, recognition.format, parseOptions(named, settings));
      }
      return { recognition, named };
    });
    // what nobody knows has no place in the ledger that it would be looked up by
    recognising.catch((error) => {
      if (!isQuarantined(describeProblem(error).code, settings, hooks)) unwanted.abort();
    });
    const [sha256, { recognition, named }] = await both(hashing, recognising);
    const identity = { sha256, ...named };
    report = { ...report, format: recognition.format, dataset: identity.dataset, source: identity.source };

    await hooks.recognised?.({ isCertification: recognition.needs === 'source' });
    const onConflict = settings.onConflict ?? recognition.defaultOnConflict;
    const work = { path, file, compressed, identity, settings: { ...settings, onConflict }, hooks, early };
    const ingest = async (ledger: Ledger) => ({ ...report, ...(await readInTurn(ledger, { store, parser }, work)) });
    report = settings.dryRun ? { ...(await store.ledger.rehearse(ingest)), fileId: null } : await ingest(store.ledger);
    report = { ...report, issues: [...report.issues, ...unusedDataset(recognition, settings)] };
  } catch (error) {
    report =
      hooks.signal?.aborted && error === hooks.signal.reason
        ? { ...report, outcome: 'cancelled' }
        : {
            ...report,
            outcome: 'failed',
            error: describeProblem(error, hooks.entry && [path, hooks.entry.path]),
            exitStatus: 1,
          };
  } finally {
    await early?.end();
    await source?.close();
  }
  const { error, format } = report;
  if (error && format === null && isQuarantined(error.code, settings, hooks)) {
    // a database that is gone has been reported, or will be by the next file
    report = { ...report, ...(await quarantine(store.ledger, report, error, hooks).catch(() => ({}))) };
  }
  return { ...report, seconds: (performance.now() - started) / 1000 };
}

interface Work {
  readonly path: string;
  readonly file: FileToRead;
  readonly compressed: boolean;
  readonly identity: FileIdentity;
  readonly settings: IngestSettings & Required<Pick<IngestSettings, 'onConflict'>>;
  readonly hooks: IngestHooks;
  readonly early: EarlyReading | undefined;
}

/** Reads a file when no other process does, from where the latest one has come to. */
async function readInTurn(ledger: Ledger, { store, parser }: IngestTools, work: Work): Promise<Partial<FileReport>> {
  const { identity, settings, hooks } = work;
  const { onConflict } = settings;
  const lease = openLease();
  let { force = false } = settings;
  let rowsRead = 0;
  try {
    while (true) {
      const begun = await begin(ledger, work, { force, lease, takeBack: onConflict === 'add' });
      if ('busy' in begun) {
        await work.early?.end();
        const { fileId, message } = begun.busy;
        // in a rehearsal there is no waiting: it may be what the other one waits for
        const left = hooks.leaveBusy || settings.dryRun;
        if (!left) await waitForLease(store.reads, fileId, hooks.signal);
        if (left || hooks.signal?.aborted) return await leave(ledger, store, fileId, message, rowsRead);
        force = false;
        continue;
      }
      const { file: row, known } = begun;
      if (known) return { ...(await settled(ledger, row)), outcome: 'known', rowsRead };
      const stop = settings.dryRun ? () => {} : keepLease(ledger, row.id, lease);
      const result = await readIntoLedger({ ledger, parser }, work.file, row, {
        ...work,
        identity,
        onConflict,
        lease: lease.owner,
        early: force ? work.early : undefined,
      }).finally(stop);
      rowsRead += result.report.rowsRead;
      if (result.row) return { ...(await settled(ledger, result.row)), ...result.report, rowsRead };
      force = false;
    }
  } finally {
    lease.end();
  }
}

type BeginOptions = Parameters<Ledger['begin']>[2];

async function begin(ledger: Ledger, { path, file, identity, hooks: { entry } }: Work, options: BeginOptions) {
  const size = file.stamp?.size ?? 0;
  // ledgers of earlier versions know a file by the name it was given
  const facts = entry ? { path: entry.path, size } : { path: await realPath(path), alias: resolve(path), size };
  try {
    return await ledger.begin(identity, facts, entry?.id === undefined ? options : { ...options, entry: entry.id });
  } catch (error) {
    if (!isFileBusy(error)) throw error;
    return { busy: { fileId: error.details.fileId as number, message: error.message } };
  }
}

/** The row of the ledger is another process's to settle. */
async function leave(
  ledger: Ledger,
  { reads }: Store,
  fileId: number,
  message: string,
  rowsRead: number,
): Promise<Partial<FileReport>> {
  const [row] = await reads.dataFiles([fileId]);
  const found = row ? await settled(ledger, row) : { fileId };
  return { ...found, outcome: 'cancelled', rowsRead, error: { code: FILE_BUSY, message }, exitStatus: 1 };
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
  const { id, inserted, identical, conflicting, replaced, added, rejected } = row;
  const stored = await ledger.issues(id, null, 0, REPORTED_ISSUES * 10);
  const issues = stored.filter(({ severity }) => severity !== 'NOTE');
  const notes = stored.filter(({ severity, code }) => severity === 'NOTE' && code !== ELEMENT_SKIPPED);
  const bad = conflicting + rejected > 0;
  return {
    fileId: id,
    counts: { inserted, identical, conflicting, replaced, added, rejected },
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
