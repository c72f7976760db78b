import { claimsUnder } from './condition-claims.ts';
import { NAMED_FIELDS, RUN_FIELDS } from './condition-fields.ts';
import type { Transaction } from './database.ts';
import type { Dialect } from './dialect.ts';
import type { Touched } from './prune.ts';
import { COUNTS } from './run-element-counts.ts';
import { datasetsOfRuns, enterRuns, periodOf } from './run-rows.ts';

const KEY = [{ name: 'wanted', type: 'integer' }] as const;

interface NamedRun {
  readonly number: number;
  readonly year: number | null;
  readonly era: string | null;
  readonly period: string | null;
}

const NAMED = RUN_FIELDS.filter((_, place) => (NAMED_FIELDS & (1 << place)) !== 0) as (keyof NamedRun)[];

/**
 * What the names of datasets told of the time of runs goes with the last dataset of a run that tells it, and what another
 * one tells is entered where nothing is known any more. What a file states stays. To be called when the rows of the run
 * are gone and its datasets are still there.
 */
export async function renamePeriods(transaction: Transaction, dialect: Dialect, touched: Touched): Promise<void> {
  const told = (await namesOfTouched(transaction, dialect, touched)).map(periodOf).filter(({ year }) => year !== null);
  const all = [...touched.runs].map((run) => [run]);
  const runs = await transaction.all<NamedRun>(
    `SELECT r.number, r.year, r.era, r.period FROM ${dialect.keyTable('k', KEY, 1)} CROSS JOIN run r
     WHERE r.number = k.wanted`,
    dialect.keyParameters(KEY, all),
  );
  const open = runs.filter((run) =>
    NAMED.some((field) => run[field] === null || told.some((period) => same(run, period, field))),
  );
  if (open.length === 0) return;
  const claims = await claimsUnder(
    transaction,
    dialect,
    open.map(({ number }) => [number, 0]),
  );
  const names = await namesOfRuns(transaction, dialect, open);
  for (const run of open) {
    const left = names.get(run.number) ?? [];
    const claimed = claims.get(`${run.number}/0`)?.fields ?? 0;
    const still = left.map(periodOf);
    const gone = NAMED.filter(
      (field, place) =>
        (claimed & (1 << place)) === 0 &&
        told.some((period) => same(run, period, field)) &&
        !still.some((period) => same(run, period, field)),
    );
    if (gone.length > 0) {
      await transaction.all(`UPDATE run SET ${gone.map((field) => `${field} = NULL`).join(', ')} WHERE number = $1`, [
        run.number,
      ]);
    }
  }
  const pairs = [...names].flatMap(([run, datasets]) => datasets.map((dataset) => [run, dataset] as const));
  await enterRuns(transaction, dialect, datasetsOfRuns(pairs));
}

type Period = ReturnType<typeof periodOf>;

const same = (run: NamedRun, period: Period, field: keyof NamedRun) =>
  run[field] !== null && run[field] === (period as Partial<NamedRun>)[field];

async function namesOfTouched(transaction: Transaction, dialect: Dialect, touched: Touched): Promise<string[]> {
  const rows = await transaction.arrays<[string]>(
    `SELECT d.name FROM ${dialect.keyTable('k', KEY, 1)} CROSS JOIN dataset d WHERE d.id = k.wanted`,
    dialect.keyParameters(
      KEY,
      [...touched.datasets].map((id) => [id]),
    ),
  );
  return [...rows.map(([name]) => name), ...touched.judgedDatasets];
}

/** The datasets that runs still have something of, in the order in which they became known. */
async function namesOfRuns(
  transaction: Transaction,
  dialect: Dialect,
  runs: readonly NamedRun[],
): Promise<Map<number, string[]>> {
  const from = (table: string, more = '') =>
    `SELECT o.run_number, d.id, d.name FROM ${dialect.keyTable('k', KEY, 1)} CROSS JOIN ${table} o
     CROSS JOIN dataset d WHERE o.run_number = k.wanted AND d.id = o.dataset_id ${more}`;
  const rows = await transaction.arrays<[number, number, string]>(
    `${[
      from('run_monitor_element', `AND ${COUNTS.map((count) => `o.${count}`).join(' + ')} > 0`),
      `SELECT o.run_number, 2147483647, o.dataset FROM ${dialect.keyTable('k', KEY, 1)} CROSS JOIN certification o
       WHERE o.run_number = k.wanted`,
    ].join(' UNION ')} ORDER BY 1, 2, 3`,
    dialect.keyParameters(
      KEY,
      runs.map(({ number }) => [number]),
    ),
  );
  const names = new Map<number, string[]>();
  for (const [run, , name] of rows) names.set(run, [...(names.get(run) ?? []), name]);
  return names;
}
