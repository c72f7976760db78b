import { NotFoundError, UnavailableError } from '../domain/errors.ts';
import { type Counts, REPEATED_ROW, type SourcePosition } from '../domain/record.ts';
import { madeStorable } from '../domain/storable-text.ts';
import type { DataFile } from '../generated/sqlite/client.ts';
import type { Transaction } from './database.ts';
import type { Dialect } from './dialect.ts';
import type { FileFacts, FileIdentity, Lease } from './store.ts';
import type { Stored } from './tables.ts';

/** Rows of `data_file`: each function runs in a transaction of its caller's. */

/**
 * Stands in the place of the monitor-element map of a file of which nobody knows yet how it is to be read, followed by
 * what makes it unique.
 */
export const UNDECIDED = 'job:';

/** How long a reading that is not heard of keeps its lease: many times what a batch takes. */
export const LEASE_SECONDS = 60;

/**
 * The row of a file, locked until the transaction ends.
 * @param lease where given, it must be the one that the row has.
 * @throws NotFoundError, UnavailableError
 */
export async function lockFile(
  transaction: Transaction,
  dialect: Dialect,
  fileId: number,
  lease?: string,
): Promise<Stored<DataFile>> {
  const [row] = await transaction.all<Stored<DataFile>>(`SELECT * FROM data_file WHERE id = $1 ${dialect.lockRows}`, [
    fileId,
  ]);
  if (!row) throw new NotFoundError(`there is no data file ${fileId} in the ledger`);
  if (lease !== undefined && row.leaseOwner !== lease) throw busy(row);
  return row;
}

const busy = ({ id, path, bytesDone }: Stored<DataFile>) =>
  new UnavailableError(`another process reads ${path}: it has come to byte ${bytesDone}`, {
    reason: 'FILE_BUSY',
    fileId: id,
  });

/** Locks the row of a file. @throws UnavailableError where another reading has it that may go on. */
export async function refuseBusy(
  transaction: Transaction,
  dialect: Dialect,
  fileId: number,
  isDead: Lease['isDead'],
): Promise<void> {
  const row = await lockFile(transaction, dialect, fileId);
  const [{ leased } = { leased: 0 }] = await transaction.all<{ leased: number }>(
    `SELECT CASE WHEN lease_expires_at > ${dialect.timeFromNow(0)} THEN 1 ELSE 0 END AS leased FROM data_file WHERE id = $1`,
    [fileId],
  );
  if (leased > 0 && row.leaseOwner !== null && !isDead(row.leaseOwner)) throw busy(row);
}

/** See Ledger.renew. */
export async function renewLease(
  transaction: Transaction,
  dialect: Dialect,
  fileId: number,
  lease: string,
): Promise<boolean> {
  const renewed = await transaction.arrays(
    `UPDATE data_file SET lease_expires_at = ${dialect.timeFromNow(LEASE_SECONDS)} WHERE id = $1 AND lease_owner = $2
     RETURNING id`,
    [fileId, lease],
  );
  return renewed.length > 0;
}

/** See Ledger.begin. */
export async function beginFile(
  transaction: Transaction,
  dialect: Dialect,
  identity: FileIdentity,
  facts: FileFacts,
  {
    force,
    keepRepeats = false,
    lease,
    entry,
  }: {
    readonly force: boolean;
    /** What is known of rows that repeat others stays, for a reading that finds all of them in place cannot tell. */
    readonly keepRepeats?: boolean;
    readonly lease?: Lease | undefined;
    readonly entry?: number;
  },
): Promise<{ file: DataFile; known: boolean; fromStart: boolean }> {
  const { sha256, dataset, source, format, meMap } = identity;
  const key = [sha256, dataset, source, format, meMap];
  const now = new Date();
  const offered = entry === undefined ? undefined : await takeOffered(transaction, entry);
  await transaction.all(
    `INSERT INTO data_file (sha256, dataset, source, format, me_map, path, size, status, created_at${offered ? ', id' : ''})
     VALUES ($1, $2, $3, $4, $5, $6, $7, 'PENDING', $8${offered ? ', $9' : ''}) ON CONFLICT DO NOTHING`,
    [...key, facts.path, facts.size, offered?.createdAt ?? now, ...(offered ? [offered.id] : [])],
  );
  const [found] = await transaction.all<Stored<DataFile> & { leased: number }>(
    `SELECT *, CASE WHEN lease_expires_at > ${dialect.timeFromNow(0)} THEN 1 ELSE 0 END AS leased
     FROM data_file WHERE sha256 = $1 AND dataset = $2 AND source = $3 AND format = $4 AND me_map = $5
     ${dialect.lockRows}`,
    key,
  );
  if (!found) throw new Error('a data file vanished while it was entered');
  const { leased, ...row } = found;
  if (offered && offered.id !== row.id) await standFor(transaction, offered.id, row.id);
  if (row.status === 'DONE' && !force) return { file: toDataFile(row), known: true, fromStart: false };
  const { leaseOwner } = row;
  if (leased > 0 && leaseOwner !== null && leaseOwner !== lease?.owner && !lease?.isDead(leaseOwner)) throw busy(row);
  const fromStart = force || row.bytesDone === 0;
  if (fromStart) {
    await transaction.all('DELETE FROM ingest_issue WHERE file_id = $1 AND code <> $2', [
      row.id,
      keepRepeats ? REPEATED_ROW : '',
    ]);
    await transaction.all(
      `UPDATE data_file SET bytes_done = 0, lines_done = 0, inserted = 0, identical = 0, conflicting = 0, replaced = 0,
         added = 0, rejected = 0, started_at = $1 WHERE id = $2`,
      [now, row.id],
    );
  }
  const [begun] = await transaction.all<Stored<DataFile>>(
    `UPDATE data_file SET status = 'RUNNING', path = $1, size = $2, error_code = NULL, error_message = NULL,
       finished_at = NULL, lease_owner = $4, lease_expires_at = ${lease ? dialect.timeFromNow(LEASE_SECONDS) : 'NULL'}
     WHERE id = $3 RETURNING *`,
    [facts.path, facts.size, row.id, lease?.owner ?? null],
  );
  transaction.publish({ kind: 'dataFile', id: row.id });
  return { file: toDataFile(begun as Stored<DataFile>), known: false, fromStart };
}

/** Takes out the entry of a file that was offered before anybody knew how to read it, to be entered anew as what it is. */
async function takeOffered(
  transaction: Transaction,
  entry: number,
): Promise<Pick<DataFile, 'id' | 'createdAt'> | undefined> {
  const [offered] = await transaction.all<Pick<DataFile, 'id' | 'createdAt'>>(
    'DELETE FROM data_file WHERE id = $1 AND me_map LIKE $2 RETURNING id, created_at',
    [entry, `${UNDECIDED}%`],
  );
  return offered;
}

/** What was offered turned out to be a file that has an entry already: jobs are about that one from now on. */
async function standFor(transaction: Transaction, offered: number, known: number): Promise<void> {
  await transaction.all('UPDATE job SET file_id = $1 WHERE file_id = $2', [known, offered]);
  transaction.publish({ kind: 'dataFile', id: offered });
}

/** Adds to the counts of a file and moves its checkpoint. */
export async function settleBatch(
  transaction: Transaction,
  dialect: Dialect,
  fileId: number,
  counts: Readonly<Counts>,
  { position, lease }: { readonly position: SourcePosition | null; readonly lease?: string | undefined },
): Promise<void> {
  const { inserted, identical, conflicting, replaced, added, rejected } = counts;
  const checkpoint = position ? ', bytes_done = $8, lines_done = $9' : '';
  const renewal = lease === undefined ? '' : `, lease_expires_at = ${dialect.timeFromNow(LEASE_SECONDS)}`;
  await transaction.all(
    `UPDATE data_file SET inserted = inserted + $1, identical = identical + $2, conflicting = conflicting + $3,
       replaced = replaced + $4, added = added + $5, rejected = rejected + $6${checkpoint}${renewal}
     WHERE id = $7`,
    [
      ...[inserted, identical, conflicting, replaced, added, rejected, fileId],
      ...(position ? [position.byte, position.line] : []),
    ],
  );
}

/** See Ledger.finish. */
export async function finishFile(
  transaction: Transaction,
  fileId: number,
  result: { status: string; errorCode?: string; errorMessage?: string },
): Promise<DataFile> {
  const message = result.errorMessage === undefined ? null : madeStorable(result.errorMessage);
  const [row] = await transaction.all<Stored<DataFile>>(
    `UPDATE data_file SET status = $1, error_code = $2, error_message = $3, finished_at = $4, lease_owner = NULL,
       lease_expires_at = NULL WHERE id = $5 RETURNING *`,
    [result.status, result.errorCode ?? null, message, result.status === 'RUNNING' ? null : new Date(), fileId],
  );
  if (!row) throw new NotFoundError(`there is no data file ${fileId} in the ledger`);
  transaction.publish({ kind: 'dataFile', id: fileId });
  return toDataFile(row);
}

const toDataFile = (row: Stored<DataFile>): DataFile => ({
  ...row,
  size: BigInt(row.size),
  bytesDone: BigInt(row.bytesDone),
  linesDone: BigInt(row.linesDone),
});
