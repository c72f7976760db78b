import type { IssueRecord, RecordBatch, ScalarRecord } from '../../../src/domain/record.ts';
import { batchLimits, type ReadOptions, type ReadStep } from '../format.ts';
import { HistogramBatchBuilder } from '../histogram-batch.ts';
import type { RootFile } from '../root/file.ts';
import { type ElementFault, ElementReader, isFault } from './element.ts';
import { type Indices, readIndices, type Section } from './indices.ts';
import { type Part, planOf } from './plan.ts';
import { type ElementTree, openTrees } from './trees.ts';

/** Entries without a name for one and the same reason are refused as one row where they are more than these. */
const MAX_NAMELESS = 10_000;

/** Reads a file part by part, see plan.ts; each step holds records of one kind. */
export class Reading {
  readonly #file: RootFile;
  readonly #options: ReadOptions;
  readonly #dataset: string;
  readonly #limits: ReturnType<typeof batchLimits>;
  readonly #elements = new ElementReader();
  readonly #start: number;
  #indices: Indices = { sections: [], empty: [], refused: [], notes: [] };
  #trees: ReadonlyMap<number, ElementTree | Error> = new Map();
  #lines = 0;
  #line = 0;
  #issues: IssueRecord[] = [];

  constructor(file: RootFile, options: ReadOptions, dataset: string) {
    this.#file = file;
    this.#options = options;
    this.#dataset = dataset;
    this.#limits = batchLimits(options);
    this.#start = options.resume?.line ?? 0;
  }

  async *steps(): AsyncGenerator<ReadStep> {
    const trees = await openTrees(this.#file);
    this.#trees = trees.byType;
    this.#indices = await readIndices(this.#file, trees);
    const plan = planOf(this.#indices);
    this.#lines = plan.reduce((sum, { lines }) => sum + lines, 0);
    for (const part of plan) {
      if (this.#line + part.lines <= this.#start) this.#line += part.lines;
      else yield* this.#part(part);
    }
  }

  lastStep(): ReadStep {
    this.#issues.push(...this.#indices.notes);
    return { batch: null, issues: this.#issues, position: { byte: this.#file.source.stamp.size, line: this.#line } };
  }

  /** Elements are spread over the file in no order: their share stands for the bytes read. */
  #step(batch: RecordBatch | null): ReadStep {
    const { size } = this.#file.source.stamp;
    const byte = Math.max(1, Math.min(size - 1, Math.floor((size * this.#line) / Math.max(1, this.#lines))));
    const step = { batch, issues: this.#issues, position: { byte, line: this.#line } };
    this.#issues = [];
    return step;
  }

  async *#part(part: Part): AsyncGenerator<ReadStep> {
    if (part.kind === 'refused') yield* this.#refused();
    else if (part.kind === 'empty') yield* this.#empty(part.sections);
    else if (part.kind === 'scalars') yield* this.#scalars(part.sections);
    else yield* this.#histograms(part);
  }

  *#refused(): Generator<ReadStep> {
    for (const issue of this.#indices.refused) {
      if (++this.#line <= this.#start) continue;
      this.#issues.push({ ...issue, line: this.#line });
      if (this.#issues.length >= this.#limits.rows) yield this.#step(null);
    }
    if (this.#issues.length > 0) yield this.#step(null);
  }

  /** Lumisections and runs in which nothing was stored. */
  *#empty(sections: readonly Section[]): Generator<ReadStep> {
    let lumisections: { run: number; number: number; line: number }[] = [];
    let runs: { number: number; line: number }[] = [];
    for (const [i, { run, lumisection }] of sections.entries()) {
      if (++this.#line <= this.#start) continue;
      if (lumisection > 0) lumisections.push({ run, number: lumisection, line: this.#line });
      else runs.push({ number: run, line: this.#line });
      const next = sections[i + 1];
      const goesOn = next !== undefined && next.lumisection > 0 === lumisection > 0;
      if (goesOn && lumisections.length + runs.length < this.#limits.rows) continue;
      yield this.#step(lumisection > 0 ? { kind: 'lumisections', lumisections } : { kind: 'runs', runs });
      lumisections = [];
      runs = [];
    }
  }

  async *#scalars(sections: readonly Section[]): AsyncGenerator<ReadStep> {
    let scalars: ScalarRecord[] = [];
    for await (const { section, tree, entry, path } of this.#chosen(sections)) {
      const scalar = await this.#elements.scalar(tree, section.type, entry);
      if (isFault(scalar)) this.#refuse(section, tree, entry, path, scalar);
      else {
        const { run, lumisection } = section;
        scalars.push({ line: this.#line, run, lumisection, dataset: this.#dataset, monitorElement: path, ...scalar });
      }
      if (scalars.length < this.#limits.rows && this.#issues.length < this.#limits.rows) continue;
      yield this.#step(scalars.length > 0 ? { kind: 'scalars', scalars } : null);
      scalars = [];
    }
    if (scalars.length > 0 || this.#issues.length > 0) {
      yield this.#step(scalars.length > 0 ? { kind: 'scalars', scalars } : null);
    }
  }

  async *#histograms({ kind, sections }: Part): AsyncGenerator<ReadStep> {
    const { rows, bytes } = this.#limits;
    const batch = new HistogramBatchBuilder(kind === 'runs' ? 'runs' : 'lumisections', this.#dataset, rows);
    for await (const { section, tree, entry, path } of this.#chosen(sections)) {
      const marked = await this.#elements.efficiency(tree, entry);
      const found = isFault(marked) ? marked : await this.#elements.histogram(tree, section.type, entry);
      if (isFault(found)) this.#refuse(section, tree, entry, path, found);
      else {
        const { run, lumisection } = section;
        const efficiency = marked === true || found.efficiency;
        batch.add({ run, lumisection, path, efficiency, line: this.#line }, found);
      }
      if (batch.count < rows && batch.bytes < bytes && this.#issues.length < rows) continue;
      yield this.#step(batch.count > 0 ? batch.take() : null);
    }
    if (batch.count > 0 || this.#issues.length > 0) yield this.#step(batch.count > 0 ? batch.take() : null);
  }

  /** The elements of the sections that are wanted; what has no name is refused here. Counts the lines. */
  async *#chosen(sections: readonly Section[]) {
    const { skip } = this.#options;
    for (const section of sections) {
      const { first, last } = section;
      const tree = this.#treeOf(section);
      const passed = Math.min(last - first + 1, Math.max(0, this.#start - this.#line));
      this.#line += passed;
      for (let entry = first + passed; entry <= last; entry++) {
        this.#line++;
        const path = await this.#elements.path(tree, entry);
        if (isFault(path)) {
          const lost = Math.min(path.end, last + 1) - entry;
          const count = lost > MAX_NAMELESS ? lost : 1;
          this.#refuse(section, tree, entry, '', path, count);
          this.#line += count - 1;
          entry += count - 1;
        } else if (!skip?.(path, this.#line)) yield { section, tree, entry, path };
      }
    }
  }

  #treeOf({ type }: Section): ElementTree {
    const tree = this.#trees.get(type);
    // sections are of trees that are there
    if (tree === undefined || tree instanceof Error) throw new Error(`no tree of type ${type}`);
    return tree;
  }

  /** All `count` entries from this one on are refused as one row. */
  #refuse(section: Section, tree: ElementTree, entry: number, path: string, fault: ElementFault, count = 1): void {
    const { run, lumisection } = section;
    const entries = count > 1 ? `entries ${entry} to ${entry + count - 1}` : `entry ${entry}`;
    this.#issues.push({
      severity: 'REJECTED',
      code: fault.code,
      line: this.#line,
      byte: fault.byte,
      field: `${tree.name}.${fault.branch}`,
      value: (path || entries).slice(0, 200),
      reason: `${entries} of tree ${tree.name} (run ${run}, LS ${lumisection}): ${fault.reason}`,
    });
  }
}
