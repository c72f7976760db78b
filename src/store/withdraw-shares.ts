import type { Transaction } from './database.ts';
import type { Dialect } from './dialect.ts';
import type { HistogramRows } from './histogram-rows.ts';
import { addRunElementCounts, noChange, placeOf, sortedChanges } from './run-element-counts.ts';
import {
  binningsById,
  chunksBySize,
  contributionsOf,
  known,
  SHARE_KEY,
  type Share,
  type ShareKey,
  shareKeyParameters,
  sharesOf,
  sumOfShares,
} from './shares.ts';
import { writeSums } from './summed-rows.ts';

/** Keys looked at together. */
const PAGE = 2_000;

const FILE = { name: 'file_id', type: 'integer' } as const;

/**
 * Takes what a file added to sums out of them: each is added up anew from the shares that are left, and a share that is
 * left alone becomes a histogram of its file again. A share that another file has alike passes to that file. Sums of
 * nothing but the file's own rows become histograms of the file, for the caller to take back like its others.
 */
export async function withdrawShares(transaction: Transaction, dialect: Dialect, fileId: number): Promise<void> {
  const names = SHARE_KEY.map(({ name }) => name).join(', ');
  for (;;) {
    const keys = await transaction.arrays<[number, number, number, number]>(
      `SELECT DISTINCT ${names} FROM contribution WHERE file_id = $1 AND bins IS NOT NULL LIMIT ${PAGE}`,
      [fileId],
    );
    if (keys.length === 0) return;
    const changed = await takeOut(transaction, dialect, fileId, keys);
    const perLumisection = changed.filter(({ key }) => key[2] > 0);
    await addUp(transaction, dialect, fileId, 'lumisection_histogram', perLumisection);
    await addUp(
      transaction,
      dialect,
      fileId,
      'run_histogram',
      changed.filter(({ key }) => key[2] === 0),
    );
  }
}

/** A key whose sum has lost shares, and the bytes of those that are left. */
export interface Changed {
  readonly key: ShareKey;
  readonly bytes: number;
}

interface Contribution {
  readonly fileId: number;
  readonly part: number;
  readonly like: number | null;
  /** 0 for a mark. */
  readonly bytes: number;
  readonly sameContent: boolean;
}

/** Takes the shares of the file away, or passes them on. @returns the keys whose sums are no longer those of their shares. */
async function takeOut(
  transaction: Transaction,
  dialect: Dialect,
  fileId: number,
  keys: readonly ShareKey[],
): Promise<Changed[]> {
  const contributions = await contributionsUnder(transaction, dialect, fileId, keys);
  const passing: (readonly [...ShareKey, heir: number, part: number])[] = [];
  const changed: Changed[] = [];
  for (const [i, key] of keys.entries()) {
    const all = contributions[i] as Contribution[];
    const own = all.filter((row) => row.fileId === fileId && row.bytes > 0);
    const heir = heirOf(all, fileId);
    // a file with the same bytes has all of them alike, any other the first
    const passed = heir === null ? [] : heir.sameContent ? own : own.slice(0, 1);
    if (heir) passing.push(...passed.map(({ part }) => [...key, heir.fileId, part] as const));
    if (passed.length === own.length) continue;
    const left = [...all.filter((row) => row.fileId !== fileId), ...passed];
    changed.push({ key, bytes: left.reduce((sum, { bytes }) => sum + bytes, 0) });
  }
  await passOn(transaction, dialect, fileId, passing);
  await transaction.deleteKeys(
    'contribution',
    [...SHARE_KEY, FILE],
    keys.map((key) => [...key, fileId]),
  );
  return changed;
}

async function contributionsUnder(
  transaction: Transaction,
  dialect: Dialect,
  fileId: number,
  keys: readonly ShareKey[],
): Promise<Contribution[][]> {
  const next = dialect.keyParameterCount(SHARE_KEY) + 1;
  const rows = await transaction.arrays<[number, number, number, number | null, number, number]>(
    `SELECT k.position, c.file_id, c.part, c.like_file_id, coalesce(length(c.bins), 0),
       CASE WHEN c.bins IS NULL AND EXISTS (SELECT 1 FROM data_file f JOIN data_file o ON o.sha256 = f.sha256
         WHERE f.id = c.file_id AND o.id = $${next}) THEN 1 ELSE 0 END
     ${contributionsOf(dialect)} ORDER BY k.position, c.file_id, c.part`,
    [...shareKeyParameters(dialect, keys), fileId],
  );
  const found: Contribution[][] = keys.map(() => []);
  for (const [position, file, part, like, bytes, same] of rows) {
    found[position]?.push({ fileId: file, part, like, bytes: Number(bytes), sameContent: Number(same) > 0 });
  }
  return found;
}

/** The file that has the share of another one alike and takes it over. */
function heirOf(all: readonly Contribution[], fileId: number): Contribution | null {
  const sharers = new Set(all.filter(({ bytes }) => bytes > 0).map((row) => row.fileId));
  const heirs = all.filter((row) => row.bytes === 0 && row.like === fileId && !sharers.has(row.fileId));
  return heirs.find(({ sameContent }) => sameContent) ?? heirs[0] ?? null;
}

async function passOn(
  transaction: Transaction,
  dialect: Dialect,
  fileId: number,
  passing: readonly (readonly [...ShareKey, heir: number, part: number])[],
): Promise<void> {
  if (passing.length === 0) return;
  const columns = [...SHARE_KEY, ...['heir', 'part'].map((name) => ({ name, type: 'integer' as const }))];
  const sameKey = SHARE_KEY.map(({ name }) => `contribution.${name} = k.${name}`).join(' AND ');
  const parameters = [
    ...dialect.keyParameters(
      columns,
      passing.map((row) => [...row]),
    ),
    fileId,
  ];
  const file = `$${dialect.keyParameterCount(columns) + 1}`;
  await transaction.deleteKeys(
    'contribution',
    [...SHARE_KEY, FILE],
    passing.map((row) => row.slice(0, SHARE_KEY.length + 1)),
  );
  await transaction.all(
    `UPDATE contribution SET like_file_id = k.heir FROM ${dialect.keyTable('k', columns, 1)}
     WHERE ${sameKey} AND contribution.bins IS NULL AND contribution.like_file_id = ${file}`,
    parameters,
  );
  await transaction.all(
    `UPDATE contribution SET file_id = k.heir FROM ${dialect.keyTable('k', columns, 1)}
     WHERE ${sameKey} AND contribution.file_id = ${file} AND contribution.part = k.part`,
    parameters,
  );
}

/**
 * Overwrites histograms with the sums of the shares that are left, and keeps count of empty ones; one of which a single
 * share is left becomes that of its file, one of which none is left that of `fileId`.
 */
export async function addUp(
  transaction: Transaction,
  dialect: Dialect,
  fileId: number,
  table: HistogramRows['table'],
  changed: readonly Changed[],
): Promise<void> {
  for (const chunk of chunksBySize(changed)) {
    const keys = chunk.map(({ key }) => key);
    const before = await integralsOf(transaction, dialect, table, keys);
    const shares = await sharesOf(transaction, dialect, keys);
    const left = keys.map((key, i) => ({ key, shares: shares[i] as Share[], before: before[i] ?? null }));
    await becomeOwn(
      transaction,
      dialect,
      fileId,
      table,
      left.flatMap(({ key, shares }) => (shares.length === 0 ? [key] : [])),
    );
    const several = left.filter(({ shares }) => shares.length > 0);
    const binnings = await binningsById(
      transaction,
      dialect,
      shares.flat().map(({ binningId }) => binningId),
    );
    const after = await writeSums(
      transaction,
      table,
      several.map(({ key, shares }) => {
        const sum = sumOfShares(shares, binnings);
        const file = shares.length === 1 ? (shares[0] as Share).fileId : null;
        return { ...sum, key, binning: known(binnings, sum.binningId), fileId: file };
      }),
    );
    await transaction.deleteKeys(
      'contribution',
      [...SHARE_KEY, FILE],
      several.flatMap(({ key, shares }) => (shares.length === 1 ? [[...key, (shares[0] as Share).fileId]] : [])),
    );
    if (table === 'lumisection_histogram') {
      await countEmpty(
        transaction,
        several.map(({ key, before }, i) => [key, Number(after[i] === 0) - Number(before === 0)]),
      );
    }
  }
}

const tableKeyOf = (table: HistogramRows['table']) =>
  table === 'run_histogram' ? SHARE_KEY.filter(({ name }) => name !== 'lumisection_number') : SHARE_KEY;

async function integralsOf(
  transaction: Transaction,
  dialect: Dialect,
  table: HistogramRows['table'],
  keys: readonly ShareKey[],
): Promise<(number | null)[]> {
  const same = tableKeyOf(table).map(({ name }) => `h.${name} = k.${name}`);
  const rows = await transaction.arrays<[number, number | null]>(
    `SELECT k.position, h.integral FROM ${dialect.keyTable('k', SHARE_KEY, 1)} CROSS JOIN ${table} h
     WHERE ${same.join(' AND ')}`,
    shareKeyParameters(dialect, keys),
  );
  const found: (number | null)[] = keys.map(() => null);
  for (const [position, integral] of rows) found[position] = integral;
  return found;
}

async function becomeOwn(
  transaction: Transaction,
  dialect: Dialect,
  fileId: number,
  table: HistogramRows['table'],
  keys: readonly ShareKey[],
): Promise<void> {
  if (keys.length === 0) return;
  const same = tableKeyOf(table).map(({ name }) => `${table}.${name} = k.${name}`);
  await transaction.all(
    `UPDATE ${table} SET file_id = $${dialect.keyParameterCount(SHARE_KEY) + 1}
     FROM ${dialect.keyTable('k', SHARE_KEY, 1)} WHERE ${same.join(' AND ')}`,
    [...shareKeyParameters(dialect, keys), fileId],
  );
}

async function countEmpty(transaction: Transaction, changes: readonly (readonly [ShareKey, number])[]): Promise<void> {
  const byElement = new Map<string, number[]>();
  const place = placeOf('empty_count');
  for (const [[run, element, , dataset], change] of changes) {
    if (change === 0) continue;
    const name = `${run} ${dataset} ${element}`;
    const known = byElement.get(name) ?? noChange(run, dataset, element);
    (known[place] as number) += change;
    byElement.set(name, known);
  }
  await addRunElementCounts(transaction, sortedChanges(byElement.values()));
}
