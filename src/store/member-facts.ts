import { setImmediate as nextTurn } from 'node:timers/promises';
import type { MemberColumns } from '../domain/member-index.ts';
import type { Queries } from './database.ts';
import type { Dialect } from './dialect.ts';

/** Runs are read so many at once; between them others have their turn. */
const RUNS_AT_ONCE = 20;

/** What is known of members, one by one; NaN (of fills 0) where it is not. */
export interface MemberFacts {
  readonly fill: Int32Array;
  /** Recorded luminosity in 1/pb: of a window the sum over its lumisections. */
  readonly luminosity: Float64Array;
  /** Mean number of interactions: of a window the mean of its lumisections. */
  readonly pileup: Float64Array;
}

type RunFacts = {
  fill: number | null;
  recordedLumi: number | null;
  lumisections: Map<number, readonly [lumi: number, pileup: number]>;
};

/** Of the members from `from` to `to`. */
export async function memberFacts(
  queries: Queries,
  dialect: Dialect,
  { run, first, last }: MemberColumns,
  [from, to]: readonly [number, number],
): Promise<MemberFacts> {
  const facts = await runFacts(queries, dialect, [...new Set(run.subarray(from, to))]);
  const fill = new Int32Array(to - from);
  const [luminosity, pileup] = [new Float64Array(to - from), new Float64Array(to - from)];
  for (let i = 0; i < fill.length; i++) {
    const of = facts.get(run[from + i] as number);
    fill[i] = of?.fill ?? 0;
    if (first[from + i] === 0) {
      luminosity[i] = of?.recordedLumi ?? Number.NaN;
      pileup[i] = meanPileup(of);
      continue;
    }
    let [lumi, interactions, count] = [0, 0, 0];
    for (let number = first[from + i] as number; number <= (last[from + i] as number); number++) {
      const [of1, of2] = of?.lumisections.get(number) ?? [Number.NaN, Number.NaN];
      lumi += of1;
      interactions += of2;
      count++;
    }
    luminosity[i] = lumi;
    pileup[i] = interactions / count;
  }
  return { fill, luminosity, pileup };
}

/** Over the lumisections of a run that have one. */
function meanPileup(of: RunFacts | undefined): number {
  let [sum, count] = [0, 0];
  for (const [, pileup] of of?.lumisections.values() ?? []) {
    if (Number.isNaN(pileup)) continue;
    sum += pileup;
    count++;
  }
  return count === 0 ? Number.NaN : sum / count;
}

async function runFacts(queries: Queries, { oneOf, listParameter }: Dialect, runs: readonly number[]) {
  const facts = new Map<number, RunFacts>();
  const [before, behind] = oneOf.int;
  for (let at = 0; at < runs.length; at += RUNS_AT_ONCE) {
    const some = listParameter(runs.slice(at, at + RUNS_AT_ONCE));
    const rows = await queries.arrays<[number, number | null, number | null]>(
      `SELECT number, fill, recorded_lumi FROM run WHERE number ${before}$1${behind}`,
      [some],
    );
    for (const [number, fill, recordedLumi] of rows) facts.set(number, { fill, recordedLumi, lumisections: new Map() });
    const lumisections = await queries.arrays<[number, number, number | null, number | null]>(
      `SELECT run_number, number, recorded_lumi, pileup FROM lumisection WHERE run_number ${before}$1${behind}
       ORDER BY run_number, number`,
      [some],
    );
    for (const [run, number, lumi, pileup] of lumisections) {
      facts.get(run)?.lumisections.set(number, [lumi ?? Number.NaN, pileup ?? Number.NaN]);
    }
    await nextTurn();
  }
  return facts;
}

/** Entries of one monitor element, of the members from `from` to `to`; of a window the sum over its lumisections. */
export async function memberEntries(
  queries: Queries,
  dialect: Dialect,
  { run, first, last }: MemberColumns,
  [from, to]: readonly [number, number],
  { datasetId, monitorElementId }: { readonly datasetId: number; readonly monitorElementId: number },
): Promise<Float64Array> {
  const entries = new Map<string, number>();
  const runs = [...new Set(run.subarray(from, to))];
  const [before, behind] = dialect.oneOf.int;
  const isRun = to > from && first[from] === 0;
  for (let at = 0; at < runs.length; at += RUNS_AT_ONCE) {
    const rows = await queries.arrays<[number, number, number | null]>(
      `SELECT run_number, ${isRun ? '0' : 'lumisection_number'}, coalesce(entries, integral)
       FROM ${isRun ? 'run_histogram' : 'lumisection_histogram'}
       WHERE run_number ${before}$1${behind} AND monitor_element_id = $2 AND dataset_id = $3`,
      [dialect.listParameter(runs.slice(at, at + RUNS_AT_ONCE)), monitorElementId, datasetId],
    );
    for (const [number, lumisection, count] of rows) {
      if (count !== null) entries.set(`${number}:${lumisection}`, count);
    }
    await nextTurn();
  }
  return Float64Array.from({ length: to - from }, (_, i) => {
    let sum = 0;
    for (let number = first[from + i] as number; number <= (last[from + i] as number); number++) {
      sum += entries.get(`${run[from + i]}:${number}`) ?? Number.NaN;
    }
    return sum;
  });
}
