import type { Column, Transaction } from './database.ts';
import type { Dialect, KeyColumn } from './dialect.ts';
import { lockFile } from './ledger-files.ts';
import { addRunElementCounts } from './run-element-counts.ts';
import { VALUE_SHARE, VALUE_TABLES, type ValueTable } from './scalars.ts';
import { SHARE_KEY } from './shares.ts';
import { withdrawShares } from './withdraw-shares.ts';

/**
 * Takes back what a file brought: its shares of sums are taken out of them; histograms and values that another file has
 * alike pass to that file, the others go, and so do its versions of certifications; then the lumisections, runs, monitor
 * elements and datasets that hold nothing any more.
 * What its rows replaced does not come back, nor do conditions of runs and lumisections go: their origin is not kept.
 * The caller lets no other transaction write meanwhile.
 */
export async function withdrawFile(transaction: Transaction, dialect: Dialect, fileId: number): Promise<void> {
  await lockFile(transaction, dialect, fileId);
  const touched = new Touched();
  await withdrawShares(transaction, dialect, fileId);
  await withdrawHistograms(transaction, dialect, fileId, 'lumisection_histogram', touched);
  await withdrawHistograms(transaction, dialect, fileId, 'run_histogram', touched);
  for (const table of VALUE_TABLES) await withdrawValues(transaction, fileId, table, touched);
  await transaction.all('DELETE FROM scalar_contribution WHERE file_id = $1', [fileId]);
  await transaction.all('DELETE FROM contribution WHERE file_id = $1', [fileId]);
  await withdrawCertifications(transaction, fileId, touched);
  await prune(transaction, dialect, touched);
  await transaction.all(
    `UPDATE data_file SET bytes_done = 0, lines_done = 0, inserted = 0, identical = 0, replaced = 0, added = 0
     WHERE id = $1`,
    [fileId],
  );
}

class Touched {
  readonly runs = new Set<number>();
  readonly datasets = new Set<number>();
  readonly monitorElements = new Set<number>();
  lumisections: number[][] = [];
}

const SHARE: readonly (Column & KeyColumn)[] = [...SHARE_KEY, { name: 'file_id', type: 'integer' }];

async function withdrawHistograms(
  transaction: Transaction,
  dialect: Dialect,
  fileId: number,
  table: 'lumisection_histogram' | 'run_histogram',
  touched: Touched,
): Promise<void> {
  const perLumisection = table === 'lumisection_histogram';
  const lumisection = perLumisection ? `${table}.lumisection_number` : '0';
  const alike = `FROM contribution c WHERE c.run_number = ${table}.run_number
    AND c.monitor_element_id = ${table}.monitor_element_id AND c.dataset_id = ${table}.dataset_id
    AND c.lumisection_number = ${lumisection} AND c.bins IS NULL AND c.file_id <> $1`;
  const passedOn = await transaction.arrays<number[]>(
    `UPDATE ${table} SET file_id = (SELECT min(c.file_id) ${alike})
     WHERE file_id = $1 AND EXISTS (SELECT 1 ${alike})
     RETURNING run_number, monitor_element_id, ${perLumisection ? 'lumisection_number' : '0'}, dataset_id, file_id`,
    [fileId],
  );
  await transaction.deleteKeys('contribution', SHARE, passedOn);
  if (passedOn.length > 0) {
    const same = SHARE_KEY.map(({ name }) => `contribution.${name} = k.${name}`).join(' AND ');
    await transaction.all(
      `UPDATE contribution SET like_file_id = k.file_id FROM ${dialect.keyTable('k', SHARE, 1)} WHERE ${same}`,
      dialect.keyParameters(SHARE, passedOn),
    );
  }
  const counts = perLumisection ? '-count(*), -sum(CASE WHEN integral = 0 THEN 1 ELSE 0 END), 0' : '0, 0, -count(*)';
  const changes = await transaction.arrays<number[]>(
    `SELECT run_number, dataset_id, monitor_element_id, ${counts} FROM ${table} WHERE file_id = $1
     GROUP BY run_number, dataset_id, monitor_element_id ORDER BY run_number, dataset_id, monitor_element_id`,
    [fileId],
  );
  await addRunElementCounts(transaction, changes);
  for (const [run, dataset, element] of changes) {
    touched.runs.add(run as number);
    touched.datasets.add(dataset as number);
    touched.monitorElements.add(element as number);
  }
  if (perLumisection) {
    touched.lumisections = await transaction.arrays<number[]>(
      `SELECT DISTINCT run_number, lumisection_number FROM ${table} WHERE file_id = $1`,
      [fileId],
    );
  }
  await transaction.all(`DELETE FROM ${table} WHERE file_id = $1`, [fileId]);
}

/** Values that another file has alike pass to that file, as histograms do. */
async function withdrawValues(
  transaction: Transaction,
  fileId: number,
  { name, key, qualityTest }: ValueTable,
  touched: Touched,
): Promise<void> {
  const place = key.filter((column) => column.type === 'integer').map((column) => column.name);
  const alike = `FROM scalar_contribution c WHERE ${place.map((column) => `c.${column} = ${name}.${column}`).join(' AND ')}
    AND c.quality_test = ${qualityTest} AND c.file_id <> $1`;
  const passedOn = await transaction.arrays<(string | number)[]>(
    `UPDATE ${name} SET file_id = (SELECT min(c.file_id) ${alike})
     WHERE file_id = $1 AND EXISTS (SELECT 1 ${alike})
     RETURNING ${place.join(', ')}, ${qualityTest}, file_id`,
    [fileId],
  );
  await transaction.deleteKeys('scalar_contribution', VALUE_SHARE, passedOn);
  const gone = await transaction.arrays<[number, number, number, number]>(
    `DELETE FROM ${name} WHERE file_id = $1 RETURNING run_number, lumisection_number, dataset_id, monitor_element_id`,
    [fileId],
  );
  for (const [run, lumisection, dataset, element] of gone) {
    touched.runs.add(run);
    touched.datasets.add(dataset);
    touched.monitorElements.add(element);
    if (lumisection > 0) touched.lumisections.push([run, lumisection]);
  }
}

async function withdrawCertifications(transaction: Transaction, fileId: number, touched: Touched): Promise<void> {
  const versions = await transaction.arrays<(string | number)[]>(
    'SELECT source, dataset, subsystem, version FROM certification_version WHERE file_id = $1',
    [fileId],
  );
  for (const version of versions) {
    const where = 'source = $1 AND dataset = $2 AND subsystem = $3 AND version = $4';
    const runs = await transaction.arrays<[number]>(
      `SELECT DISTINCT run_number FROM certification WHERE ${where}`,
      version,
    );
    for (const [run] of runs) touched.runs.add(run);
    await transaction.all(`DELETE FROM certification WHERE ${where}`, version);
    await transaction.all(`DELETE FROM certification_version WHERE ${where}`, version);
  }
}

/** Deletes those monitor elements and datasets that nothing has. @returns whether it deleted any. */
export async function dropUnusedNames(
  transaction: Transaction,
  dialect: Dialect,
  names: Pick<Touched, 'monitorElements' | 'datasets'>,
): Promise<boolean> {
  const touched = Object.assign(new Touched(), names);
  const count = async () => {
    const rows = await transaction.arrays<[number]>(
      'SELECT (SELECT count(*) FROM monitor_element) + (SELECT count(*) FROM dataset)',
      [],
    );
    return Number(rows[0]?.[0]);
  };
  const before = await count();
  await prune(transaction, dialect, touched);
  return (await count()) < before;
}

const VALUES = VALUE_TABLES.map(({ name }) => name);

/** Keys one statement takes, so that its parameter stays small. */
const CHUNK = 10_000;

/** Deletes those of the touched rows to which nothing is left to belong. */
async function prune(transaction: Transaction, dialect: Dialect, touched: Touched): Promise<void> {
  const drop = async (table: string, columns: readonly string[], keys: readonly number[][], unused: string) => {
    const keyColumns = columns.map((name) => ({ name, type: 'integer' as const }));
    const names = columns.join(', ');
    for (let i = 0; i < keys.length; i += CHUNK) {
      await transaction.all(
        `DELETE FROM ${table} WHERE (${names}) IN (SELECT ${names} FROM ${dialect.keyTable('k', keyColumns, 1)})
         AND ${unused}`,
        dialect.keyParameters(keyColumns, keys.slice(i, i + CHUNK)),
      );
    }
  };
  const none = (table: string, same: string) => `NOT EXISTS (SELECT 1 FROM ${table} o WHERE ${same})`;
  const noneOfValues = (same: string) => VALUES.map((table) => none(table, same)).join(' AND ');
  const single = (values: ReadonlySet<number>) => [...values].map((value) => [value]);
  await drop(
    'run_monitor_element',
    ['run_number'],
    single(touched.runs),
    'lumisection_count = 0 AND run_histogram_count = 0',
  );
  await drop(
    'lumisection',
    ['run_number', 'number'],
    touched.lumisections,
    `coalesce(started_at, ended_at) IS NULL
     AND coalesce(zero_bias_rate, delivered_lumi, recorded_lumi, pileup) IS NULL AND flags_on = 0 AND flags_off = 0
     AND ${none('lumisection_histogram', 'o.run_number = lumisection.run_number AND o.lumisection_number = lumisection.number')}
     AND ${noneOfValues('o.run_number = lumisection.run_number AND o.lumisection_number = lumisection.number')}`,
  );
  await drop(
    'run',
    ['number'],
    single(touched.runs),
    `coalesce(started_at, ended_at) IS NULL AND coalesce(fill, lumisection_count) IS NULL
     AND coalesce(initial_lumi, end_lumi, delivered_lumi, recorded_lumi, energy, magnetic_field) IS NULL
     AND ${['lumisection', 'certification', 'certification_fraction', 'run_monitor_element', ...VALUES]
       .map((table) => none(table, 'o.run_number = run.number'))
       .join(' AND ')}`,
  );
  await drop(
    'monitor_element',
    ['id'],
    single(touched.monitorElements),
    `${none('run_monitor_element', 'o.monitor_element_id = monitor_element.id')}
     AND ${noneOfValues('o.monitor_element_id = monitor_element.id')}`,
  );
  await drop(
    'dataset',
    ['id'],
    single(touched.datasets),
    `${none('run_monitor_element', 'o.dataset_id = dataset.id')}
     AND ${noneOfValues('o.dataset_id = dataset.id')}`,
  );
}
