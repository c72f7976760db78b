import { NotFoundError } from '../domain/errors.ts';
import type { Counts, SourcePosition } from '../domain/record.ts';
import type { DataFile } from '../generated/sqlite/client.ts';
import type { Transaction } from './database.ts';
import type { Dialect } from './dialect.ts';
import type { FileIdentity } from './store.ts';
import type { Stored } from './tables.ts';

/** Rows of `data_file`: each function runs in a transaction of its caller's. */

/** The row of a file, locked until the transaction ends. @throws NotFoundError */
export async function lockFile(transaction: Transaction, dialect: Dialect, fileId: number): Promise<Stored<DataFile>> {
  const [row] = await transaction.all<Stored<DataFile>>(`SELECT * FROM data_file WHERE id = $1 ${dialect.lockRows}`, [
    fileId,
  ]);
  if (!row) throw new NotFoundError(`there is no data file ${fileId} in the ledger`);
  return row;
}

/** See Ledger.begin. */
export async function beginFile(
  transaction: Transaction,
  dialect: Dialect,
  identity: FileIdentity,
  facts: { path: string; size: number },
  force: boolean,
): Promise<{ file: DataFile; known: boolean }> {
  const { sha256, dataset, source, format, meMap } = identity;
  const key = [sha256, dataset, source, format, meMap];
  const now = new Date();
  await transaction.all(
    `INSERT INTO data_file (sha256, dataset, source, format, me_map, path, size, status, created_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, 'PENDING', $8) ON CONFLICT DO NOTHING`,
    [...key, facts.path, facts.size, now],
  );
  const [row] = await transaction.all<Stored<DataFile>>(
    `SELECT * FROM data_file WHERE sha256 = $1 AND dataset = $2 AND source = $3 AND format = $4 AND me_map = $5
     ${dialect.lockRows}`,
    key,
  );
  if (!row) throw new Error('a data file vanished while it was entered');
  if (row.status === 'DONE' && !force) return { file: toDataFile(row), known: true };
  if (force || row.bytesDone === 0) {
    await transaction.all('DELETE FROM ingest_issue WHERE file_id = $1', [row.id]);
    await transaction.all(
      `UPDATE data_file SET bytes_done = 0, lines_done = 0, inserted = 0, identical = 0, conflicting = 0, replaced = 0,
         rejected = 0, started_at = $1 WHERE id = $2`,
      [now, row.id],
    );
  }
  const [begun] = await transaction.all<Stored<DataFile>>(
    `UPDATE data_file SET status = 'RUNNING', path = $1, size = $2, error_code = NULL, error_message = NULL,
       finished_at = NULL WHERE id = $3 RETURNING *`,
    [facts.path, facts.size, row.id],
  );
  return { file: toDataFile(begun as Stored<DataFile>), known: false };
}

/** Adds to the counts of a file and moves its checkpoint. */
export async function settleBatch(
  transaction: Transaction,
  fileId: number,
  counts: Readonly<Counts>,
  position: SourcePosition | null,
): Promise<void> {
  const { inserted, identical, conflicting, replaced, rejected } = counts;
  await transaction.all(
    `UPDATE data_file SET inserted = inserted + $1, identical = identical + $2, conflicting = conflicting + $3,
       replaced = replaced + $4, rejected = rejected + $5${position ? ', bytes_done = $7, lines_done = $8' : ''}
     WHERE id = $6`,
    [inserted, identical, conflicting, replaced, rejected, fileId, ...(position ? [position.byte, position.line] : [])],
  );
}

/** See Ledger.finish. */
export async function finishFile(
  transaction: Transaction,
  fileId: number,
  result: { status: string; errorCode?: string; errorMessage?: string },
): Promise<DataFile> {
  const [row] = await transaction.all<Stored<DataFile>>(
    `UPDATE data_file SET status = $1, error_code = $2, error_message = $3, finished_at = $4 WHERE id = $5 RETURNING *`,
    [result.status, result.errorCode ?? null, result.errorMessage ?? null, new Date(), fileId],
  );
  if (!row) throw new NotFoundError(`there is no data file ${fileId} in the ledger`);
  return toDataFile(row);
}

const toDataFile = (row: Stored<DataFile>): DataFile => ({
  ...row,
  size: BigInt(row.size),
  bytesDone: BigInt(row.bytesDone),
  linesDone: BigInt(row.linesDone),
});
