import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomOf } from '../../ingest/sample/random.ts';
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

/** What reads files, and looks at all that comes of each. */
export interface Reader {
  /** @param number of the damage; null: there is none. */
  read(path: string, sample: Sample, number: number | null): Promise<Outcome>;
  close(): Promise<void>;
}

export interface Outcome {
  /** What became of the file, or the code that it was refused with. */
  readonly outcome: string;
  /** Whether it was read as a good file is. */
  readonly isGood: boolean;
  readonly complaints: readonly string[];
}

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

/** Has damaged files read, one after another. */
export class Fuzzer {
  readonly findings: Finding[] = [];
  /** How often each thing came of a file. */
  readonly outcomes = new Map<string, number>();
  slowestMs = 0;
  readonly #reader: Reader;
  readonly #folder = mkdtempSync(join(tmpdir(), 'lumigraph-fuzz-'));

  constructor(reader: Reader) {
    this.#reader = reader;
  }

  async try(sample: Sample, seed: string, number: number): Promise<void> {
    const { bytes, what } = damaged(sample, seed, number);
    const started = performance.now();
    const { outcome, complaints } = await this.#read(sample, bytes, number);
    this.slowestMs = Math.max(this.slowestMs, performance.now() - started);
    this.outcomes.set(outcome, (this.outcomes.get(outcome) ?? 0) + 1);
    // one of a kind is enough to mend it
    for (const complaint of distinct(complaints)) {
      this.findings.push({ sample: sample.id, seed, number, what, complaint, bytes });
    }
  }

  /** The good file, after all the bad ones. */
  async tryUndamaged(sample: Sample): Promise<void> {
    const { id, bytes } = sample;
    const { outcome, isGood, complaints } = await this.#read(sample, bytes, null);
    for (const complaint of isGood ? complaints : [...complaints, `a good file: ${outcome}`]) {
      this.findings.push({ sample: id, seed: '', number: -1, what: 'undamaged', complaint, bytes });
    }
  }

  async close(): Promise<void> {
    await this.#reader.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #read(sample: Sample, bytes: Buffer, number: number | null): Promise<Outcome> {
    const path = join(this.#folder, sample.name);
    writeFileSync(path, bytes);
    return this.#reader.read(path, sample, number);
  }
}
