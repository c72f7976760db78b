import type { Axis } from '../../src/domain/axis.ts';
import { type LumisectionRange, mergeRanges } from '../../src/domain/lumi-mask.ts';
import type { HistogramColumns, MonitorElementKind, RecordBatch, ScalarBatch } from '../../src/domain/record.ts';

/** What records a file holds, counted. */
export interface FileContents {
  readonly runs: readonly RunContents[];
  readonly datasets: readonly string[];
  readonly elements: readonly ElementContents[];
  /** Records that are no histograms, by kind: certification (runs), runs, lumisections. */
  readonly others: Readonly<Record<string, number>>;
}

export interface RunContents {
  readonly run: number;
  /** Lumisections that something is said about, as inclusive ranges. */
  readonly lumisections: readonly (readonly [first: number, last: number])[];
  readonly lumisectionHistograms: number;
  readonly runHistograms: number;
}

export interface ElementContents {
  readonly path: string;
  readonly dimension: number | null;
  readonly kind: MonitorElementKind | null;
  /** Bins of each axis, one text for each booking that occurs: `100`, `72 x 50`. */
  readonly bins: readonly string[];
  /** Or values, of a scalar. */
  readonly lumisectionHistograms: number;
  readonly runHistograms: number;
}

type Draft<T> = { -readonly [Key in keyof T]: T[Key] };

interface RunDraft extends Draft<Omit<RunContents, 'run' | 'lumisections'>> {
  /** Lumisections one by one, and in ranges, whose end may be far away. */
  readonly seen: Set<number>;
  readonly ranges: LumisectionRange[];
}

/** Counts the records of a file, batch by batch. */
export class Contents {
  readonly #runs = new Map<number, RunDraft>();
  readonly #datasets = new Set<string>();
  readonly #elements = new Map<string, Draft<Omit<ElementContents, 'bins'>> & { bins: Set<string> }>();
  readonly #others = new Map<string, number>();

  add(batch: RecordBatch): void {
    switch (batch.kind) {
      case 'lumisectionHistograms':
        this.#histograms(batch, batch.lumisection);
        break;
      case 'runHistograms':
        this.#histograms(batch, null);
        break;
      case 'scalars':
        this.#scalars(batch);
        break;
      case 'qualityTests':
        for (const { run, lumisection } of batch.qualityTests) this.#seen(run, lumisection);
        this.#count(batch.kind, batch.qualityTests.length);
        break;
      case 'certification':
        for (const { run, ranges } of batch.runs) {
          const known = this.#run(run).ranges;
          for (const range of ranges) known.push(range);
        }
        this.#count(batch.kind, batch.runs.length);
        break;
      case 'fractions':
        for (const { run } of batch.fractions) this.#run(run);
        this.#count(batch.kind, batch.fractions.length);
        break;
      case 'datasets':
        for (const { name } of batch.datasets) this.#datasets.add(name);
        this.#count(batch.kind, batch.datasets.length);
        break;
      case 'runs':
        for (const { number } of batch.runs) this.#run(number);
        this.#count(batch.kind, batch.runs.length);
        break;
      case 'lumisections':
        for (const { run, number } of batch.lumisections) this.#run(run).seen.add(number);
        this.#count(batch.kind, batch.lumisections.length);
        break;
      default:
        this.#count((batch as { kind: string }).kind, 1);
    }
  }

  take(): FileContents {
    return {
      runs: [...this.#runs]
        .sort(([a], [b]) => a - b)
        .map(([run, { seen, ranges, ...counts }]) => ({ run, lumisections: rangesOf(seen, ranges), ...counts })),
      datasets: [...this.#datasets].filter((name) => name !== '').sort(),
      elements: [...this.#elements.values()]
        .sort((a, b) => (a.path < b.path ? -1 : 1))
        .map((element) => ({ ...element, bins: [...element.bins] })),
      others: Object.fromEntries(this.#others),
    };
  }

  #histograms(batch: HistogramColumns, lumisections: Int32Array | null): void {
    const level = lumisections ? 'lumisectionHistograms' : 'runHistograms';
    const shapes = batch.binnings.map(({ axes }) => axes.map(({ bins }: Axis) => bins).join(' x '));
    const elements = batch.monitorElements.map((element) => this.#element(element));
    for (let row = 0; row < batch.count; row++) {
      const run = this.#run(batch.run[row] as number);
      run[level]++;
      if (lumisections) run.seen.add(lumisections[row] as number);
      const element = elements[batch.monitorElement[row] as number];
      if (!element) continue;
      element[level]++;
      const shape = shapes[batch.binning[row] as number];
      if (shape !== undefined) element.bins.add(shape);
      this.#datasets.add(batch.datasets[batch.dataset[row] as number] ?? '');
    }
  }

  #scalars({ kind, scalars }: ScalarBatch): void {
    for (const { run, lumisection, dataset, monitorElement: path } of scalars) {
      this.#seen(run, lumisection);
      this.#datasets.add(dataset);
      const level = lumisection > 0 ? 'lumisectionHistograms' : 'runHistograms';
      this.#element({ path, dimension: null, kind: 'SCALAR' })[level]++;
    }
    this.#count(kind, scalars.length);
  }

  #seen(run: number, lumisection: number): void {
    const { seen } = this.#run(run);
    if (lumisection > 0) seen.add(lumisection);
  }

  #element({ path, dimension, kind }: HistogramColumns['monitorElements'][number]) {
    const known = this.#elements.get(path);
    const element = known ?? {
      path,
      dimension,
      kind,
      bins: new Set<string>(),
      lumisectionHistograms: 0,
      runHistograms: 0,
    };
    if (!known) this.#elements.set(path, element);
    return element;
  }

  #run(number: number) {
    const known = this.#runs.get(number);
    const run = known ?? { seen: new Set<number>(), ranges: [], lumisectionHistograms: 0, runHistograms: 0 };
    if (!known) this.#runs.set(number, run);
    return run;
  }

  #count(kind: string, more: number): void {
    this.#others.set(kind, (this.#others.get(kind) ?? 0) + more);
  }
}

/** Numbers, one by one and in ranges, as sorted disjoint ranges. */
export function rangesOf(
  numbers: ReadonlySet<number>,
  more: readonly LumisectionRange[] = [],
): [first: number, last: number][] {
  const ranges = Array.from(Int32Array.from(numbers).sort(), (number) => ({ first: number, last: number }));
  return mergeRanges([...ranges, ...more]).ranges.map(({ first, last }) => [first, last]);
}
