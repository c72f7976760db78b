import type { Axis } from '../../../src/domain/axis.ts';
import type { IssueRecord, RecordBatch } from '../../../src/domain/record.ts';
import { type CheckedHistogram, checkedHistogram, type SourceNames } from '../../formats/checked-histogram.ts';
import { type RowFault, rejectedRow } from '../../formats/csv/fault.ts';
import { axisFault } from '../../formats/per-ls-csv/histogram.ts';
import { RootBatch, type RootKey } from '../../formats/root/batch.ts';
import { counted, finiteOrBlank, isFault } from '../../formats/table/cell-checks.ts';
import type { CallRows } from './bring.ts';
import { datasetFault, firstFault, monitorElementFault, textFault } from './checks.ts';

/** An axis as a client states it: bins, min and max, or edges. */
export interface AxisInput {
  readonly bins?: number | null;
  readonly min?: number | null;
  readonly max?: number | null;
  readonly edges?: Float64Array | null;
  readonly labels?: readonly (string | null | undefined)[] | null;
  readonly title?: string | null;
}

export interface HistogramInput {
  readonly run: number;
  readonly lumisection?: number;
  readonly dataset: string;
  readonly monitorElement: string;
  readonly kind?: 'TH1' | 'TH2' | 'PROFILE' | 'PROFILE2D' | null;
  readonly efficiency?: boolean | null;
  readonly title?: string | null;
  readonly axes?: readonly AxisInput[] | null;
  readonly bins?: Float64Array | null;
  readonly flow?: boolean | null;
  readonly sumw2?: Float64Array | null;
  readonly errors?: Float64Array | null;
  readonly binEntries?: Float64Array | null;
  readonly binSumw2?: Float64Array | null;
  readonly entries?: number | null;
  readonly meanX?: number | null;
  readonly rmsX?: number | null;
  readonly skewness?: number | null;
  readonly kurtosis?: number | null;
}

const NAMES: SourceNames = {
  contents: 'bins',
  sumw2: 'sumw2',
  binEntries: 'binEntries',
  binSumw2: 'binSumw2',
  entries: 'entries',
};

/** What is computed from bins, and stated only where there are none. */
const STATISTICS = ['meanX', 'rmsX', 'skewness', 'kurtosis'] as const;

/** Turns histograms of one level into a batch; what is wrong with one costs that one. */
export function histogramRows(level: 'lumisections' | 'runs', inputs: readonly HistogramInput[]): CallRows {
  const batch = new RootBatch(level, '', inputs.length);
  const issues: IssueRecord[] = [];
  for (const [i, input] of inputs.entries()) {
    const fault = addTo(batch, level, input, i + 1);
    if (fault) issues.push(rejectedRow(fault, i + 1));
  }
  const batches: RecordBatch[] = batch.count > 0 ? [batch.take()] : [];
  return { rows: inputs.length, batches, issues };
}

function addTo(batch: RootBatch, level: string, input: HistogramInput, line: number): RowFault | null {
  const run = counted(input.run, 'run');
  const lumisection = level === 'runs' ? 0 : counted(input.lumisection ?? null, 'lumisection');
  const entries = finiteOrBlank(input.entries ?? null, 'entries');
  const fault = firstFault(
    run,
    lumisection,
    datasetFault('dataset', input.dataset),
    monitorElementFault('monitorElement', input.monitorElement),
    textFault('title', input.title),
    entries,
  );
  if (fault) return fault;
  const { dataset, monitorElement: path } = input;
  const efficiency = input.efficiency === true;
  const key = { run, lumisection, path, dataset, efficiency, line } as RootKey;
  const known = (entries as number | null) ?? Number.NaN;
  if (level === 'runs' && input.bins == null && input.axes == null) return addSummary(batch, key, input, known);
  for (const field of STATISTICS) {
    if (input[field] != null) return computed(field, input[field]);
  }
  const histogram = histogramOf(input, known, efficiency);
  if (isFault(histogram)) return histogram;
  batch.add(key, histogram as CheckedHistogram, input.title ?? null);
  return null;
}

function computed(field: string, value: number): RowFault {
  const reason = 'it is computed from the bins: state it of a run-level histogram without bins only';
  return { code: 'COMPUTED', reason, field, value: String(value) };
}

function addSummary(batch: RootBatch, key: RootKey, input: HistogramInput, entries: number): RowFault | null {
  const fault = firstFault(...STATISTICS.map((name) => finiteOrBlank(input[name] ?? null, name)));
  if (fault) return fault;
  if (entries < 0)
    return { code: 'NEGATIVE_ENTRIES', reason: `entries is ${entries}`, field: 'entries', value: String(entries) };
  const rmsX = input.rmsX ?? Number.NaN;
  if (rmsX < 0) return { code: 'NEGATIVE_RMS', reason: 'a width is not negative', field: 'rmsX', value: String(rmsX) };
  const unknown = Number.NaN;
  const { meanX, skewness, kurtosis } = input;
  const moments = {
    ...{ integral: unknown, meanY: unknown, rmsY: unknown, rmsX },
    ...{ meanX: meanX ?? unknown, skewness: skewness ?? unknown, kurtosis: kurtosis ?? unknown },
  };
  batch.addSummary(key, entries, moments, input.title ?? null);
  return null;
}

function histogramOf(input: HistogramInput, entries: number, efficiency: boolean): CheckedHistogram | RowFault {
  const given = input.axes ?? [];
  if (given.length !== 1 && given.length !== 2) {
    return { code: 'DIMENSION', reason: `${given.length} axes, where a histogram has one or two`, field: 'axes' };
  }
  const kind = input.kind ?? (given.length === 1 ? 'TH1' : 'TH2');
  if ((kind === 'TH2' || kind === 'PROFILE2D') !== (given.length === 2)) {
    return { code: 'DIMENSION', reason: `${given.length} axes do not make a ${kind}`, field: 'axes', value: kind };
  }
  if (input.sumw2 != null && input.errors != null) {
    return { code: 'COLUMNS_DISAGREE', reason: 'errors are said twice: give errors or sumw2', field: 'errors' };
  }
  const axes: Axis[] = [];
  for (const [i, axis] of given.entries()) {
    const made = axisOf(axis, i);
    if (isFault(made)) return made;
    axes.push(made as Axis);
  }
  return checkedHistogram(
    {
      ...{ kind, title: input.title ?? '', axes, entries, efficiency, flow: input.flow ?? false },
      contents: input.bins ?? undefined,
      sumw2: input.errors?.map((error) => error * error) ?? input.sumw2 ?? undefined,
      binEntries: input.binEntries ?? undefined,
      binSumw2: input.binSumw2 ?? undefined,
    },
    NAMES,
  );
}

function axisOf(input: AxisInput, i: number): Axis | RowFault {
  const field = `axes.${i}`;
  const edges = input.edges ? [...input.edges] : undefined;
  const bins = input.bins ?? (edges && edges.length - 1);
  const min = input.min ?? edges?.[0];
  const max = input.max ?? edges?.at(-1);
  if (bins === undefined || min === undefined || max === undefined) {
    return { code: 'MISSING_VALUE', reason: 'an axis has bins, min and max, or edges', field };
  }
  const text = firstFault(
    textFault(`${field}.title`, input.title),
    ...(input.labels ?? []).map((label) => textFault(`${field}.labels`, label)),
  );
  if (text) return text;
  const fault = edges ? null : axisFault(i === 0 ? 'X' : 'Y', bins, min, max);
  if (fault) return { ...fault, field };
  const labels = input.labels?.map((label) => label ?? null);
  return { bins, min, max, ...(edges && { edges }), ...(labels && { labels }), title: input.title ?? '' };
}
