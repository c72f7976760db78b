import { type BinSections, BinsEncoder } from '../../src/domain/bins-encoder.ts';
import type { Binning } from '../../src/domain/histogram.ts';
import { computeMoments } from '../../src/domain/moments.ts';
import type { HistogramColumns, LumisectionHistogramBatch, RunHistogramBatch } from '../../src/domain/record.ts';

/** A monitor element with its binning, as a test books it. */
export interface Booking extends Binning {
  readonly path: string;
}

export interface TestHistogram {
  readonly run: number;
  /** Left out for run-level histograms. */
  readonly lumisection?: number;
  readonly dataset: string;
  readonly element: Booking;
  /** With flow bins unless `flow` is false. */
  readonly contents: Float64Array;
  readonly flow?: boolean;
  readonly sections?: BinSections;
}

export function lumisectionBatch(histograms: readonly TestHistogram[]): LumisectionHistogramBatch {
  const lumisection = Int32Array.from(histograms, (histogram) => histogram.lumisection as number);
  return { kind: 'lumisectionHistograms', lumisection, ...columns(histograms) };
}

export function runBatch(histograms: readonly TestHistogram[]): RunHistogramBatch {
  return { kind: 'runHistograms', title: histograms.map(({ element }) => element.title), ...columns(histograms) };
}

function columns(histograms: readonly TestHistogram[]): HistogramColumns {
  const elements = [...new Set(histograms.map(({ element }) => element))];
  const datasets = [...new Set(histograms.map(({ dataset }) => dataset))];
  const encoder = new BinsEncoder();
  const blobEnds = Uint32Array.from(histograms, ({ contents, flow = true, sections }) =>
    encoder.append(contents, flow, contents.length, sections),
  );
  const moments = histograms.map(({ contents, flow = true, element }) =>
    computeMoments({ contents, flow }, element.axes),
  );
  const numbers = (of: (typeof moments)[number][keyof (typeof moments)[number]][]) => Float64Array.from(of);
  const element = Int32Array.from(histograms, (histogram) => elements.indexOf(histogram.element));
  return {
    count: histograms.length,
    line: Float64Array.from(histograms, (_, i) => i + 2),
    run: Int32Array.from(histograms, ({ run }) => run),
    monitorElement: element,
    dataset: Int32Array.from(histograms, ({ dataset }) => datasets.indexOf(dataset)),
    entries: Float64Array.from(histograms, ({ contents }) => contents.reduce((sum, value) => sum + value, 0)),
    integral: numbers(moments.map(({ integral }) => integral)),
    meanX: numbers(moments.map(({ meanX }) => meanX)),
    rmsX: numbers(moments.map(({ rmsX }) => rmsX)),
    meanY: numbers(moments.map(({ meanY }) => meanY)),
    rmsY: numbers(moments.map(({ rmsY }) => rmsY)),
    skewness: numbers(moments.map(({ skewness }) => skewness)),
    kurtosis: numbers(moments.map(({ kurtosis }) => kurtosis)),
    binning: element,
    blobs: encoder.take(),
    blobEnds,
    monitorElements: elements.map(({ path, axes }) => ({
      path,
      dimension: axes.length === 1 ? 1 : 2,
      kind: axes.length === 1 ? 'TH1' : 'TH2',
    })),
    datasets,
    binnings: elements.map(({ title, axes }) => ({ title, axes })),
  };
}

/** Statistics alone, as per-run CSVs bring them. */
export function summaryBatch(
  rows: readonly {
    run: number;
    dataset: string;
    path: string;
    title: string;
    entries: number;
    meanX: number;
    rmsX: number;
  }[],
): RunHistogramBatch {
  const empty = Float64Array.from(rows, () => Number.NaN);
  return {
    kind: 'runHistograms',
    title: rows.map(({ title }) => title),
    count: rows.length,
    line: Float64Array.from(rows, (_, i) => i + 2),
    run: Int32Array.from(rows, ({ run }) => run),
    monitorElement: Int32Array.from(rows, (_, i) => i),
    dataset: Int32Array.from(rows, (_, i) => i),
    entries: Float64Array.from(rows, ({ entries }) => entries),
    integral: empty,
    meanX: Float64Array.from(rows, ({ meanX }) => meanX),
    rmsX: Float64Array.from(rows, ({ rmsX }) => rmsX),
    meanY: empty,
    rmsY: empty,
    skewness: Float64Array.from(rows, () => 0.25),
    kurtosis: Float64Array.from(rows, () => -0.5),
    binning: Int32Array.from(rows, () => -1),
    blobs: new Uint8Array(),
    blobEnds: new Uint32Array(rows.length),
    monitorElements: rows.map(({ path }) => ({ path, dimension: null, kind: null })),
    datasets: rows.map(({ dataset }) => dataset),
    binnings: [],
  };
}
