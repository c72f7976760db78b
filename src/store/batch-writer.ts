import type {
  CertificationRecord,
  IssueRecord,
  LumisectionBatch,
  LumisectionHistogramBatch,
  QualityTestBatch,
  RecordBatch,
  RunBatch,
  RunHistogramBatch,
  ScalarBatch,
} from '../domain/record.ts';
import { writeCertification } from './certifications.ts';
import { writeConditions } from './conditions.ts';
import type { Transaction } from './database.ts';
import { writeDatasets } from './datasets.ts';
import type { Dialect } from './dialect.ts';
import type { DictionaryResolver } from './dictionaries.ts';
import { writeFractions } from './fractions.ts';
import { writeHistograms } from './histogram-writer.ts';
import type { Outcome, WrittenRows } from './outcome.ts';
import { type DictionaryIds, resolveBatch } from './resolved-batch.ts';
import { datasetsOfRuns, distinctLumisections, enterLumisections, enterRuns } from './run-rows.ts';
import { dictionariesOf, writeScalars } from './scalars.ts';
import type { IngestOptions } from './store.ts';
import { runsHiddenFrom } from './task-access.ts';

/** How a batch is to be written, beside its content. */
export interface BatchSettings {
  readonly fileId: number;
  /** Format of the file. */
  readonly format: string;
  readonly options: IngestOptions;
  /** Most rows are stored already: a hint for speed. */
  readonly expectTaken: boolean;
  /** Of conflicts is kept in what they differ; of a file of conflicts alone only the first are. */
  readonly tellsConflicts: boolean;
}

/** What became of the rows, and what the store itself has to say of them: why it refused some, or notes. */
export interface WrittenBatch extends WrittenRows {
  readonly issues: readonly IssueRecord[];
}

/** A batch whose ids are resolved: what is left to do happens in one transaction. */
export interface PreparedBatch {
  /** Whether no other transaction may write meanwhile. */
  readonly alone: boolean;
  /** Ids of what it names. */
  readonly names?: Pick<DictionaryIds, 'monitorElements' | 'datasets'>;
  write(transaction: Transaction, dialect: Dialect, settings: BatchSettings): Promise<WrittenBatch>;
}

/** Resolves what the batch names, in transactions of its own. */
export async function prepareBatch(
  batch: RecordBatch,
  dictionaries: DictionaryResolver,
  onConflict: IngestOptions['onConflict'],
): Promise<PreparedBatch> {
  switch (batch.kind) {
    case 'lumisectionHistograms':
    case 'runHistograms': {
      const ids = await dictionaries.resolve(batch);
      // replacing compares first and writes afterwards; what it compared with must not change in between
      const alone = onConflict === 'replace';
      return {
        alone,
        names: ids,
        write: (transaction, dialect, settings) => histograms(transaction, dialect, batch, ids, settings),
      };
    }
    case 'scalars':
    case 'qualityTests': {
      const named = dictionariesOf(batch);
      const ids = await dictionaries.resolve(named);
      return {
        alone: true,
        names: ids,
        write: async (transaction, dialect, { fileId, options }) => ({
          ...(await writeScalars(
            transaction,
            dialect,
            batch,
            { named, ids },
            { fileId, onConflict: options.onConflict },
          )),
          issues: [],
        }),
      };
    }
    case 'certification':
      return {
        alone: true,
        write: (transaction, dialect, settings) => certification(transaction, dialect, batch, settings),
      };
    case 'fractions':
      return {
        alone: true,
        write: async (transaction, dialect, { fileId, options: { source, onConflict, bringer } }) => ({
          ...(await writeFractions(transaction, dialect, batch, {
            ...{ fileId, source, replace: onConflict === 'replace' },
            hidden: await hiddenRuns(transaction, bringer),
          })),
          issues: [],
        }),
      };
    case 'datasets':
      return {
        alone: true,
        write: async (transaction, dialect, { fileId, options: { onConflict } }) => ({
          ...(await writeDatasets(transaction, dialect, batch, { fileId, onConflict })),
          issues: [],
        }),
      };
    case 'runs':
    case 'lumisections':
      return {
        alone: true,
        write: (transaction, dialect, settings) => conditions(transaction, dialect, batch, settings),
      };
  }
}

async function histograms(
  transaction: Transaction,
  dialect: Dialect,
  batch: LumisectionHistogramBatch | RunHistogramBatch,
  ids: DictionaryIds,
  { fileId, options, ...how }: BatchSettings,
): Promise<WrittenBatch> {
  const resolved = resolveBatch(batch, ids, { fileId, onConflict: options.onConflict });
  await enterRuns(transaction, dialect, datasetsOfRuns(runsWithDatasets(batch, resolved.accepted)));
  if (batch.kind === 'lumisectionHistograms') {
    await enterLumisections(transaction, distinctLumisections(batch.run, batch.lumisection, resolved.accepted));
  }
  const written = await writeHistograms(transaction, dialect, resolved, how);
  return { ...written, issues: otherDimensions(batch, ids) };
}

function* runsWithDatasets(
  batch: LumisectionHistogramBatch | RunHistogramBatch,
  rows: Int32Array,
): Iterable<[run: number, dataset: string]> {
  let latest = [-1, -1];
  for (const row of rows) {
    const [run, dataset] = [batch.run[row] as number, batch.dataset[row] as number];
    if (latest[0] === run && latest[1] === dataset) continue;
    latest = [run, dataset];
    yield [run, batch.datasets[dataset] as string];
  }
}

/** Issues of rows whose monitor element has histograms with another number of axes. */
function otherDimensions(batch: LumisectionHistogramBatch | RunHistogramBatch, ids: DictionaryIds): IssueRecord[] {
  if (!ids.monitorElements.includes(-1)) return [];
  const issues: IssueRecord[] = [];
  for (let row = 0; row < batch.count; row++) {
    const index = batch.monitorElement[row] as number;
    const element = batch.monitorElements[index];
    if (ids.monitorElements[index] !== -1 || element === undefined) continue;
    const line = batch.line[row] as number;
    issues.push({
      severity: 'REJECTED',
      code: 'DIMENSION_MISMATCH',
      ...(line > 0 ? { line } : {}),
      field: 'monitorElement',
      value: element.path,
      reason:
        element.dimension === 1
          ? 'the histogram has one axis, and those of this monitor element have two'
          : 'the histogram has two axes, and those of this monitor element have one',
    });
  }
  return issues;
}

async function certification(
  transaction: Transaction,
  dialect: Dialect,
  batch: CertificationRecord,
  { fileId, format, options }: BatchSettings,
): Promise<WrittenBatch> {
  const hidden = await hiddenRuns(transaction, options.bringer);
  const origin = { source: options.source, kind: format, fileId, hidden, allowEmpty: options.allowEmpty ?? false };
  return writeCertification(transaction, dialect, { ...options.judgement, ...batch }, origin);
}

const hiddenRuns = async (transaction: Transaction, bringer: IngestOptions['bringer']) =>
  bringer === undefined ? new Set<number>() : runsHiddenFrom(transaction, bringer);

async function conditions(
  transaction: Transaction,
  dialect: Dialect,
  batch: RunBatch | LumisectionBatch,
  { fileId, options }: BatchSettings,
): Promise<WrittenBatch> {
  const written = await writeConditions(transaction, dialect, batch, { fileId, onConflict: options.onConflict });
  return { ...written, issues: [] };
}

/** A row in words, for errors: what names it in the database. */
export function nameOfRow(batch: RecordBatch, row: number): string {
  switch (batch.kind) {
    case 'lumisectionHistograms':
    case 'runHistograms': {
      const element = batch.monitorElements[batch.monitorElement[row] as number]?.path;
      const dataset = batch.datasets[batch.dataset[row] as number];
      const lumisection = batch.kind === 'lumisectionHistograms' ? `, LS ${batch.lumisection[row]}` : '';
      return `run ${batch.run[row]}${lumisection}, ${element}, ${dataset}`;
    }
    case 'scalars':
      return nameOfValue(batch.scalars[row]);
    case 'qualityTests': {
      const test = batch.qualityTests[row];
      return nameOfValue(test, ` (quality test ${test?.name})`);
    }
    case 'certification':
      return `run ${batch.runs[row]?.run}`;
    case 'fractions':
      return `run ${batch.fractions[row]?.run}, ${batch.fractions[row]?.subsystem}`;
    case 'datasets':
      return `dataset ${batch.datasets[row]?.name}`;
    case 'runs':
      return `run ${batch.runs[row]?.number}`;
    case 'lumisections':
      return `run ${batch.lumisections[row]?.run}, LS ${batch.lumisections[row]?.number}`;
  }
}

function nameOfValue(
  record: (ScalarBatch['scalars'] | QualityTestBatch['qualityTests'])[number] | undefined,
  more = '',
) {
  const { run, lumisection, monitorElement, dataset } = record ?? {};
  return `run ${run}${lumisection ? `, LS ${lumisection}` : ''}, ${monitorElement}${more}, ${dataset}`;
}

/** Numbers of the rows with one outcome. */
export function rowsWith(outcomes: Uint8Array, outcome: (typeof Outcome)[keyof typeof Outcome]): number[] {
  const rows: number[] = [];
  for (let row = 0; row < outcomes.length; row++) if (outcomes[row] === outcome) rows.push(row);
  return rows;
}
