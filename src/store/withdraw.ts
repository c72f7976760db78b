import { NOBODY } from '../domain/viewer.ts';
import { VERSION } from './certifications.ts';
import type { Column, Transaction } from './database.ts';
import { withdrawDatasets } from './datasets.ts';
import type { Dialect, KeyColumn } from './dialect.ts';
import { FRACTION_KEY } from './fractions.ts';
import { lockFile } from './ledger-files.ts';
import { prune, Touched } from './prune.ts';
import { renamePeriods } from './rename-periods.ts';
import { addRunElementCounts, countValues } from './run-element-counts.ts';
import { VALUE_SHARE, VALUE_TABLES, type ValueTable } from './scalars.ts';
import { SHARE_KEY } from './shares.ts';
import { runsHiddenFrom } from './task-access.ts';
import { withdrawConditions } from './withdraw-conditions.ts';
import { withdrawShares } from './withdraw-shares.ts';
import { type Withdrawal, WithdrawalCounts } from './withdrawal.ts';

/**
 * Takes back what a file brought: its shares of sums are taken out of them; what another file has alike passes to that
 * file; the rest goes: histograms, values, versions of certifications, fractions, conditions and descriptions of datasets;
 * then the lumisections, runs, monitor elements and datasets that hold nothing any more. What its rows replaced does not come back.
 * The caller lets no other transaction write meanwhile.
 */
export async function withdrawFile(transaction: Transaction, dialect: Dialect, fileId: number): Promise<Withdrawal> {
  await lockFile(transaction, dialect, fileId);
  const touched = new Touched();
  const counts = new WithdrawalCounts();
  await countHistograms(transaction, fileId, counts);
  await withdrawShares(transaction, dialect, fileId);
  await withdrawHistograms(transaction, dialect, fileId, 'lumisection_histogram', touched, counts);
  await withdrawHistograms(transaction, dialect, fileId, 'run_histogram', touched, counts);
  for (const table of VALUE_TABLES) await withdrawValues(transaction, fileId, table, touched, counts);
  await transaction.all('DELETE FROM scalar_contribution WHERE file_id = $1', [fileId]);
  await transaction.all('DELETE FROM contribution WHERE file_id = $1', [fileId]);
  await withdrawVersions(transaction, fileId, touched, counts);
  await withdrawFractions(transaction, fileId, touched, counts);
  await withdrawConditions(transaction, dialect, fileId, touched, counts);
  await withdrawDatasets(transaction, dialect, fileId, touched, counts);
  await renamePeriods(transaction, dialect, touched);
  Object.assign(counts.gone, await prune(transaction, dialect, touched));
  await transaction.all(
    `UPDATE data_file SET bytes_done = 0, lines_done = 0, inserted = 0, identical = 0, replaced = 0, added = 0
     WHERE id = $1`,
    [fileId],
  );
  transaction.publish({ kind: 'dataFile', id: fileId });
  return counts;
}

/** Counts the histograms that the file has, alone or with others; those that go are taken off later. */
async function countHistograms(transaction: Transaction, fileId: number, { stays }: WithdrawalCounts): Promise<void> {
  const key = 'run_number, monitor_element_id, lumisection_number, dataset_id';
  const [[own, ownOfRuns, shared, sharedOfRuns] = [0, 0, 0, 0]] = await transaction.arrays<
    [number, number, number, number]
  >(
    `SELECT (SELECT count(*) FROM lumisection_histogram WHERE file_id = $1),
       (SELECT count(*) FROM run_histogram WHERE file_id = $1), ${['>', '=']
         .map(
           (test) =>
             `(SELECT count(*) FROM (SELECT DISTINCT ${key} FROM contribution WHERE file_id = $1 AND lumisection_number ${test} 0) s)`,
         )
         .join(', ')}`,
    [fileId],
  );
  stays.lumisectionHistograms = Number(own) + Number(shared);
  stays.runHistograms = Number(ownOfRuns) + Number(sharedOfRuns);
}

const FILE: Column & KeyColumn = { name: 'file_id', type: 'integer' };
const SHARE: readonly (Column & KeyColumn)[] = [...SHARE_KEY, FILE];

async function withdrawHistograms(
  transaction: Transaction,
  dialect: Dialect,
  fileId: number,
  table: 'lumisection_histogram' | 'run_histogram',
  touched: Touched,
  { gone, stays }: WithdrawalCounts,
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
  const counts = perLumisection
    ? '-count(*), -sum(CASE WHEN integral = 0 THEN 1 ELSE 0 END), 0, 0, 0'
    : '0, 0, -count(*), 0, 0';
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
  const noun = perLumisection ? 'lumisectionHistograms' : 'runHistograms';
  for (const [, , , lumisectionCount, , runCount] of changes) {
    gone[noun] -= Number(perLumisection ? lumisectionCount : runCount);
  }
  stays[noun] -= gone[noun];
  if (perLumisection) {
    const lumisections = await transaction.arrays<number[]>(
      `SELECT DISTINCT run_number, lumisection_number FROM ${table} WHERE file_id = $1`,
      [fileId],
    );
    for (const lumisection of lumisections) touched.lumisections.push(lumisection);
  }
  await transaction.all(`DELETE FROM ${table} WHERE file_id = $1`, [fileId]);
}

/** Values that another file has alike pass to that file, as histograms do. */
async function withdrawValues(
  transaction: Transaction,
  fileId: number,
  { name, key, qualityTest }: ValueTable,
  touched: Touched,
  counts: WithdrawalCounts,
): Promise<void> {
  const noun = name === 'scalar_value' ? 'scalarValues' : 'qualityTests';
  const [[shared] = [0]] = await transaction.arrays<[number]>(
    `SELECT count(*) FROM scalar_contribution WHERE file_id = $1 AND quality_test ${name === 'scalar_value' ? '=' : '<>'} ''`,
    [fileId],
  );
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
  const count = name === 'scalar_value' ? 'scalar_count' : 'quality_test_count';
  await countValues(
    transaction,
    count,
    gone.map(([run, , dataset, element]) => [run, dataset, element] as const),
    -1,
  );
  counts.gone[noun] = gone.length;
  counts.stays[noun] = Number(shared) + passedOn.length;
  for (const [run, lumisection, dataset, element] of gone) {
    touched.runs.add(run);
    touched.datasets.add(dataset);
    touched.monitorElements.add(element);
    if (lumisection > 0) touched.lumisections.push([run, lumisection]);
  }
}

/** A version that another file says as well passes to that file. */
async function withdrawVersions(
  transaction: Transaction,
  fileId: number,
  touched: Touched,
  counts: WithdrawalCounts,
): Promise<void> {
  const names = VERSION.map(({ name }) => name);
  const same = names.map((name) => `c.${name} = certification_version.${name}`).join(' AND ');
  const alike = `FROM version_contribution c WHERE ${same}`;
  const shared = await transaction.arrays(`DELETE FROM version_contribution WHERE file_id = $1 RETURNING 1`, [fileId]);
  const passedOn = await transaction.arrays<(string | number)[]>(
    `UPDATE certification_version SET file_id = (SELECT min(c.file_id) ${alike})
     WHERE file_id = $1 AND EXISTS (SELECT 1 ${alike}) RETURNING ${names.join(', ')}, file_id`,
    [fileId],
  );
  await transaction.deleteKeys('version_contribution', [...VERSION, FILE], passedOn);
  const versions = await transaction.arrays<(string | number)[]>(
    `SELECT ${names.join(', ')} FROM certification_version WHERE file_id = $1`,
    [fileId],
  );
  for (const version of versions) {
    const where = names.map((name, i) => `${name} = $${i + 1}`).join(' AND ');
    const runs = await transaction.arrays<[number]>(
      `SELECT DISTINCT run_number FROM certification WHERE ${where}`,
      version,
    );
    for (const [run] of runs) touched.runs.add(run);
    touched.judgedDatasets.add(version[1] as string);
    const ranges = await transaction.arrays(`DELETE FROM certification WHERE ${where} RETURNING 1`, version);
    counts.gone.certificationRanges += ranges.length;
    await transaction.all(`DELETE FROM certification_version WHERE ${where}`, version);
    await publishCurrent(transaction, version as [string, string, string]);
  }
  counts.gone.certificationVersions = versions.length;
  counts.stays.certificationVersions = shared.length + passedOn.length;
}

/** Tells which version is the current one now. */
async function publishCurrent(
  transaction: Transaction,
  [source, dataset, subsystem]: readonly [string, string, string, ...unknown[]],
): Promise<void> {
  const [[version] = [null]] = await transaction.arrays<[number | null]>(
    'SELECT max(version) FROM certification_version WHERE source = $1 AND dataset = $2 AND subsystem = $3',
    [source, dataset, subsystem],
  );
  transaction.publish({ kind: 'certification', source, dataset, subsystem, version });
}

async function withdrawFractions(
  transaction: Transaction,
  fileId: number,
  touched: Touched,
  counts: WithdrawalCounts,
): Promise<void> {
  const key = FRACTION_KEY.map(({ name }) => name);
  const stated = await transaction.arrays<[number, string, string, number]>(
    `SELECT ${key.map((name) => `c.${name}`).join(', ')},
       CASE WHEN EXISTS (SELECT 1 FROM fraction_contribution o WHERE o.file_id <> c.file_id
         AND ${key.map((name) => `o.${name} = c.${name}`).join(' AND ')}) THEN 1 ELSE 0 END
     FROM fraction_contribution c WHERE c.file_id = $1`,
    [fileId],
  );
  const alone = stated.filter(([, , , others]) => Number(others) === 0);
  for (const [run] of alone) touched.runs.add(run);
  await transaction.deleteKeys(
    'certification_fraction',
    FRACTION_KEY,
    alone.map(([run, source, subsystem]) => [run, source, subsystem]),
  );
  // whether a fraction was taken tells whether the source had one before
  const hidden = await runsHiddenFrom(transaction, NOBODY);
  const told = (fractions: typeof stated) => fractions.filter(([run]) => !hidden.has(run)).length;
  counts.gone.fractions = told(alone);
  counts.stays.fractions = told(stated) - told(alone);
  await transaction.all('DELETE FROM fraction_contribution WHERE file_id = $1', [fileId]);
}
