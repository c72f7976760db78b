import { encodeBins } from '../../../src/domain/codec.ts';
import type { Binning } from '../../../src/domain/histogram.ts';
import type {
  CertificationRecord,
  Flag,
  LumisectionHistogramBatch,
  MonitorElementRecord,
  RunHistogramBatch,
} from '../../../src/domain/record.ts';

export const PROMPT = '/ZeroBias/Run2018A-PromptReco-v1/DQMIO';
export const OTHER = '/ZeroBias/Run2018A-UL2018-v1/DQMIO';

export interface LumisectionRow {
  readonly run?: number;
  readonly ls?: number;
  readonly me?: string;
  readonly dataset?: string;
  readonly entries?: number;
  /** Three in-range bins with flow: five cells (a nine-cell map is a two-axis histogram of one bin each). */
  readonly bins?: readonly number[];
  readonly dimension?: 1 | 2;
  readonly title?: string;
  /** Blob to use instead of the encoded bins. */
  readonly blob?: Uint8Array;
}

export interface RunRow {
  readonly run?: number;
  readonly me?: string;
  readonly dataset?: string;
  readonly title?: string | null;
  readonly entries?: number;
  readonly mean?: number;
  readonly rms?: number;
  readonly bins?: readonly number[];
}

const axis = (bins: number) => ({ bins, min: 0, max: bins, title: '' });

class Dictionary<Entry> {
  readonly entries: Entry[] = [];
  readonly #places = new Map<string, number>();
  place(entry: Entry): number {
    const key = JSON.stringify(entry);
    const place = this.#places.get(key) ?? this.entries.push(entry) - 1;
    this.#places.set(key, place);
    return place;
  }
}

const sum = (bins: readonly number[]) => bins.reduce((a, b) => a + b, 0);

/** A batch of per-LS histograms; line of row i: i + 2. */
export function lumisections(rows: readonly LumisectionRow[]): LumisectionHistogramBatch {
  const elements = new Dictionary<MonitorElementRecord>();
  const datasets = new Dictionary<string>();
  const binnings = new Dictionary<Binning>();
  const filled = rows.map((row) => {
    const bins = row.bins ?? [0, 1, 2, 3, 0];
    const dimension = row.dimension ?? 1;
    const binning = { title: row.title ?? '', axes: dimension === 1 ? [axis(bins.length - 2)] : [axis(1), axis(1)] };
    return {
      run: row.run ?? 1,
      ls: row.ls ?? 1,
      element: elements.place({ path: row.me ?? 'a', dimension, kind: dimension === 1 ? 'TH1' : 'TH2' }),
      dataset: datasets.place(row.dataset ?? PROMPT),
      binning: binnings.place(binning),
      entries: row.entries ?? sum(bins),
      integral: dimension === 1 ? sum(bins.slice(1, -1)) : (bins[4] ?? 0),
      blob: row.blob ?? encodeBins({ flow: true, contents: Float64Array.from(bins) }),
    };
  });
  return {
    kind: 'lumisectionHistograms',
    ...columns(filled, elements, datasets, binnings),
    lumisection: Int32Array.from(filled, ({ ls }) => ls),
  };
}

/** A batch of run-level histograms, with or without bins. */
export function runLevel(rows: readonly RunRow[]): RunHistogramBatch {
  const elements = new Dictionary<MonitorElementRecord>();
  const datasets = new Dictionary<string>();
  const binnings = new Dictionary<Binning>();
  const filled = rows.map((row) => ({
    run: row.run ?? 1,
    element: elements.place({ path: row.me ?? 'a', dimension: row.bins ? 1 : null, kind: row.bins ? 'TH1' : null }),
    dataset: datasets.place(row.dataset ?? PROMPT),
    binning: row.bins ? binnings.place({ title: '', axes: [axis(row.bins.length - 2)] }) : -1,
    entries: row.entries ?? 100,
    integral: row.bins ? sum(row.bins.slice(1, -1)) : Number.NaN,
    blob: row.bins ? encodeBins({ flow: true, contents: Float64Array.from(row.bins) }) : new Uint8Array(),
  }));
  return {
    kind: 'runHistograms',
    ...columns(filled, elements, datasets, binnings),
    meanX: Float64Array.from(rows, ({ mean }) => mean ?? 1.5),
    rmsX: Float64Array.from(rows, ({ rms }) => rms ?? Number.NaN),
    title: rows.map(({ title }) => title ?? null),
  };
}

interface Filled {
  readonly run: number;
  readonly element: number;
  readonly dataset: number;
  readonly binning: number;
  readonly entries: number;
  readonly integral: number;
  readonly blob: Uint8Array;
}

function columns(
  rows: readonly Filled[],
  elements: Dictionary<MonitorElementRecord>,
  datasets: Dictionary<string>,
  binnings: Dictionary<Binning>,
) {
  let end = 0;
  const unknown = () => new Float64Array(rows.length).fill(Number.NaN);
  return {
    count: rows.length,
    line: Float64Array.from(rows, (_, i) => i + 2),
    run: Int32Array.from(rows, ({ run }) => run),
    monitorElement: Int32Array.from(rows, ({ element }) => element),
    dataset: Int32Array.from(rows, ({ dataset }) => dataset),
    binning: Int32Array.from(rows, ({ binning }) => binning),
    entries: Float64Array.from(rows, ({ entries }) => entries),
    integral: Float64Array.from(rows, ({ integral }) => integral),
    meanX: unknown(),
    rmsX: unknown(),
    meanY: unknown(),
    rmsY: unknown(),
    skewness: unknown(),
    kurtosis: unknown(),
    blobs: Buffer.concat(rows.map(({ blob }) => blob)),
    blobEnds: Uint32Array.from(rows, ({ blob }) => (end += blob.length)),
    monitorElements: elements.entries,
    datasets: datasets.entries,
    binnings: binnings.entries,
  };
}

/** Verdicts: `{ 315257: [[1, 88], [91, 92, 'BAD']] }`. */
export function certification(
  runs: Record<number, readonly (readonly [first: number, last: number, flag?: Flag])[]>,
  subsystem = '',
): CertificationRecord {
  return {
    kind: 'certification',
    dataset: '',
    subsystem,
    runs: Object.entries(runs).map(([run, ranges], i) => ({
      run: Number(run),
      line: i + 1,
      ranges: ranges.map(([first, last, flag = 'GOOD']) => ({ first, last, flag })),
    })),
  };
}
