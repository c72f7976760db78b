import { NotFoundError } from '../domain/errors.ts';
import { columnOf, LUMISECTION_FIELDS, RUN_FIELDS } from './condition-fields.ts';
import type { Transaction } from './database.ts';
import type { Dialect } from './dialect.ts';
import type { CertificationChange } from './events.ts';
import { refuseBusy } from './ledger-files.ts';
import { appendIssues } from './ledger-issues.ts';
import { prune, Touched } from './prune.ts';
import type { Lease } from './store.ts';
import { Turn } from './turn.ts';
import { type Brought, type Holder, WithdrawalCounts } from './withdrawal.ts';

/** Tables whose rows belong to one run, each before those that it refers to; what its rows are counted as. */
export const RUN_TABLES: readonly (readonly [table: string, noun: Brought | Holder | null])[] = [
  ['contribution', null],
  ['scalar_contribution', null],
  ['condition_contribution', null],
  ['fraction_contribution', null],
  ['lumisection_histogram', 'lumisectionHistograms'],
  ['run_histogram', 'runHistograms'],
  ['scalar_value', 'scalarValues'],
  ['quality_test', 'qualityTests'],
  ['run_monitor_element', null],
  ['certification', 'certificationRanges'],
  ['certification_fraction', 'fractions'],
  ['note', 'notes'],
  ['reference_choice', null],
  ['watched_score', null],
  ['watched_run', null],
  ['lumisection', 'lumisections'],
];

/** What the rows of a run are ordered by, where they may be many. */
const KEYS: Readonly<Record<string, readonly string[]>> = {
  contribution: ['monitor_element_id', 'lumisection_number'],
  lumisection_histogram: ['monitor_element_id', 'lumisection_number'],
  run_histogram: ['dataset_id', 'monitor_element_id'],
  run_monitor_element: ['dataset_id', 'monitor_element_id'],
  scalar_value: ['lumisection_number', 'dataset_id'],
  scalar_contribution: ['lumisection_number', 'dataset_id'],
  quality_test: ['lumisection_number', 'dataset_id'],
  condition_contribution: ['lumisection_number', 'file_id'],
  lumisection: ['number'],
};

/** Rows are read, and deleted, so many at once: SQLite answers nobody else meanwhile. */
const AT_ONCE = 2_000;
/** Of integers of the database. */
const LARGEST = 2 ** 31 - 1;

export interface RunDeletion {
  readonly number: number;
  /** By noun; versions of certifications stay, without what they said of the run. */
  readonly gone: WithdrawalCounts['gone'];
  /** How many files had brought something of it. */
  readonly files: number;
}

/**
 * Deletes a run with everything that belongs to it, and the monitor elements and datasets that nothing has any more. Each
 * file that had brought something of it gets a note. The caller lets no other transaction write meanwhile.
 * @throws NotFoundError; UnavailableError (FILE_BUSY) while one of these files is being read.
 */
export async function deleteRun(
  transaction: Transaction,
  dialect: Dialect,
  number: number,
  isDead: Lease['isDead'],
): Promise<RunDeletion> {
  if ((await transaction.all('SELECT number FROM run WHERE number = $1', [number])).length === 0) {
    throw new NotFoundError(`run ${number} is not stored`);
  }
  const files = await filesOf(transaction, number);
  for (const file of files) await refuseBusy(transaction, dialect, file, isDead);
  const { gone } = new WithdrawalCounts();
  const touched = new Touched();
  for (const table of ['run_monitor_element', 'scalar_value', 'quality_test']) {
    for await (const [piece, parameters] of pieces(transaction, table, number)) {
      const names = await transaction.arrays<[number, number]>(
        `SELECT DISTINCT monitor_element_id, dataset_id FROM ${table} WHERE ${piece}`,
        parameters,
      );
      for (const [element, dataset] of names) {
        touched.monitorElements.add(element);
        touched.datasets.add(dataset);
      }
    }
  }
  const noted = await transaction.arrays<[number]>(
    'SELECT DISTINCT monitor_element_id FROM note WHERE run_number = $1 AND monitor_element_id IS NOT NULL',
    [number],
  );
  for (const [element] of noted) touched.monitorElements.add(element);
  gone.conditions = await conditionsOf(transaction, number);
  await publishCertifications(transaction, number);
  for (const [table, noun] of RUN_TABLES) {
    for await (const [piece, parameters] of pieces(transaction, table, number)) {
      const [row] = noun
        ? await transaction.arrays<[number]>(`SELECT count(*) FROM ${table} WHERE ${piece}`, parameters)
        : [];
      if (noun) gone[noun] += Number(row?.[0]);
      await transaction.all(`DELETE FROM ${table} WHERE ${piece}`, parameters);
    }
  }
  await transaction.all('DELETE FROM run WHERE number = $1', [number]);
  const { monitorElements, datasets } = await prune(transaction, dialect, touched);
  Object.assign(gone, { runs: 1, monitorElements, datasets });
  for (const file of files) {
    await appendIssues(transaction, file, [
      {
        severity: 'NOTE',
        code: 'RUN_DELETED',
        field: 'run',
        value: String(number),
        reason: `run ${number} was deleted on request, with what this file brought of it: read anew (--force) it brings that back`,
      },
    ]);
  }
  return { number, gone, files: files.length };
}

/** What a table has of a run, piece by piece: a condition for each, and its parameters. */
async function* pieces(
  transaction: Transaction,
  table: string,
  number: number,
): AsyncGenerator<readonly [condition: string, parameters: readonly number[]]> {
  const key = KEYS[table];
  if (key === undefined) {
    yield ['run_number = $1', [number]];
    return;
  }
  const turn = new Turn();
  const columns = key.join(', ');
  const place = (from: number) => `(${key.map((_, i) => `$${from + i}`).join(', ')})`;
  const behind = `run_number = $1 AND (${columns}) > ${place(2)}`;
  const within = `${behind} AND (${columns}) <= ${place(2 + key.length)}`;
  const all = key.map(() => LARGEST);
  for (let after: readonly number[] | undefined = key.map(() => -1); after !== undefined; ) {
    const last: number[][] = await transaction.arrays<number[]>(
      `SELECT ${columns} FROM ${table} WHERE ${behind} ORDER BY ${columns} LIMIT 1 OFFSET ${AT_ONCE - 1}`,
      [number, ...after],
    );
    yield [within, [number, ...after, ...(last[0] ?? all)]];
    after = last[0];
    await turn.pass();
  }
}

/** Tells of the certifications whose current version judges the run. */
async function publishCertifications(transaction: Transaction, number: number): Promise<void> {
  const judged = await transaction.all<CertificationChange>(
    `SELECT DISTINCT c.source, c.dataset, c.subsystem, c.version FROM certification c WHERE c.run_number = $1
       AND c.version = (SELECT max(v.version) FROM certification_version v
         WHERE v.source = c.source AND v.dataset = c.dataset AND v.subsystem = c.subsystem)`,
    [number],
  );
  for (const change of judged) transaction.publish({ kind: 'certification', ...change });
}

/** The files that have something of a run, by id. */
async function filesOf(transaction: Transaction, number: number): Promise<number[]> {
  const tables = [
    ...['lumisection_histogram', 'run_histogram', 'scalar_value', 'quality_test'],
    ...['contribution', 'scalar_contribution', 'condition_contribution', 'fraction_contribution'],
  ];
  const ofVersions = (table: string) =>
    `SELECT v.file_id FROM ${table} v WHERE EXISTS (SELECT 1 FROM certification c WHERE c.run_number = $1
       AND ${['source', 'dataset', 'subsystem', 'version'].map((name) => `c.${name} = v.${name}`).join(' AND ')})`;
  const rows = await transaction.arrays<[number | null]>(
    ['certification_version', 'version_contribution'].map(ofVersions).join(' UNION '),
    [number],
  );
  const ids = new Set(rows.map(([id]) => id));
  for (const table of tables) {
    for await (const [piece, parameters] of pieces(transaction, table, number)) {
      const some = await transaction.arrays<[number | null]>(
        `SELECT DISTINCT file_id FROM ${table} WHERE ${piece}`,
        parameters,
      );
      for (const [id] of some) ids.add(id);
    }
  }
  return [...ids].flatMap((id) => (id === null ? [] : [id])).sort((a, b) => a - b);
}

/** How many values of conditions are known of a run and its lumisections. */
async function conditionsOf(transaction: Transaction, number: number): Promise<number> {
  const columns = (fields: readonly string[]) => fields.map(columnOf).join(', ');
  const known = (row: readonly unknown[]) => row.filter((value) => value !== null).length;
  const [run] = await transaction.arrays(`SELECT ${columns(RUN_FIELDS)} FROM run WHERE number = $1`, [number]);
  let count = known(run as unknown[]);
  for await (const [piece, parameters] of pieces(transaction, 'lumisection', number)) {
    const rows = await transaction.arrays<[number, number, ...unknown[]]>(
      `SELECT flags_on, flags_off, ${columns(LUMISECTION_FIELDS)} FROM lumisection WHERE ${piece}`,
      parameters,
    );
    for (const [on, off, ...values] of rows) count += bitsOf(on) + bitsOf(off) + known(values);
  }
  return count;
}

const bitsOf = (set: number) => set.toString(2).replaceAll('0', '').length;
