import type {
  HistogramColumns,
  IssueRecord,
  QualityTestRecord,
  RecordBatch,
  ScalarRecord,
} from '../../src/domain/record.ts';
import { pathFault } from '../formats/csv/cell-faults.ts';
import { type RowFault, rejectedRow } from '../formats/csv/fault.ts';
import type { Format, ReadOptions, ReadStep, RowKey } from '../formats/format.ts';
import { compileChoice, type ElementChoice, namesOf, pathOf, type SkippedElement } from '../pipeline/elements.ts';
import type { ByteSource } from '../source.ts';
import type { Located } from './messages.ts';

/** Options of a reading, with what the user says about monitor elements; formats know nothing of that. */
export interface JobOptions extends ReadOptions {
  readonly elements?: ElementChoice;
}

export interface ChosenStep extends ReadStep {
  /** Rows left out since the step before; the first step of a resumed reading has those before its start too. */
  readonly skipped?: readonly SkippedElement[];
}

/** Format.read with monitor elements renamed and left out as `options.elements` says. */
export async function* readChosen(
  format: Format,
  source: ByteSource,
  { elements, ...options }: JobOptions,
): AsyncGenerator<ChosenStep> {
  if (!elements) {
    yield* format.read(source, options);
    return;
  }
  const chooser = new Chooser(elements);
  const { resume } = options;
  if (resume) {
    // what was left out, and which names brought which rows, is kept nowhere but in the file itself
    const skip = (name: string, line: number) => line > resume.line || chooser.skips(name) || !chooser.mayCollide(name);
    for await (const step of format.read(source, { ...options, resume: undefined, skip })) {
      chooser.choose(step, resume.line);
      if (step.position.byte >= resume.byte && step.position.line >= resume.line) break;
    }
  }
  for await (const step of format.read(source, { ...options, skip: (name) => chooser.skips(name) })) {
    const chosen = chooser.choose(step);
    yield { ...chosen, skipped: chooser.takeSkipped() };
  }
  const skipped = chooser.takeSkipped();
  if (resume && skipped.length > 0) yield { batch: null, issues: [], position: resume, skipped };
}

/** Format.locate for keys whose monitor elements were renamed, and what people call the lines. */
export async function locateChosen(
  format: Format,
  source: ByteSource,
  keys: readonly RowKey[],
  options: JobOptions,
): Promise<Located> {
  const lines = await linesOf(format, source, keys, options);
  const told = new Set(keys.flatMap(({ line }, i) => [line, ...(lines[i] ?? []).slice(0, 1)]));
  const places = (await format.placesOf?.(source, [...told])) ?? [];
  return {
    lines,
    places: new Map([...told].flatMap((line, i) => (places[i] ? [[line, places[i]]] : []))),
    lineIs: format.lineIs ?? 'line',
  };
}

async function linesOf(
  format: Format,
  source: ByteSource,
  keys: readonly RowKey[],
  { elements, ...options }: JobOptions,
): Promise<readonly (readonly number[])[]> {
  if (!elements) return format.locate(source, keys, options);
  const asked = keys.flatMap((key, place) =>
    namesOf(key.monitorElement, elements).map((name) => ({ place, key: { ...key, monitorElement: name } })),
  );
  const found = await format.locate(
    source,
    asked.map(({ key }) => key),
    options,
  );
  const lines = keys.map((): number[] => []);
  for (const [index, { place }] of asked.entries()) lines[place]?.push(...(found[index] ?? []));
  return lines.map((ofKey) => ofKey.sort((a, b) => a - b));
}

class Chooser {
  readonly #elements: ElementChoice;
  readonly #wanted: (path: string) => boolean;
  readonly #names = new Map<string, About>();
  #skipped = new Map<string, number>();
  /** Of paths that several names lead to: the first name and line of each (run, LS). */
  readonly #first = new Map<string, { name: string; line: number }>();

  constructor(elements: ElementChoice) {
    this.#elements = elements;
    this.#wanted = compileChoice(elements);
  }

  takeSkipped(): SkippedElement[] {
    const skipped = [...this.#skipped].map(([path, rows]) => ({ path, rows }));
    this.#skipped = new Map();
    return skipped;
  }

  /** Whether a row of this name is left out, which is counted. */
  skips(name: string): boolean {
    const { path, wanted } = this.#about(name);
    if (!wanted) this.#skipped.set(path, (this.#skipped.get(path) ?? 0) + 1);
    return !wanted;
  }

  /** Whether another name may lead to the path of this one. */
  mayCollide(name: string): boolean {
    return this.#about(name).ambiguous;
  }

  /** @param lastLine rows after this line are passed over. */
  choose(step: ReadStep, lastLine = Number.POSITIVE_INFINITY): ReadStep {
    const { batch } = step;
    if (batch?.kind === 'scalars') {
      const { values: scalars, issues } = this.#values(batch.scalars, lastLine);
      return withValues(step, scalars.length > 0 ? { kind: 'scalars', scalars } : null, issues);
    }
    if (batch?.kind === 'qualityTests') {
      const { values: qualityTests, issues } = this.#values(batch.qualityTests, lastLine);
      return withValues(step, qualityTests.length > 0 ? { kind: 'qualityTests', qualityTests } : null, issues);
    }
    if (batch?.kind !== 'lumisectionHistograms' && batch?.kind !== 'runHistograms') return step;
    const names = batch.monitorElements.map(({ path }) => this.#about(path));
    const kept = new Int32Array(batch.count);
    let count = 0;
    const issues: IssueRecord[] = [];
    for (let row = 0; row < batch.count; row++) {
      if ((batch.line[row] as number) > lastLine) break;
      const index = batch.monitorElement[row] as number;
      const { path, wanted, ambiguous, fault } = names[index] as (typeof names)[number];
      if (!wanted) {
        this.#skipped.set(path, (this.#skipped.get(path) ?? 0) + 1);
        continue;
      }
      const collision = ambiguous ? this.#collide(keyOfRow(batch, row), path) : null;
      if (fault) issues.push(rejectedRow(fault, batch.line[row] as number));
      else if (collision) issues.push(collision);
      else kept[count++] = row;
    }
    const monitorElements = batch.monitorElements.map((element, index) => ({
      ...element,
      path: names[index]?.path ?? element.path,
    }));
    const rows = kept.subarray(0, count);
    return {
      ...step,
      batch: count === 0 ? null : takeRows({ ...batch, monitorElements }, rows),
      issues: issues.length === 0 ? step.issues : [...step.issues, ...issues],
    };
  }

  /** Scalars, or results of quality tests, that are wanted. */
  #values<Value extends ScalarRecord | QualityTestRecord>(records: readonly Value[], lastLine: number) {
    const values: Value[] = [];
    const issues: IssueRecord[] = [];
    for (const record of records) {
      const { line = 0, monitorElement, run, lumisection } = record;
      if (line > lastLine || this.skips(monitorElement)) continue;
      const { path, ambiguous, fault } = this.#about(monitorElement);
      const key = { name: monitorElement, run, lumisection, line, ...('name' in record && { test: record.name }) };
      const collision = ambiguous ? this.#collide(key, path) : null;
      if (fault) issues.push(rejectedRow(fault, line));
      else if (collision) issues.push(collision);
      else values.push({ ...record, monitorElement: path });
    }
    return { values, issues };
  }

  #about(name: string): About {
    const known = this.#names.get(name);
    if (known) return known;
    const path = pathOf(name, this.#elements);
    const about = {
      path,
      wanted: this.#wanted(path),
      ambiguous: namesOf(path, this.#elements).length > 1,
      // the name may be one, and the prefix, and both together not
      fault: pathFault('monitorElement', path),
    };
    this.#names.set(name, about);
    return about;
  }

  /** The issue of a row whose path another name has taken in its (run, LS). */
  #collide({ name, run, lumisection, line, test }: ChosenKey, path: string): IssueRecord | null {
    const key = JSON.stringify([run, lumisection, path, test]);
    const first = this.#first.get(key);
    if (!first) this.#first.set(key, { name, line });
    if (!first || first.name === name) return null;
    const place = (at: number, what: string) => (at > 0 ? `${what} in line ${at}` : what);
    return {
      severity: 'CONFLICTING',
      code: 'NAMES_COLLIDE',
      ...(line > 0 ? { line } : {}),
      field: 'monitorElement',
      value: name,
      reason: `${place(line, name)} and ${place(first.line, first.name)} both are ${path} in run ${run}${
        lumisection > 0 ? `, LS ${lumisection}` : ''
      }, as the names were mapped: ${first.name} stays, ${name} does not`,
    };
  }
}

/** What is known of a name of the file. */
interface About {
  readonly path: string;
  readonly wanted: boolean;
  /** Several names may lead to its path. */
  readonly ambiguous: boolean;
  /** Why its path is none. */
  readonly fault: RowFault | null;
}

/** A row by the name that its file gives its monitor element. */
interface ChosenKey {
  readonly name: string;
  readonly run: number;
  readonly lumisection: number;
  readonly line: number;
  /** The quality test whose result it is. */
  readonly test?: string;
}

const keyOfRow = (batch: HistogramBatch, row: number): ChosenKey => ({
  name: batch.monitorElements[batch.monitorElement[row] as number]?.path ?? '',
  run: batch.run[row] as number,
  lumisection: batch.kind === 'lumisectionHistograms' ? (batch.lumisection[row] as number) : 0,
  line: batch.line[row] as number,
});

const withValues = (step: ReadStep, batch: RecordBatch | null, issues: readonly IssueRecord[]): ReadStep => ({
  ...step,
  batch,
  issues: issues.length === 0 ? step.issues : [...step.issues, ...issues],
});

type HistogramBatch = Extract<RecordBatch, { kind: 'lumisectionHistograms' | 'runHistograms' }>;

/** A batch of some rows of another, and what they need of its dictionaries. */
function takeRows(batch: HistogramBatch, rows: Int32Array): HistogramBatch {
  if (rows.length === batch.count) return batch;
  const elements = new Renumbered(batch.monitorElements);
  const binnings = new Renumbered(batch.binnings);
  const blobEnds = new Uint32Array(rows.length);
  const slice = (row: number) => batch.blobs.subarray(row === 0 ? 0 : batch.blobEnds[row - 1], batch.blobEnds[row]);
  let bytes = 0;
  for (const row of rows) bytes += slice(row).length;
  const blobs = new Uint8Array(bytes);
  let end = 0;
  for (const [place, row] of rows.entries()) {
    blobs.set(slice(row), end);
    end += slice(row).length;
    blobEnds[place] = end;
  }
  const columns: HistogramColumns = {
    ...batch,
    count: rows.length,
    line: rows64(batch.line, rows),
    run: Int32Array.from(rows, (row) => batch.run[row] as number),
    monitorElement: Int32Array.from(rows, (row) => elements.place(batch.monitorElement[row] as number)),
    dataset: Int32Array.from(rows, (row) => batch.dataset[row] as number),
    binning: Int32Array.from(rows, (row) => binnings.place(batch.binning[row] as number)),
    entries: rows64(batch.entries, rows),
    integral: rows64(batch.integral, rows),
    meanX: rows64(batch.meanX, rows),
    rmsX: rows64(batch.rmsX, rows),
    meanY: rows64(batch.meanY, rows),
    rmsY: rows64(batch.rmsY, rows),
    skewness: rows64(batch.skewness, rows),
    kurtosis: rows64(batch.kurtosis, rows),
    blobs,
    blobEnds,
    monitorElements: elements.used,
    binnings: binnings.used,
  };
  if (batch.kind === 'lumisectionHistograms') {
    const lumisection = Int32Array.from(rows, (row) => batch.lumisection[row] as number);
    return { ...columns, kind: batch.kind, lumisection };
  }
  return { ...columns, kind: batch.kind, title: Array.from(rows, (row) => batch.title[row] ?? null) };
}

const rows64 = (values: Float64Array, rows: Int32Array) => Float64Array.from(rows, (row) => values[row] as number);

/** The entries of a dictionary that are used, in the order of their first use. */
class Renumbered<Entry> {
  readonly used: Entry[] = [];
  readonly #entries: readonly Entry[];
  readonly #places = new Map<number, number>();

  constructor(entries: readonly Entry[]) {
    this.#entries = entries;
  }

  /** Where an entry stands among the used ones; -1 (none) stays -1. */
  place(index: number): number {
    if (index < 0) return index;
    const known = this.#places.get(index);
    if (known !== undefined) return known;
    this.#places.set(index, this.used.length);
    return this.used.push(this.#entries[index] as Entry) - 1;
  }
}
