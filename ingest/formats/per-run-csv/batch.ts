import type { Moments } from '../../../src/domain/histogram.ts';
import type { MonitorElementRecord, RunHistogramBatch } from '../../../src/domain/record.ts';
import { HistogramColumnsBuilder } from '../histogram-columns.ts';
import type { PerRunRow } from './row.ts';

/** Turns rows of a per-run CSV into a batch with its dictionary: statistics without bins. */
export class PerRunBatch {
  readonly #columns: HistogramColumnsBuilder;
  #monitorElements: MonitorElementRecord[] = [];
  readonly #places = new Map<string, number>();
  #titles: (string | null)[] = [];

  constructor(dataset: string, capacity: number) {
    this.#columns = new HistogramColumnsBuilder(dataset, capacity);
  }

  get count(): number {
    return this.#columns.count;
  }

  add(row: PerRunRow, line: number): void {
    const { run, statistics, title } = row;
    const monitorElement = this.#place(row.monitorElement);
    this.#columns.add(
      { line, run, lumisection: 0, monitorElement, binning: -1, entries: statistics.entries },
      momentsOf(statistics),
    );
    this.#titles.push(title);
  }

  take(): RunHistogramBatch {
    const { lumisection: _, ...columns } = this.#columns.take(this.#monitorElements, []);
    const title = this.#titles;
    this.#titles = [];
    this.#monitorElements = [];
    this.#places.clear();
    return { kind: 'runHistograms', ...columns, title };
  }

  #place(path: string): number {
    const known = this.#places.get(path);
    if (known !== undefined) return known;
    const place = this.#monitorElements.length;
    this.#monitorElements.push({ path, dimension: null, kind: null });
    this.#places.set(path, place);
    return place;
  }
}

function momentsOf({ mean, rms, skewness, kurtosis }: PerRunRow['statistics']): Moments {
  const unknown = Number.NaN;
  return { integral: unknown, meanX: mean, rmsX: rms, meanY: unknown, rmsY: unknown, skewness, kurtosis };
}
