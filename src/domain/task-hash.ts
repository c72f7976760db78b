import { createHash } from 'node:crypto';
import { bytesOf, decodeBins } from './codec.ts';
import type { NumberArray } from './histogram.ts';
import { injectionText } from './injection.ts';
import type { Shape } from './shape.ts';
import type { TaskMember } from './task.ts';

/** A histogram that belongs to a member of a task. */
export interface TaskItem {
  readonly run: number;
  /** 0: of the whole run. */
  readonly lumisection: number;
  readonly monitorElement: string;
  /** Of the axes and titles (domain/binning.ts). */
  readonly binningHash: string;
  /** See binsHash. */
  readonly binsHash: string;
}

const sha256 = () => createHash('sha256');

/**
 * SHA-256 in hexadecimal over bins as they are meant, however their blob was deflated: for the contents and each section
 * that there is, a line `NAME TYPE` (`contents uint16`) and the numbers, little-endian; before them the line `flow` or
 * `no flow`, behind them the line `errors OPTION` of profiles that have one. Numbers have the narrowest type that holds
 * them (see codec.ts), so that equal counts have equal hashes. @throws CorruptBinsError
 */
export function binsHash(blob: Uint8Array, shape: Shape): string {
  const bins = decodeBins(blob, shape);
  const hash = sha256().update(bins.flow ? 'flow\n' : 'no flow\n');
  for (const name of ['contents', 'sumw2', 'binEntries', 'binSumw2'] as const) {
    const numbers = bins[name];
    if (numbers !== undefined) hash.update(`${name} ${typeOf(numbers)}\n`).update(bytesOf(numbers));
  }
  if (bins.errorOption !== undefined) hash.update(`errors ${bins.errorOption}\n`);
  return hash.digest('hex');
}

const typeOf = (numbers: NumberArray) => numbers.constructor.name.replace('Array', '').toLowerCase();

/**
 * SHA-256 over what a member is made of: a line `RUN LS DATASET BINNING BINS PATH` for each histogram, by lumisection, then
 * by code point of the path. The path stands last, as it may hold blanks.
 */
export function memberDigest(dataset: string, items: readonly TaskItem[]): Uint8Array {
  const hash = sha256();
  for (const { run, lumisection, monitorElement, binningHash, binsHash: bins } of items) {
    hash.update(`${run} ${lumisection} ${dataset} ${binningHash} ${bins} ${monitorElement}\n`);
  }
  return hash.digest();
}

/** What a task is about, beside its members. */
export interface TaskSubject {
  readonly dataset: string;
  readonly monitorElements: readonly string[];
  readonly granularity: string;
  readonly windowLength: number;
  /** What the truth is made of: `source SOURCE DATASET SUBSYSTEM VERSION` as JSON texts, one for each version. */
  readonly truthVersions: readonly string[];
  /** Of TEST. */
  readonly hidesTruth: boolean;
}

/**
 * The content hash of a task: SHA-256 over the lines `lumigraph task 1`, `dataset NAME`, `granularity G N`, one
 * `monitorElement PATH` and one `truth VERSION` each (sorted by code point), and for each member, by part, run and first
 * lumisection, `PART RUN FIRST LAST TRUTH DIGEST`, with the truth HIDDEN where `hidesTruth`: few labels could be guessed from a
 * hash; and behind that `KIND STRENGTH SEED` of what is done to it. The digest is of its histograms before that.
 */
export class TaskHash {
  readonly #hash = sha256();
  readonly #hidesTruth: boolean;

  constructor({ dataset, monitorElements, granularity, windowLength, truthVersions, hidesTruth }: TaskSubject) {
    this.#hidesTruth = hidesTruth;
    this.#hash.update(`lumigraph task 1\ndataset ${dataset}\ngranularity ${granularity} ${windowLength}\n`);
    for (const path of byCodePoint(monitorElements)) this.#hash.update(`monitorElement ${path}\n`);
    for (const version of byCodePoint(truthVersions)) this.#hash.update(`truth ${version}\n`);
  }

  /** Members come in their order. */
  add({ part, run, first, last, truth, injection }: TaskMember, digest: Uint8Array): void {
    const told = part === 'TEST' && this.#hidesTruth ? 'HIDDEN' : truth;
    const done = injection === undefined ? '' : ` ${injectionText(injection)}`;
    this.#hash.update(`${part} ${run} ${first} ${last} ${told} ${Buffer.from(digest).toString('hex')}${done}\n`);
  }

  digest(): string {
    return this.#hash.digest('hex');
  }
}

/** As both databases order texts: by their bytes in UTF-8. */
export const byCodePoint = (texts: readonly string[]): string[] =>
  texts.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
