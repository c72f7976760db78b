import { BinsEncoder } from '../../src/domain/bins-encoder.ts';
import type { Binning, Moments } from '../../src/domain/histogram.ts';
import type { HistogramColumns, MonitorElementRecord } from '../../src/domain/record.ts';

/** One row of a batch, the bins aside. */
export interface HistogramRow {
  readonly line: number;
  readonly run: number;
  /** 0 for run-level rows. */
  readonly lumisection: number;
  readonly monitorElement: number;
  /** -1 without bins. */
  readonly binning: number;
  readonly entries: number;
  /** Index into the datasets that `take` is given: 0 unless told. */
  readonly dataset?: number;
}

/** Collects rows into the columns of a batch. Every row belongs to the one dataset, or to one of those given to `take`. */
export class HistogramColumnsBuilder {
  /** Bins of the next row are appended here before `add`. */
  readonly encoder = new BinsEncoder();
  count = 0;
  readonly #dataset: string;
  #line: Float64Array<ArrayBuffer>;
  #run: Int32Array<ArrayBuffer>;
  #lumisection: Int32Array<ArrayBuffer>;
  #monitorElement: Int32Array<ArrayBuffer>;
  #datasets: Int32Array<ArrayBuffer>;
  #binning: Int32Array<ArrayBuffer>;
  #blobEnds: Uint32Array<ArrayBuffer>;
  #entries: Float64Array<ArrayBuffer>;
  /** integral, meanX, rmsX, meanY, rmsY, skewness, kurtosis. */
  #moments: Float64Array<ArrayBuffer>[];

  constructor(dataset: string, capacity: number) {
    this.#dataset = dataset;
    this.#line = new Float64Array(capacity);
    this.#run = new Int32Array(capacity);
    this.#lumisection = new Int32Array(capacity);
    this.#monitorElement = new Int32Array(capacity);
    this.#datasets = new Int32Array(capacity);
    this.#binning = new Int32Array(capacity);
    this.#blobEnds = new Uint32Array(capacity);
    this.#entries = new Float64Array(capacity);
    this.#moments = Array.from({ length: 7 }, () => new Float64Array(capacity));
  }

  /** `capacity` rows at most; the caller takes the batch before. */
  add(row: HistogramRow, moments: Moments): void {
    const i = this.count++;
    this.#line[i] = row.line;
    this.#run[i] = row.run;
    this.#lumisection[i] = row.lumisection;
    this.#monitorElement[i] = row.monitorElement;
    this.#datasets[i] = row.dataset ?? 0;
    this.#binning[i] = row.binning;
    this.#blobEnds[i] = this.encoder.length;
    this.#entries[i] = row.entries;
    const [integral, meanX, rmsX, meanY, rmsY, skewness, kurtosis] = this.#moments as MomentColumns;
    integral[i] = moments.integral;
    meanX[i] = moments.meanX;
    rmsX[i] = moments.rmsX;
    meanY[i] = moments.meanY;
    rmsY[i] = moments.rmsY;
    skewness[i] = moments.skewness;
    kurtosis[i] = moments.kurtosis;
  }

  /** The rows so far as columns, copied; starts again at 0. */
  take(
    monitorElements: readonly MonitorElementRecord[],
    binnings: readonly Binning[],
    datasets: readonly string[] = [this.#dataset],
  ): HistogramColumns & { readonly lumisection: Int32Array<ArrayBuffer> } {
    const { count } = this;
    this.count = 0;
    const [integral, meanX, rmsX, meanY, rmsY, skewness, kurtosis] = this.#moments.map((column) =>
      column.slice(0, count),
    ) as MomentColumns;
    return {
      count,
      line: this.#line.slice(0, count),
      run: this.#run.slice(0, count),
      lumisection: this.#lumisection.slice(0, count),
      monitorElement: this.#monitorElement.slice(0, count),
      dataset: this.#datasets.slice(0, count),
      entries: this.#entries.slice(0, count),
      integral,
      meanX,
      rmsX,
      meanY,
      rmsY,
      skewness,
      kurtosis,
      binning: this.#binning.slice(0, count),
      blobs: this.encoder.take(),
      blobEnds: this.#blobEnds.slice(0, count),
      monitorElements,
      datasets,
      binnings,
    };
  }
}

type MomentColumns = [
  Float64Array<ArrayBuffer>,
  Float64Array<ArrayBuffer>,
  Float64Array<ArrayBuffer>,
  Float64Array<ArrayBuffer>,
  Float64Array<ArrayBuffer>,
  Float64Array<ArrayBuffer>,
  Float64Array<ArrayBuffer>,
];
