import { BinsEncoder } from '../../src/domain/bins-encoder.ts';
import type { NumberArray } from '../../src/domain/histogram.ts';
import { computeMoments } from '../../src/domain/moments.ts';
import type { LumisectionHistogramBatch, RunHistogramBatch } from '../../src/domain/record.ts';
import { SAMPLE_HISTOGRAMS } from './elements.ts';

/** Collects histograms of the sample, one row at a time, into the columns of a batch. */
export class SampleColumns {
  readonly #encoder = new BinsEncoder();
  readonly #rows: Row[] = [];
  readonly #datasets: readonly string[];

  constructor(datasets: readonly string[]) {
    this.#datasets = datasets;
  }

  get count(): number {
    return this.#rows.length;
  }

  /** `element` and `dataset` are indexes; `contents` (flow bins included) may be reused by the caller. */
  add(run: number, lumisection: number, element: number, dataset: number, contents: NumberArray): void {
    const histogram = histogramOf(element);
    let entries = 0;
    for (let i = 0; i < histogram.cells; i++) entries += contents[i] as number;
    const end = this.#encoder.append(contents, true, histogram.cells);
    this.#rows.push({
      run,
      lumisection,
      element,
      dataset,
      entries,
      end,
      ...computeMoments({ flow: true, contents: contents.subarray(0, histogram.cells) }, histogram.axes),
    });
  }

  /** The rows so far as a batch of per-LS histograms; empties the collection. */
  takeLumisections(): LumisectionHistogramBatch {
    const lumisection = Int32Array.from(this.#rows, (row) => row.lumisection);
    return { kind: 'lumisectionHistograms', lumisection, ...this.#take() };
  }

  /** The rows so far as a batch of run-level histograms; empties the collection. */
  takeRuns(): RunHistogramBatch {
    const title = this.#rows.map((row) => histogramOf(row.element).title);
    return { kind: 'runHistograms', title, ...this.#take() };
  }

  #take(): Omit<RunHistogramBatch, 'kind' | 'title'> {
    const rows = this.#rows.splice(0);
    const numbers = (of: (row: Row) => number) => Float64Array.from(rows, of);
    return {
      count: rows.length,
      line: new Float64Array(rows.length),
      run: Int32Array.from(rows, (row) => row.run),
      monitorElement: Int32Array.from(rows, (row) => row.element),
      dataset: Int32Array.from(rows, (row) => row.dataset),
      binning: Int32Array.from(rows, (row) => row.element),
      entries: numbers((row) => row.entries),
      integral: numbers((row) => row.integral),
      meanX: numbers((row) => row.meanX),
      rmsX: numbers((row) => row.rmsX),
      meanY: numbers((row) => row.meanY),
      rmsY: numbers((row) => row.rmsY),
      skewness: numbers((row) => row.skewness),
      kurtosis: numbers((row) => row.kurtosis),
      blobs: this.#encoder.take(),
      blobEnds: Uint32Array.from(rows, (row) => row.end),
      monitorElements: SAMPLE_HISTOGRAMS.map(({ path, axes, kind }) => ({
        path,
        kind,
        dimension: axes.length === 1 ? 1 : 2,
      })),
      datasets: this.#datasets,
      binnings: SAMPLE_HISTOGRAMS.map(({ title, axes }) => ({ title, axes })),
    };
  }
}

interface Row {
  readonly run: number;
  readonly lumisection: number;
  readonly element: number;
  readonly dataset: number;
  readonly entries: number;
  readonly end: number;
  readonly integral: number;
  readonly meanX: number;
  readonly rmsX: number;
  readonly meanY: number;
  readonly rmsY: number;
  readonly skewness: number;
  readonly kurtosis: number;
}

const histogramOf = (element: number) => SAMPLE_HISTOGRAMS[element] as (typeof SAMPLE_HISTOGRAMS)[number];
