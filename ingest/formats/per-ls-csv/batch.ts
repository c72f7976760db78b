import type { Binning } from '../../../src/domain/histogram.ts';
import { computeMoments } from '../../../src/domain/moments.ts';
import type { LumisectionHistogramBatch, MonitorElementRecord } from '../../../src/domain/record.ts';
import { ByteDictionary } from '../csv/byte-dictionary.ts';
import { badText, pathFault } from '../csv/cell-faults.ts';
import type { RowFault } from '../csv/fault.ts';
import { nameOf } from '../csv/text.ts';
import { HistogramColumnsBuilder } from '../histogram-columns.ts';
import type { PerLsHistogram } from './histogram.ts';

/** Turns rows of per-LS files into a batch with its dictionaries. */
export class PerLsBatch {
  readonly #columns: HistogramColumnsBuilder;
  /** By number of axes: one name may stand for a TH1 here and a TH2 there. */
  readonly #names = [new ByteDictionary(), new ByteDictionary()] as const;
  /** Per dictionary, the place of its names in #monitorElements. */
  readonly #places: [number[], number[]] = [[], []];
  #monitorElements: MonitorElementRecord[] = [];
  #binnings: Binning[] = [];
  #binningByText = new Map<string, number>();
  /** Binning of the latest row of each monitor element: as a rule the next one's, too. */
  #latestBinning: number[] = [];

  constructor(dataset: string, capacity: number) {
    this.#columns = new HistogramColumnsBuilder(dataset, capacity);
  }

  get count(): number {
    return this.#columns.count;
  }

  get bytes(): number {
    return this.#columns.encoder.length;
  }

  /**
   * Why the row is no histogram (its name is that of no monitor element, its contents add up to no number): then
   * nothing is added. Null when the row is in the batch.
   */
  add(row: PerLsHistogram, name: Buffer, line: number): RowFault | null {
    const before = this.#monitorElements.length;
    const monitorElement = this.#monitorElement(row, name);
    if (typeof monitorElement !== 'number') return monitorElement;
    const binning = this.#binning(row, monitorElement);
    const { axes } = this.#binnings[binning] as Binning;
    const { list, flow } = row;
    const moments = computeMoments({ flow, contents: list.values }, axes);
    if (!Number.isFinite(moments.integral)) {
      if (this.#monitorElements.length > before) this.#forgetLatest(row.dimension);
      return { code: 'NOT_FINITE', reason: 'the contents add up to more than a float64 holds', field: 'histo' };
    }
    this.#columns.encoder.append(list.values, flow, list.length);
    const { run, lumisection, entries } = row;
    this.#columns.add({ line, run, lumisection, monitorElement, binning, entries }, moments);
    return null;
  }

  take(): LumisectionHistogramBatch {
    const columns = this.#columns.take(this.#monitorElements, this.#binnings);
    for (const names of this.#names) names.clear();
    this.#places[0].length = 0;
    this.#places[1].length = 0;
    this.#latestBinning.length = 0;
    this.#binningByText.clear();
    this.#monitorElements = [];
    this.#binnings = [];
    return { kind: 'lumisectionHistograms', ...columns };
  }

  #monitorElement(row: PerLsHistogram, name: Buffer): number | RowFault {
    const { dimension } = row;
    const names = this.#names[dimension - 1] as ByteDictionary;
    const places = this.#places[dimension - 1] as number[];
    const before = names.size;
    const found = names.add(name, 0, name.length);
    if (found < before) return places[found] as number;
    const path = nameOf(name);
    const fault = path === null ? badText('hname', name) : pathFault('hname', path);
    if (path === null || fault) {
      names.removeLast();
      return fault as RowFault;
    }
    const place = this.#monitorElements.length;
    this.#monitorElements.push({ path, dimension, kind: dimension === 1 ? 'TH1' : 'TH2' });
    places.push(place);
    return place;
  }

  #forgetLatest(dimension: 1 | 2): void {
    this.#names[dimension - 1]?.removeLast();
    this.#places[dimension - 1]?.pop();
    this.#monitorElements.pop();
    this.#latestBinning.length = Math.min(this.#latestBinning.length, this.#monitorElements.length);
  }

  #binning(row: PerLsHistogram, monitorElement: number): number {
    const latest = this.#latestBinning[monitorElement];
    if (latest !== undefined && isBinningOf(this.#binnings[latest] as Binning, row)) return latest;
    const { nx, xMin, xMax, ny, yMin, yMax, dimension } = row;
    const text = `${dimension} ${nx} ${xMin} ${xMax} ${ny} ${yMin} ${yMax}`;
    let binning = this.#binningByText.get(text);
    if (binning === undefined) {
      binning = this.#binnings.length;
      const x = { bins: nx, min: xMin, max: xMax, title: '' };
      const axes = dimension === 1 ? [x] : [x, { bins: ny, min: yMin, max: yMax, title: '' }];
      this.#binnings.push({ title: '', axes });
      this.#binningByText.set(text, binning);
    }
    this.#latestBinning[monitorElement] = binning;
    return binning;
  }
}

function isBinningOf({ axes: [x, y] }: Binning, row: PerLsHistogram): boolean {
  if (x?.bins !== row.nx || x.min !== row.xMin || x.max !== row.xMax) return false;
  if (!y) return row.dimension === 1;
  return row.dimension === 2 && y.bins === row.ny && y.min === row.yMin && y.max === row.yMax;
}
