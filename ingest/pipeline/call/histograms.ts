import type { Axis } from '../../../src/domain/axis.ts';
import type { ErrorOption } from '../../../src/domain/histogram.ts';
import { MAX_LUMISECTION } from '../../../src/domain/lumi-mask.ts';
import type { IssueRecord, RecordBatch } from '../../../src/domain/record.ts';
import { type CheckedHistogram, checkedHistogram, type SourceNames } from '../../formats/checked-histogram.ts';
import { type RowFault, rejectedRow } from '../../formats/csv/fault.ts';
import { HistogramBatchBuilder, type HistogramKey } from '../../formats/histogram-batch.ts';
import { axisFault } from '../../formats/per-ls-csv/histogram.ts';
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
  readonly errorOption?: ErrorOption | null;
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

/** What profiles alone have. */
const OF_PROFILES = ['binEntries', 'binSumw2', 'errorOption'] as const;

/** Turns histograms of one level into a batch; what is wrong with one costs that one. */
export function histogramRows(level: 'lumisections' | 'runs', inputs: readonly HistogramInput[]): CallRows {
  const rows = new CallHistograms(level, inputs.length);
  const issues: IssueRecord[] = [];
  for (const [i, input] of inputs.entries()) {
    const fault = rows.add(input, i + 1);
    if (fault) issues.push(rejectedRow(fault, i + 1));
  }
  return { rows: inputs.length, batches: rows.take(), issues };
}

/** The histograms of a call. Names and axes that many rows share are looked at once. */
class CallHistograms {
  readonly #level: 'lumisections' | 'runs';
  readonly #batch: HistogramBatchBuilder;
  readonly #datasetFault = remembered((name) => datasetFault('dataset', name));
  readonly #elementFault = remembered((path) => monitorElementFault('monitorElement', path));
  readonly #axes = new Map<string, Axis | RowFault>();
  /** The latest plain one in each place: mostly the next one is alike. */
  readonly #latest: Axis[] = [];

  constructor(level: 'lumisections' | 'runs', capacity: number) {
    this.#level = level;
    this.#batch = new HistogramBatchBuilder(level, '', capacity);
  }

  take(): RecordBatch[] {
    return this.#batch.count > 0 ? [this.#batch.take()] : [];
  }

  /** @returns why the row is refused, null where it is not. */
  add(input: HistogramInput, line: number): RowFault | null {
    const { dataset, monitorElement: path } = input;
    const run = counted(input.run, 'run');
    if (isFault(run)) return run;
    const lumisection = this.#level === 'runs' ? 0 : counted(input.lumisection ?? null, 'lumisection', MAX_LUMISECTION);
    if (isFault(lumisection)) return lumisection;
    const badText = this.#datasetFault(dataset) ?? this.#elementFault(path) ?? textFault('title', input.title);
    if (badText) return badText;
    const stated = finiteOrBlank(input.entries ?? null, 'entries');
    if (isFault(stated)) return stated;
    const entries = stated ?? Number.NaN;
    const efficiency = input.efficiency === true;
    const key: HistogramKey = { run, lumisection, path, dataset, efficiency, line };
    if (this.#level === 'runs' && input.bins == null && input.axes == null)
      return this.#addSummary(key, input, entries);
    for (const field of STATISTICS) {
      if (input[field] != null) return computed(field, input[field]);
    }
    const histogram = this.#histogram(input, entries, efficiency);
    if (isFault(histogram)) return histogram;
    this.#batch.add(key, histogram, input.title ?? null);
    return null;
  }

  #addSummary(key: HistogramKey, input: HistogramInput, entries: number): RowFault | null {
    const fault = firstFault(...STATISTICS.map((name) => finiteOrBlank(input[name] ?? null, name)));
    if (fault) return fault;
    if (entries < 0) {
      return { code: 'NEGATIVE_ENTRIES', reason: `entries is ${entries}`, field: 'entries', value: String(entries) };
    }
    const rmsX = input.rmsX ?? Number.NaN;
    if (rmsX < 0)
      return { code: 'NEGATIVE_RMS', reason: 'a width is not negative', field: 'rmsX', value: String(rmsX) };
    for (const field of ['kind', 'sumw2', 'errors', ...OF_PROFILES] as const) {
      if (input[field] != null) return { code: 'MISSING_VALUE', reason: `${field} without bins`, field: 'bins' };
    }
    const unknown = Number.NaN;
    const { meanX, skewness, kurtosis } = input;
    const moments = {
      ...{ integral: unknown, meanY: unknown, rmsY: unknown, rmsX },
      ...{ meanX: meanX ?? unknown, skewness: skewness ?? unknown, kurtosis: kurtosis ?? unknown },
    };
    this.#batch.addSummary(key, entries, moments, input.title ?? null);
    return null;
  }

  #histogram(input: HistogramInput, entries: number, efficiency: boolean): CheckedHistogram | RowFault {
    const given = input.axes ?? [];
    if (given.length !== 1 && given.length !== 2) {
      return { code: 'DIMENSION', reason: `${given.length} axes, where a histogram has one or two`, field: 'axes' };
    }
    const kind = input.kind ?? (given.length === 1 ? 'TH1' : 'TH2');
    if ((kind === 'TH2' || kind === 'PROFILE2D') !== (given.length === 2)) {
      return { code: 'DIMENSION', reason: `${given.length} axes do not make a ${kind}`, field: 'axes', value: kind };
    }
    const fault = kindFault(kind, input);
    if (fault) return fault;
    const axes: Axis[] = [];
    for (let i = 0; i < given.length; i++) {
      const axis = this.#axis(given[i] as AxisInput, i);
      if (isFault(axis)) return axis;
      axes.push(axis);
    }
    return checkedHistogram(
      {
        // one by one: spreading an object into another takes longer than all that is checked
        kind,
        title: input.title ?? '',
        axes,
        entries,
        efficiency,
        flow: input.flow ?? false,
        contents: input.bins ?? undefined,
        sumw2: input.errors?.map((error) => error * error) ?? input.sumw2 ?? undefined,
        binEntries: input.binEntries ?? undefined,
        binSumw2: input.binSumw2 ?? undefined,
        errorOption: input.errorOption ?? undefined,
      },
      NAMES,
    );
  }

  /** Equal axes are one object: what is computed of it, and looked up, is computed once. */
  #axis(input: AxisInput, i: number): Axis | RowFault {
    const { bins, min, max, edges, labels, title } = input;
    const latest = this.#latest[i];
    const isPlain = edges == null && labels == null;
    if (
      isPlain &&
      latest?.bins === bins &&
      latest?.min === min &&
      latest?.max === max &&
      latest?.title === (title ?? '')
    ) {
      return latest as Axis;
    }
    const name = JSON.stringify([i, bins, min, max, title, labels, edges && [...edges]]);
    let axis = this.#axes.get(name);
    if (axis === undefined) {
      axis = axisOf(input, i);
      this.#axes.set(name, axis);
    }
    if (isPlain && !isFault(axis)) this.#latest[i] = axis;
    return axis;
  }
}

/** What a check says of a text, asked once for each text. */
function remembered(check: (text: string) => RowFault | null): (text: string) => RowFault | null {
  const known = new Map<string, RowFault | null>();
  return (text) => {
    let fault = known.get(text);
    if (fault === undefined) {
      fault = check(text);
      known.set(text, fault);
    }
    return fault;
  };
}

function computed(field: string, value: number): RowFault {
  const reason = 'it is computed from the bins: state it of a run-level histogram without bins only';
  return { code: 'COMPUTED', reason, field, value: String(value) };
}

/** Why a histogram of the kind has not what is stated of it. */
function kindFault(kind: string, input: HistogramInput): RowFault | null {
  if (input.sumw2 != null && input.errors != null) {
    return { code: 'COLUMNS_DISAGREE', reason: 'errors are said twice: give errors or sumw2', field: 'errors' };
  }
  if (kind === 'PROFILE' || kind === 'PROFILE2D') {
    if (input.errors == null) return null;
    const reason = 'errors of a profile are computed: give sumw2 (the sums of w y^2), and errorOption';
    return { code: 'COMPUTED', reason, field: 'errors' };
  }
  const field = OF_PROFILES.find((name) => input[name] != null);
  return field === undefined ? null : { code: 'NOT_OF_KIND', reason: `a ${kind} has no ${field}`, field, value: kind };
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
