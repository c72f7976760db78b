import type { Binning } from '../../../src/domain/histogram.ts';
import type { LumisectionHistogramBatch, MonitorElementRecord, RunHistogramBatch } from '../../../src/domain/record.ts';
import { HistogramColumnsBuilder } from '../histogram-columns.ts';
import type { RootHistogram } from './histogram.ts';

/** Histograms of one level (per lumisection, or of runs) on their way into a batch. */
export class RootBatch {
  readonly #columns: HistogramColumnsBuilder;
  readonly #level: 'lumisections' | 'runs';
  #monitorElements: MonitorElementRecord[] = [];
  #places = new Map<string, number>();
  #binnings: Binning[] = [];
  #binningPlaces = new Map<string, number>();
  #titles: string[] = [];

  constructor(level: 'lumisections' | 'runs', dataset: string, capacity: number) {
    this.#level = level;
    this.#columns = new HistogramColumnsBuilder(dataset, capacity);
  }

  get count(): number {
    return this.#columns.count;
  }

  get bytes(): number {
    return this.#columns.encoder.length;
  }

  add(
    key: { run: number; lumisection: number; path: string; efficiency: boolean; line: number },
    found: RootHistogram,
  ): void {
    const { run, lumisection, path, efficiency, line } = key;
    const monitorElement = this.#monitorElement(path, found, efficiency);
    const binning = this.#binning(found);
    const { bins } = found;
    this.#columns.encoder.append(bins.contents, bins.flow, bins.contents.length, bins);
    this.#columns.add({ line, run, lumisection, monitorElement, binning, entries: found.entries }, found.moments);
    this.#titles.push(found.title);
  }

  take(): LumisectionHistogramBatch | RunHistogramBatch {
    const { lumisection, ...columns } = this.#columns.take(this.#monitorElements, this.#binnings);
    const title = this.#titles;
    this.#monitorElements = [];
    this.#binnings = [];
    this.#titles = [];
    this.#places.clear();
    this.#binningPlaces.clear();
    if (this.#level === 'runs') return { kind: 'runHistograms', ...columns, title };
    return { kind: 'lumisectionHistograms', ...columns, lumisection };
  }

  #monitorElement(path: string, { kind, axes }: RootHistogram, efficiency: boolean): number {
    const text = `${kind} ${efficiency} ${path}`;
    const known = this.#places.get(text);
    if (known !== undefined) return known;
    const place = this.#monitorElements.length;
    const dimension = axes.length === 1 ? 1 : 2;
    this.#monitorElements.push({ path, dimension, kind, ...(efficiency && { efficiency }) });
    this.#places.set(text, place);
    return place;
  }

  #binning({ title, axes }: RootHistogram): number {
    const text = JSON.stringify([title, axes]);
    const known = this.#binningPlaces.get(text);
    if (known !== undefined) return known;
    const place = this.#binnings.length;
    this.#binnings.push({ title, axes });
    this.#binningPlaces.set(text, place);
    return place;
  }
}
