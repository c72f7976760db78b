import { LimitExceededError } from '../domain/errors.ts';
import type { TaskDefinition } from '../domain/task.ts';
import { JUDGED, LOW_ENTRIES, NO_HISTOGRAM } from '../domain/task-members.ts';
import type { CheckedQuery } from './checked-query.ts';
import type { Queries } from './database.ts';
import type { TaskElements } from './task-elements.ts';
import { Turn } from './turn.ts';

/** Stored lumisections that the parts of one task may select. */
const MOST_TASK_LUMISECTIONS = 500_000;
/** Lumisections of its runs times monitor elements: a hash reads them all. */
const MOST_TASK_HISTOGRAMS = 20_000_000;
/** Runs are looked at so many at once as have about so many histograms together, at a thousand lumisections each. */
const HISTOGRAMS_AT_ONCE = 100_000;
const LUMISECTIONS_OF_RUN = 1_000;
/** One statement counts so many: SQLite answers nobody else meanwhile. */
const COUNTED_AT_ONCE = 5_000;

/** A run with all of its lumisections, and what of histograms there is in each. */
export interface StoredRun {
  readonly run: number;
  readonly numbers: Int32Array;
  readonly histograms: Int8Array;
}

/**
 * Those of the runs that hold anything, in the same order, with all of their lumisections and what these (where members are runs:
 * what they) have of histograms. @throws LimitExceededError
 */
export async function storedRuns(
  { database: { dialect } }: CheckedQuery,
  queries: Queries,
  runs: readonly number[],
  { granularity, minEntries }: TaskDefinition,
  { datasetId, elements }: TaskElements,
): Promise<StoredRun[]> {
  const found: StoredRun[] = [];
  const [before, behind] = dialect.oneOf.int;
  const elementIds = dialect.listParameter(elements.map(({ id }) => id));
  const isRun = granularity === 'RUN';
  // not the bare column: in the order of its index SQLite would look up the histograms of all other monitor elements, too
  const place = isRun ? '0' : '+lumisection_number';
  const counting = `SELECT run_number, ${place}, sum(CASE WHEN coalesce(entries, integral) >= $4 THEN 1 ELSE 0 END)
    FROM ${isRun ? 'run_histogram' : 'lumisection_histogram'}
    WHERE run_number ${before}$1${behind} AND monitor_element_id ${before}$2${behind} AND dataset_id = $3
      ${isRun ? 'AND bins IS NOT NULL GROUP BY run_number' : 'AND lumisection_number BETWEEN $5 AND $6 GROUP BY run_number, +lumisection_number'}`;
  const turn = new Turn();
  const enoughOf = async (some: readonly number[], numbers: readonly number[]) => {
    const enough = new Map<string, number>();
    const parameters = [dialect.listParameter(some), elementIds, datasetId, minEntries];
    const step = Math.max(1, Math.floor(COUNTED_AT_ONCE / (some.length * elements.length)));
    for (let from = 0; from < (isRun ? 1 : numbers.length); from += step) {
      const ends = isRun ? [] : [numbers[from], numbers[Math.min(from + step, numbers.length) - 1]];
      const rows = await queries.arrays<[number, number, number]>(counting, [...parameters, ...(ends as number[])]);
      for (const [run, number, count] of rows) enough.set(`${run}:${number}`, Number(count));
      await turn.pass();
    }
    return enough;
  };
  const atOnce = Math.max(1, Math.floor(HISTOGRAMS_AT_ONCE / (LUMISECTIONS_OF_RUN * elements.length)));
  let total = 0;
  for (let from = 0; from < runs.length; from += atOnce) {
    const some = runs.slice(from, from + atOnce);
    const stored = await queries.arrays<[number, number]>(
      `SELECT run_number, number FROM lumisection WHERE run_number ${before}$1${behind} ORDER BY run_number, number`,
      [dialect.listParameter(some)],
    );
    total += stored.length;
    if (total > MOST_TASK_LUMISECTIONS) throw tooMany('stored lumisections', MOST_TASK_LUMISECTIONS);
    if (total * elements.length > MOST_TASK_HISTOGRAMS) throw tooMany('possible histograms', MOST_TASK_HISTOGRAMS);
    const distinct = new Set(stored.map(([, number]) => number));
    const enough = await enoughOf(
      some,
      [...distinct].sort((a, b) => a - b),
    );
    const stateOf = (run: number, number: number) => {
      const count = enough.get(`${run}:${number}`);
      return count === undefined ? NO_HISTOGRAM : count === 0 ? LOW_ENTRIES : JUDGED;
    };
    const numbersOf = byRun(stored);
    for (const run of some) {
      const numbers = numbersOf.get(run) ?? new Int32Array();
      const histograms = isRun
        ? Int8Array.of(stateOf(run, 0))
        : Int8Array.from(numbers, (number) => stateOf(run, number));
      // summaries of runs may come without their lumisections
      if (numbers.length > 0 || (isRun && histograms[0] !== NO_HISTOGRAM)) found.push({ run, numbers, histograms });
    }
    await turn.pass();
  }
  return found;
}

function byRun(rows: readonly (readonly [run: number, number: number])[]): Map<number, Int32Array> {
  const numbers = new Map<number, number[]>();
  for (const [run, number] of rows) {
    const known = numbers.get(run);
    if (known) known.push(number);
    else numbers.set(run, [number]);
  }
  return new Map([...numbers].map(([run, list]) => [run, Int32Array.from(list)]));
}

const tooMany = (what: string, limit: number) =>
  new LimitExceededError(`the parts select runs with more than ${limit} ${what}: name fewer runs`, { limit });
