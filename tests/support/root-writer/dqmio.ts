import type { Compress } from './compress.ts';
import { MemorySink, RootFileWriter } from './file-writer.ts';
import { type BranchKind, type TreeOptions, TreeWriter } from './tree.ts';

/** Trees of a DQMIO file, by the number of their type. */
export const TYPE_TREES: readonly (readonly [tree: string, value: BranchKind])[] = [
  ['Ints', 'i64'],
  ['Floats', 'f64'],
  ['Strings', 'string'],
  ['TH1Fs', { object: 'TH1F' }],
  ['TH1Ss', { object: 'TH1S' }],
  ['TH1Ds', { object: 'TH1D' }],
  ['TH2Fs', { object: 'TH2F' }],
  ['TH2Ss', { object: 'TH2S' }],
  ['TH2Ds', { object: 'TH2D' }],
  ['TH3Fs', { object: 'TH3F' }],
  ['TProfiles', { object: 'TProfile' }],
  ['TProfile2Ds', { object: 'TProfile2D' }],
  ['TH1Is', { object: 'TH1I' }],
  ['TH2Is', { object: 'TH2I' }],
];

const NOTHING_STORED = 1000;

export interface WrittenElement {
  /** The name of its tree. */
  readonly tree: string;
  readonly fullName: string;
  readonly flags?: number;
  /** A number, a text, or the members of a histogram (with a `className` where the branch says another). */
  readonly value: unknown;
}

export interface IndexRow {
  readonly run: number;
  readonly lumi: number;
  readonly type: number;
  readonly first: number;
  /** Inclusive. */
  readonly last: number;
}

export interface DqmioOptions extends TreeOptions {
  readonly compress?: Compress;
  /** Trees left out. */
  readonly without?: readonly string[];
  /** Changes what the tree `Indices` says. */
  readonly mendIndices?: (rows: IndexRow[]) => IndexRow[];
  /** Trees of types that nobody knows: name and class of their values. */
  readonly moreTrees?: readonly (readonly [tree: string, value: BranchKind])[];
  /** Changes the members of a tree before they are written. */
  readonly mendTree?: (tree: string, values: Record<string, unknown>) => Record<string, unknown>;
}

/** Writes a DQMIO file as the framework does: the elements of an LS (or, at its end, of a run) type by type. */
export class DqmioWriter {
  readonly #file: RootFileWriter;
  readonly #options: DqmioOptions;
  readonly #trees: { readonly name: string; readonly type: number; readonly writer: TreeWriter }[];
  readonly #rows: IndexRow[] = [];

  constructor(file: RootFileWriter, options: DqmioOptions = {}) {
    this.#file = file;
    this.#options = options;
    this.#trees = [...TYPE_TREES, ...(options.moreTrees ?? [])].map(([name, value], type) => ({
      name,
      type,
      writer: new TreeWriter(file, name, { FullName: 'string', Flags: 'u32', Value: value }, options),
    }));
  }

  /** `lumi` 0: of the whole run. */
  add(run: number, lumi: number, elements: readonly WrittenElement[]): void {
    let stored = false;
    for (const { name, type, writer } of this.#trees) {
      const ofType = elements.filter(({ tree }) => tree === name);
      if (ofType.length === 0) continue;
      stored = true;
      const first = writer.entries;
      for (const { fullName, flags = 0, value } of ofType) writer.fill(fullName, flags, value);
      this.#rows.push({ run, lumi, type, first, last: writer.entries - 1 });
    }
    if (!stored) this.#rows.push({ run, lumi, type: NOTHING_STORED, first: 0, last: 0 });
  }

  end(): void {
    const { without = [], mendIndices = (rows) => rows, mendTree = (_, values) => values } = this.#options;
    const indices = new TreeWriter(
      this.#file,
      'Indices',
      {
        Run: 'u32',
        Lumi: 'u32',
        ProcessHistoryIndex: 'u32',
        BeginTime: 'u64',
        EndTime: 'u64',
        Type: 'u32',
        FirstIndex: 'u64',
        LastIndex: 'u64',
      },
      this.#options,
    );
    const time = (1_685_000_000n << 32n) | 250_000n;
    for (const { run, lumi, type, first, last } of mendIndices(this.#rows)) {
      indices.fill(run, lumi, 0, time, time + (23n << 32n), type, first, last);
    }
    const keys = [indices.end((values) => mendTree('Indices', values))];
    for (const { name, writer } of this.#trees) keys.push(writer.end((values) => mendTree(name, values)));
    const names = ['Indices', ...this.#trees.map(({ name }) => name)];
    this.#file.end(keys.filter((_, i) => !without.includes(names[i] ?? '')));
  }
}

/** A whole DQMIO file. */
export function dqmioFile(
  sets: readonly { readonly run: number; readonly lumi: number; readonly elements: readonly WrittenElement[] }[],
  options: DqmioOptions = {},
): Buffer {
  const sink = new MemorySink();
  const writer = new DqmioWriter(new RootFileWriter(sink, options.compress), options);
  for (const { run, lumi, elements } of sets) writer.add(run, lumi, elements);
  writer.end();
  return sink.take();
}
