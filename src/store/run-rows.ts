import { parseDatasetName, runPeriod } from '../domain/dataset-name.ts';
import type { Column, Transaction } from './database.ts';
import type { Dialect } from './dialect.ts';

const RUN: readonly Column[] = [
  { name: 'number', type: 'integer' },
  { name: 'year', type: 'integer' },
  { name: 'era', type: 'text' },
  { name: 'period', type: 'text' },
];
const LUMISECTION: readonly Column[] = [
  { name: 'run_number', type: 'integer' },
  { name: 'number', type: 'integer' },
];

type Period = ReturnType<typeof runPeriod>;

/** When the runs of a dataset were taken, as far as its name says. */
export const periodOf = (dataset: string): Period => runPeriod(parseDatasetName(dataset).era);

/** Of each run the first of its datasets whose name tells when it was taken; any where none does. */
export function datasetsOfRuns(pairs: Iterable<readonly [run: number, dataset: string]>): Map<number, string> {
  const found = new Map<number, string>();
  const telling = new Map<string, boolean>();
  for (const [run, dataset] of pairs) {
    const known = found.get(run);
    if (known === dataset) continue;
    if (!telling.has(dataset)) telling.set(dataset, periodOf(dataset).year !== null);
    if (known === undefined || (telling.get(dataset) && !telling.get(known))) found.set(run, dataset);
  }
  return found;
}

/**
 * Makes sure that the runs exist. What the name of their dataset tells of their time is entered where nothing is known,
 * unless what is known of it contradicts.
 */
export async function enterRuns(
  transaction: Transaction,
  dialect: Dialect,
  datasetOfRun: ReadonlyMap<number, string>,
): Promise<void> {
  const periods = new Map([...datasetOfRun].map(([run, dataset]) => [run, periodOf(dataset)]));
  const runs = [...periods].sort(([a], [b]) => a - b);
  const keys = [{ name: 'wanted', type: 'integer' }] as const;
  const stored = await transaction.all<Period & { readonly number: number }>(
    `SELECT r.number, r.year, r.era, r.period FROM ${dialect.keyTable('k', keys, 1)} CROSS JOIN run r
     WHERE r.number = k.wanted`,
    dialect.keyParameters(
      keys,
      runs.map(([run]) => [run]),
    ),
  );
  const known = new Set(stored.map(({ number }) => number));
  const added = runs.filter(([run]) => !known.has(run));
  await transaction.insert(
    'run',
    RUN,
    added.map(([run, { year, era, period }]) => [run, year, era, period]),
    'ON CONFLICT DO NOTHING',
  );
  if (added.length > 0) transaction.publish({ kind: 'runs', numbers: added.map(([run]) => run) });
  for (const run of stored.sort((a, b) => a.number - b.number)) {
    const told = periods.get(run.number);
    if (told === undefined || told.year === null || !tellsMore(told, run)) continue;
    await transaction.all(
      `UPDATE run SET year = $1, era = $2, period = $3 WHERE number = $4
       AND coalesce(year, $1) = $1 AND coalesce(era, $2) = $2 AND coalesce(period, $3) = $3`,
      [told.year, told.era, told.period, run.number],
    );
  }
}

function tellsMore(told: Period, known: Period): boolean {
  const fields = ['year', 'era', 'period'] as const;
  return (
    fields.some((field) => known[field] === null) &&
    fields.every((field) => known[field] === null || known[field] === told[field])
  );
}

/** Makes sure that the lumisections exist; their runs do. */
export async function enterLumisections(
  transaction: Transaction,
  keys: readonly (readonly [run: number, lumisection: number])[],
): Promise<void> {
  await transaction.insert('lumisection', LUMISECTION, keys, 'ON CONFLICT DO NOTHING');
}

/** The (run, LS) of the given rows, each once, sorted. */
export function distinctLumisections(
  runs: Int32Array,
  lumisections: Int32Array,
  rows: Int32Array,
): [run: number, lumisection: number][] {
  const found = new Map<number, Set<number>>();
  let latest = -1;
  let ofRun = new Set<number>();
  for (const row of rows) {
    const run = runs[row] as number;
    if (run !== latest) {
      latest = run;
      ofRun = found.get(run) ?? new Set();
      found.set(run, ofRun);
    }
    ofRun.add(lumisections[row] as number);
  }
  return [...found]
    .sort(([a], [b]) => a - b)
    .flatMap(([run, ofRun]) =>
      [...Int32Array.from(ofRun).sort()].map((lumisection): [number, number] => [run, lumisection]),
    );
}
