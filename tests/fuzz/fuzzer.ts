import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ReadStep } from '../../ingest/formats/format.ts';
import { formatIds } from '../../ingest/formats/registry.ts';
import { ParseProcess } from '../../ingest/parse-process/parse-process.ts';
import { ingestFile } from '../../ingest/pipeline/pipeline.ts';
import type { FileReport, IngestSettings } from '../../ingest/pipeline/report.ts';
import { randomOf } from '../../ingest/sample/random.ts';
import type { Store } from '../../src/store/store.ts';
import { complaintsAbout, documentedCodes } from './invariants.ts';
import { type Damaged, damage, truncations } from './mutations.ts';
import type { Sample } from './samples.ts';

/** Something that must not happen, and how to make it happen again. */
export interface Finding {
  readonly sample: string;
  readonly seed: string;
  readonly number: number;
  readonly what: string;
  readonly complaint: string;
  readonly bytes: Buffer;
}

const DATASET = '/ZeroBias/Run2018A-12Nov2019_UL2018-v1/DQMIO';

/** Without a sign of life for this long a reading of files so small hangs, even where its process starts on a busy machine. */
const SILENCE_MS = 30_000;

/** Damage number `number` of a sample: the truncations first. The same seed gives the same damage, everywhere. */
export function damaged({ id, bytes }: Sample, seed: string, number: number): Damaged {
  return truncations(bytes)[number] ?? damage(bytes, randomOf(`${seed} ${id} ${number}`));
}

/** One of each kind. */
const distinct = (complaints: readonly string[]) => [
  ...new Map(complaints.map((complaint) => [kindOf(complaint), complaint])).values(),
];

/** A complaint without what differs from file to file. */
export const kindOf = (complaint: string) => complaint.replace(/\d+/g, 'N').slice(0, 80);

function formatOf({ id }: Sample): IngestSettings {
  const format = id.replace(/,.*/, '');
  return formatIds.includes(format) ? { format } : {};
}

/** Ingests damaged files into a store, one after another, and looks at everything that comes of it. */
export class Fuzzer {
  readonly findings: Finding[] = [];
  /** How often each thing came of a file: `ingested`, or the code that it was refused with. */
  readonly outcomes = new Map<string, number>();
  slowestMs = 0;
  readonly #store: Store;
  readonly #parser = new ObservedParser();
  readonly #folder = mkdtempSync(join(tmpdir(), 'lumigraph-fuzz-'));

  constructor(store: Store) {
    this.#store = store;
  }

  async try(sample: Sample, seed: string, number: number): Promise<void> {
    const { bytes, what } = damaged(sample, seed, number);
    const path = join(this.#folder, sample.name);
    writeFileSync(path, bytes);
    const started = performance.now();
    // every other one as if the user had named the format: then its reader gets whatever is left of the file
    const report = await this.#ingest(path, number % 2 === 1 ? formatOf(sample) : {});
    const complaints = [...this.#parser.takeComplaints(), ...(await this.#about(report))];
    this.slowestMs = Math.max(this.slowestMs, performance.now() - started);
    const outcome = report.error?.code ?? report.outcome;
    this.outcomes.set(outcome, (this.outcomes.get(outcome) ?? 0) + 1);
    // one of a kind is enough to mend it
    for (const complaint of distinct(complaints)) {
      this.findings.push({ sample: sample.id, seed, number, what, complaint, bytes });
    }
  }

  /** The good file, after all the bad ones. */
  async tryUndamaged({ id, name, bytes }: Sample): Promise<void> {
    const path = join(this.#folder, name);
    writeFileSync(path, bytes);
    const report = await this.#ingest(path, { force: true });
    const { outcome, error } = report;
    const complaints = [...this.#parser.takeComplaints(), ...(await this.#about(report))];
    if (outcome !== 'ingested') complaints.push(`a good file: ${outcome}, ${error?.message}`);
    for (const complaint of complaints) {
      this.findings.push({ sample: id, seed: '', number: -1, what: 'undamaged', complaint, bytes });
    }
  }

  async close(): Promise<void> {
    await this.#parser.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #ingest(path: string, more: IngestSettings): Promise<FileReport> {
    const settings = { dataset: DATASET, source: 'fuzz', ...more };
    return ingestFile({ store: this.#store, parser: this.#parser }, path, settings);
  }

  async #about({ error, outcome, fileId, issues }: FileReport): Promise<string[]> {
    const complaints: string[] = [];
    const check = (good: boolean, what: string) => void (good || complaints.push(what));
    for (const { code } of issues) check(documentedCodes.has(code), `the issue ${code} is not documented`);
    check(outcome !== 'cancelled', 'it was cancelled');
    if (error) {
      const { code, message, stack } = error;
      check(code !== 'INTERNAL' && documentedCodes.has(code), `nobody expected ${code}: ${stack ?? message}`);
      check(!code.startsWith('PARSER_'), `it took its reader down: ${code}: ${message}`);
      check(message.length > 0 && message.length < 3000, `a message of ${message.length} characters`);
      const place = error.byte ?? error.line ?? error.field ?? error.value;
      check(PLACELESS.has(code) || place !== undefined, `${code} has no place: ${message}`);
    }
    check(fileId !== null, `${error?.code ?? outcome}: nothing in the ledger tells of it`);
    if (fileId === null) return complaints;
    const [row] = await this.#store.reads.dataFiles([fileId]);
    const status = error ? ['FAILED', 'QUARANTINED'] : ['DONE'];
    check(status.includes(row?.status ?? ''), `${outcome}, but ${row?.status} in the ledger`);
    check((row?.errorCode ?? null) === (error?.code ?? null), `${error?.code}, but ${row?.errorCode} in the ledger`);
    return complaints;
  }
}

/** Nothing in such a file is at fault: all of it is. */
const PLACELESS = new Set(['EMPTY_FILE', 'UNKNOWN_FORMAT']);

/** A parse process whose every step is looked at on its way. */
class ObservedParser extends ParseProcess {
  #complaints: string[] = [];

  constructor() {
    super({ silenceMs: SILENCE_MS });
  }

  override async *read(...asked: Parameters<ParseProcess['read']>): ReturnType<ParseProcess['read']> {
    let before: ReadStep | null = null;
    for await (const step of super.read(...asked)) {
      this.#complaints.push(...complaintsAbout(step, before));
      before = step;
      yield step;
    }
  }

  takeComplaints(): string[] {
    const complaints = this.#complaints;
    this.#complaints = [];
    return complaints;
  }
}
