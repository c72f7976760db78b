import type { Binning, Moments } from '../../src/domain/histogram.ts';
import type { LumisectionHistogramBatch, MonitorElementRecord, RunHistogramBatch } from '../../src/domain/record.ts';
import type { CheckedHistogram } from './checked-histogram.ts';
import { HistogramColumnsBuilder } from './histogram-columns.ts';

/** Where a histogram belongs. */
export interface HistogramKey {
  readonly run: number;
  /** 0 at run level. */
  readonly lumisection: number;
  readonly path: string;
  readonly efficiency: boolean;
  readonly line: number;
  /** That of the batch unless told. */
  readonly dataset?: string;
}

/** Histograms of one level (per lumisection, or of runs) on their way into a batch. */
export class HistogramBatchBuilder {
  readonly #columns: HistogramColumnsBuilder;
  readonly #level: 'lumisections' | 'runs';
  #monitorElements: MonitorElementRecord[] = [];
  #places = new Map<string, number>();
  #binnings: Binning[] = [];
  #binningPlaces = new Map<string, number>();
  #latest: (Binning & { readonly place: number }) | null = null;
  #titles: (string | null)[] = [];
  readonly #dataset: string;
  #datasets: string[] = [];

  constructor(level: 'lumisections' | 'runs', dataset: string, capacity: number) {
    this.#level = level;
    this.#dataset = dataset;
    this.#columns = new HistogramColumnsBuilder(dataset, capacity);
  }

  get count(): number {
    return this.#columns.count;
  }

  get bytes(): number {
    return this.#columns.encoder.length;
  }

  /** `title`: of a run-level histogram, its own unless told. */
  add(key: HistogramKey, found: CheckedHistogram, title: string | null = found.title): void {
    const { run, lumisection, path, efficiency, line } = key;
    const dimension = found.axes.length === 1 ? 1 : 2;
    const monitorElement = this.#monitorElement({
      path,
      dimension,
      kind: found.kind,
      ...(efficiency && { efficiency }),
    });
    const binning = this.#binning(found);
    const dataset = this.#datasetOf(key);
    const { bins } = found;
    this.#columns.encoder.append(bins.contents, bins.flow, bins.contents.length, bins);
    this.#columns.add(
      { line, run, lumisection, monitorElement, binning, dataset, entries: found.entries },
      found.moments,
    );
    this.#titles.push(title);
  }

  /** Statistics of a run without bins. */
  addSummary(key: HistogramKey, entries: number, moments: Moments, title: string | null): void {
    const { run, lumisection, path, line } = key;
    const monitorElement = this.#monitorElement({ path, dimension: null, kind: null });
    const dataset = this.#datasetOf(key);
    this.#columns.add({ line, run, lumisection, monitorElement, binning: -1, dataset, entries }, moments);
    this.#titles.push(title);
  }

  take(): LumisectionHistogramBatch | RunHistogramBatch {
    const { lumisection, ...columns } = this.#columns.take(this.#monitorElements, this.#binnings, this.#datasets);
    this.#datasets = [];
    const title = this.#titles;
    this.#monitorElements = [];
    this.#binnings = [];
    this.#titles = [];
    this.#places.clear();
    this.#binningPlaces.clear();
    this.#latest = null;
    if (this.#level === 'runs') return { kind: 'runHistograms', ...columns, title };
    return { kind: 'lumisectionHistograms', ...columns, lumisection };
  }

  #datasetOf({ dataset = this.#dataset }: HistogramKey): number {
    const known = this.#datasets.indexOf(dataset);
    return known < 0 ? this.#datasets.push(dataset) - 1 : known;
  }

  #monitorElement(record: MonitorElementRecord): number {
    const text = `${record.kind} ${record.dimension} ${record.efficiency === true} ${record.path}`;
    const known = this.#places.get(text);
    if (known !== undefined) return known;
    const place = this.#monitorElements.length;
    this.#monitorElements.push(record);
    this.#places.set(text, place);
    return place;
  }

  #binning({ title, axes }: CheckedHistogram): number {
    const latest = this.#latest;
    if (
      latest?.title === title &&
      latest.axes.length === axes.length &&
      axes.every((axis, i) => axis === latest.axes[i])
    ) {
      return latest.place;
    }
    const text = JSON.stringify([title, axes]);
    let place = this.#binningPlaces.get(text);
    if (place === undefined) {
      place = this.#binnings.length;
      this.#binnings.push({ title, axes });
      this.#binningPlaces.set(text, place);
    }
    this.#latest = { title, axes, place };
    return place;
  }
}
