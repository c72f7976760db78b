import type { Transaction } from './database.ts';
import type { Dialect } from './dialect.ts';
import { VALUE_TABLES } from './scalars.ts';
import type { Holder } from './withdrawal.ts';

/** Rows from which something was taken away. */
export class Touched {
  readonly runs = new Set<number>();
  readonly datasets = new Set<number>();
  readonly monitorElements = new Set<number>();
  /** Names of datasets that certifications judged. */
  readonly judgedDatasets = new Set<string>();
  readonly lumisections: (readonly number[])[] = [];
}

const VALUES = VALUE_TABLES.map(({ name }) => name);

/** Keys one statement takes, so that its parameter stays small. */
const CHUNK = 10_000;

/** Deletes those of the touched rows to which nothing is left to belong. @returns how many of each. */
export async function prune(
  transaction: Transaction,
  dialect: Dialect,
  touched: Touched,
): Promise<Record<Exclude<Holder, 'certificationRanges' | 'notes'>, number>> {
  const drop = async (
    table: string,
    columns: readonly string[],
    keys: readonly (readonly number[])[],
    unused: string,
  ) => {
    const keyColumns = columns.map((name) => ({ name, type: 'integer' as const }));
    const names = columns.join(', ');
    let dropped = 0;
    for (let i = 0; i < keys.length; i += CHUNK) {
      const rows = await transaction.arrays(
        `DELETE FROM ${table} WHERE (${names}) IN (SELECT ${names} FROM ${dialect.keyTable('k', keyColumns, 1)})
         AND ${unused} RETURNING 1`,
        dialect.keyParameters(keyColumns, keys.slice(i, i + CHUNK)),
      );
      dropped += rows.length;
    }
    return dropped;
  };
  const none = (table: string, same: string) => `NOT EXISTS (SELECT 1 FROM ${table} o WHERE ${same})`;
  const noneOfValues = (same: string) => VALUES.map((table) => none(table, same)).join(' AND ');
  const single = (values: ReadonlySet<number>) => [...values].map((value) => [value]);
  await drop(
    'run_monitor_element',
    ['run_number'],
    single(touched.runs),
    ['lumisection_count', 'run_histogram_count', 'scalar_count', 'quality_test_count']
      .map((count) => `${count} = 0`)
      .join(' AND '),
  );
  const sameLumisection = 'o.run_number = lumisection.run_number AND o.lumisection_number = lumisection.number';
  const lumisections = await drop(
    'lumisection',
    ['run_number', 'number'],
    touched.lumisections,
    `coalesce(started_at, ended_at) IS NULL
     AND coalesce(zero_bias_rate, delivered_lumi, recorded_lumi, pileup) IS NULL AND flags_on = 0 AND flags_off = 0
     AND ${none('condition_contribution', sameLumisection)} AND ${none('lumisection_histogram', sameLumisection)}
     AND ${noneOfValues(sameLumisection)}`,
  );
  const ofRun = [
    'lumisection',
    'certification',
    'certification_fraction',
    'condition_contribution',
    'run_monitor_element',
    'note',
    'reference_choice',
  ];
  const runs = await drop(
    'run',
    ['number'],
    single(touched.runs),
    `coalesce(started_at, ended_at) IS NULL AND coalesce(fill, lumisection_count) IS NULL
     AND coalesce(initial_lumi, end_lumi, delivered_lumi, recorded_lumi, energy, magnetic_field) IS NULL
     AND ${[...ofRun, ...VALUES].map((table) => none(table, 'o.run_number = run.number')).join(' AND ')}`,
  );
  const unnamed = (column: string, table: string) => {
    const same = `o.${column} = ${table}.id`;
    return `${none('run_monitor_element', same)} AND ${noneOfValues(same)}`;
  };
  const monitorElements = await drop(
    'monitor_element',
    ['id'],
    single(touched.monitorElements),
    `${unnamed('monitor_element_id', 'monitor_element')}
     AND ${['note', 'prediction_scores'].map((table) => none(table, 'o.monitor_element_id = monitor_element.id')).join(' AND ')}`,
  );
  const datasets = await drop(
    'dataset',
    ['id'],
    single(touched.datasets),
    `${unnamed('dataset_id', 'dataset')} AND ${none('dataset_contribution', 'o.dataset_id = dataset.id')}`,
  );
  return { runs, lumisections, monitorElements, datasets };
}

/** Deletes those monitor elements and datasets that nothing has. @returns whether it deleted any. */
export async function dropUnusedNames(
  transaction: Transaction,
  dialect: Dialect,
  names: Pick<Touched, 'monitorElements' | 'datasets'>,
): Promise<boolean> {
  const { monitorElements, datasets } = await prune(transaction, dialect, Object.assign(new Touched(), names));
  return monitorElements + datasets > 0;
}
