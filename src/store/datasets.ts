import { valueDifference } from '../domain/content-difference.ts';
import type { DatasetBatch, DatasetRecord } from '../domain/record.ts';
import type { Column, Transaction } from './database.ts';
import type { Dialect, KeyColumn } from './dialect.ts';
import { enterDatasets } from './dictionaries.ts';
import { Outcome, type WrittenRows } from './outcome.ts';
import type { Touched } from './prune.ts';
import type { OnConflict } from './store.ts';
import type { WithdrawalCounts } from './withdrawal.ts';

const CONTRIBUTION: readonly Column[] = ['dataset_id', 'file_id', 'describes'].map((name) => ({
  name,
  type: 'integer',
}));
const ID: readonly (Column & KeyColumn)[] = [{ name: 'id', type: 'integer' }];

interface Stored {
  readonly id: number;
  readonly name: string;
  readonly description: string | null;
}

/** A dataset while records are merged into it. */
interface Draft {
  readonly isNew: boolean;
  readonly before: string | null;
  description: string | null;
  /** Whether a record of this batch states the description that it has now. */
  describes: boolean;
}

/**
 * Writes what is stated of datasets. A record is inserted when the dataset, or a description of it, is new, identical when
 * all it states is stored, and conflicting when another description is: then that one stays, or (`replace`) goes.
 * `dataset_contribution` names the files that state it, so that it can be taken back. No other transaction writes meanwhile.
 */
export async function writeDatasets(
  transaction: Transaction,
  dialect: Dialect,
  { datasets }: DatasetBatch,
  { fileId, onConflict }: { readonly fileId: number; readonly onConflict: OnConflict },
): Promise<WrittenRows> {
  const names = [...new Set(datasets.map(({ name }) => name))];
  const drafts = new Map<string, Draft>(
    [...(await stored(transaction, dialect, names))].map(([name, { description }]) => [
      name,
      { isNew: false, before: description, description, describes: false },
    ]),
  );
  const sameFile = new Set<number>();
  const differences = new Map<number, string>();
  const outcomes = Uint8Array.from(datasets, (record, row) => {
    const { name } = record;
    const known = drafts.get(name);
    const draft = known ?? { isNew: true, before: null, description: null, describes: false };
    const outcome = merge(draft, record, onConflict);
    if (outcome === Outcome.conflicting) {
      if (draft.describes) sameFile.add(row);
      differences.set(row, valueDifference('description', record.description, draft.description) ?? '');
    }
    if (known !== undefined) return outcome;
    drafts.set(name, draft);
    return Outcome.inserted;
  });
  await enterDatasets(transaction, dialect, names);
  const rows = await stored(transaction, dialect, names);
  const claims: number[][] = [];
  for (const [name, { before, description, describes }] of drafts) {
    const { id } = rows.get(name) as Stored;
    if (description !== before) {
      await transaction.all('UPDATE dataset SET description = $1 WHERE id = $2', [description, id]);
      await transaction.all('UPDATE dataset_contribution SET describes = 0 WHERE dataset_id = $1', [id]);
    }
    claims.push([id, fileId, describes ? 1 : 0]);
  }
  await transaction.insert(
    'dataset_contribution',
    CONTRIBUTION,
    claims.sort(([a = 0], [b = 0]) => a - b),
    `ON CONFLICT (dataset_id, file_id) DO UPDATE SET
       describes = CASE WHEN excluded.describes = 1 THEN 1 ELSE dataset_contribution.describes END`,
  );
  return { outcomes, sameFile, earlierFiles: new Map(), differences };
}

function merge(draft: Draft, { description: stated }: DatasetRecord, onConflict: OnConflict): number {
  if (stated === undefined || stated === draft.description) {
    if (stated != null) draft.describes = true;
    return Outcome.identical;
  }
  const contradicts = draft.description !== null;
  if (contradicts && onConflict !== 'replace') return Outcome.conflicting;
  draft.description = stated;
  draft.describes = stated !== null;
  return contradicts ? Outcome.replaced : Outcome.inserted;
}

async function stored(transaction: Transaction, dialect: Dialect, names: readonly string[]) {
  const keys = [{ name: 'wanted', type: 'text' }] as const;
  const rows = await transaction.all<Stored>(
    `SELECT d.id, d.name, d.description FROM ${dialect.keyTable('k', keys, 1)} CROSS JOIN dataset d WHERE d.name = k.wanted`,
    dialect.keyParameters(
      keys,
      names.map((name) => [name]),
    ),
  );
  return new Map(rows.map((row) => [row.name, row]));
}

/** Takes back what a file states of datasets: a description goes with the last file that states it. */
export async function withdrawDatasets(
  transaction: Transaction,
  dialect: Dialect,
  fileId: number,
  touched: Touched,
  { gone, stays }: WithdrawalCounts,
): Promise<void> {
  const rows = await transaction.arrays<[id: number, describes: number, others: number]>(
    `SELECT c.dataset_id, c.describes, CASE WHEN EXISTS (SELECT 1 FROM dataset_contribution o
       WHERE o.dataset_id = c.dataset_id AND o.file_id <> c.file_id AND o.describes = 1) THEN 1 ELSE 0 END
     FROM dataset_contribution c WHERE c.file_id = $1`,
    [fileId],
  );
  if (rows.length === 0) return;
  const described = rows.filter(([, describes]) => describes === 1);
  const alone = described.filter(([, , others]) => Number(others) === 0);
  await transaction.all(
    `UPDATE dataset SET description = NULL FROM ${dialect.keyTable('k', ID, 1)} WHERE dataset.id = k.id`,
    dialect.keyParameters(
      ID,
      alone.map(([id]) => [id]),
    ),
  );
  gone.datasetDescriptions = alone.length;
  stays.datasetDescriptions = described.length - alone.length;
  await transaction.all('DELETE FROM dataset_contribution WHERE file_id = $1', [fileId]);
  for (const [id] of rows) touched.datasets.add(id);
}
