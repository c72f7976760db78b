import type { Format, ReadOptions, ReadStep } from '../../../ingest/formats/format.ts';
import type { ByteSource } from '../../../ingest/source.ts';
import { decodeBins } from '../../../src/domain/codec.ts';
import type { IssueRecord, QualityTestRecord, RecordBatch, ScalarRecord } from '../../../src/domain/record.ts';
import { shapeOf } from '../../../src/domain/shape.ts';

/** A record with nothing columnar about it: NaN is null, bins are a list. */
export type PlainRow = Readonly<Record<string, unknown>> & { readonly line: number; readonly run: number };

/** The rows of a batch, as the vectors write them. */
export function plainRows(batch: RecordBatch | null): PlainRow[] {
  if (batch === null) return [];
  if (batch.kind === 'certification') return batch.runs.map((run) => ({ subsystem: batch.subsystem, ...run }));
  if (batch.kind === 'lumisections') return batch.lumisections.map((row) => ({ ...row, line: row.line ?? 0 }));
  if (batch.kind === 'runs') return batch.runs.map((row) => ({ ...row, run: row.number, line: row.line ?? 0 }));
  if (batch.kind === 'fractions') return batch.fractions.map((row) => ({ ...row, line: row.line ?? 0 }));
  if (batch.kind === 'scalars' || batch.kind === 'qualityTests') {
    const records: readonly (ScalarRecord | QualityTestRecord)[] =
      batch.kind === 'scalars' ? batch.scalars : batch.qualityTests;
    return records.map(({ monitorElement: path, ...row }) => ({
      ...row,
      line: row.line ?? 0,
      monitorElement: { path },
    }));
  }
  if (batch.kind !== 'lumisectionHistograms' && batch.kind !== 'runHistograms')
    throw new Error('a batch of another kind');
  return Array.from({ length: batch.count }, (_, i) => {
    const number = (column: ArrayLike<number>): number | null => {
      const value = column[i] as number;
      return Number.isNaN(value) ? null : value;
    };
    const binning = batch.binnings[batch.binning[i] as number] ?? null;
    const blob = batch.blobs.subarray(batch.blobEnds[i - 1] ?? 0, batch.blobEnds[i]);
    const bins = binning && decodeBins(blob, shapeOf(binning));
    return {
      line: batch.line[i] as number,
      run: batch.run[i] as number,
      ...(batch.kind === 'lumisectionHistograms'
        ? { lumisection: batch.lumisection[i] as number }
        : { title: batch.title[i] }),
      monitorElement: batch.monitorElements[batch.monitorElement[i] as number],
      dataset: batch.datasets[batch.dataset[i] as number],
      entries: number(batch.entries),
      integral: number(batch.integral),
      meanX: number(batch.meanX),
      rmsX: number(batch.rmsX),
      meanY: number(batch.meanY),
      rmsY: number(batch.rmsY),
      skewness: number(batch.skewness),
      kurtosis: number(batch.kurtosis),
      binning,
      ...(bins && { flow: bins.flow, contents: Array.from(bins.contents) }),
      ...(bins?.sumw2 && { sumw2: Array.from(bins.sumw2) }),
      ...(bins?.binEntries && { binEntries: Array.from(bins.binEntries) }),
      ...(bins?.binSumw2 && { binSumw2: Array.from(bins.binSumw2) }),
    };
  });
}

export interface Reading {
  readonly rows: PlainRow[];
  readonly issues: IssueRecord[];
  readonly steps: readonly ReadStep[];
  /** What ended the reading early. */
  readonly error: unknown;
}

/** Reads to the end, or to the error. */
export async function readAll(format: Format, source: ByteSource, options: ReadOptions): Promise<Reading> {
  const steps: ReadStep[] = [];
  let error: unknown = null;
  try {
    for await (const step of format.read(source, options)) steps.push(step);
  } catch (thrown) {
    error = thrown;
  }
  return {
    rows: steps.flatMap(({ batch }) => plainRows(batch)),
    issues: steps.flatMap(({ issues }) => issues),
    steps,
    error,
  };
}
