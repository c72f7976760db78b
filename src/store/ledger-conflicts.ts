import type { Counts } from '../domain/record.ts';
import { rowsWith, type WrittenBatch } from './batch-writer.ts';
import type { Database, Transaction } from './database.ts';
import { Outcome } from './outcome.ts';
import type { RowConflict } from './store.ts';

/** Names of the counts by outcome. */
export const COUNT_NAMES = ['rejected', 'inserted', 'identical', 'conflicting', 'replaced', 'added'] as const;

export function countOutcome(counts: Counts, outcome: number): void {
  counts[COUNT_NAMES[outcome] as keyof Counts]++;
}

/** The rows of a batch that met another content, with what brought it. */
export async function conflictsOf(
  transaction: Transaction,
  dialect: Database['dialect'],
  { outcomes, sameFile, earlierFiles, notAdded, differences }: WrittenBatch,
): Promise<RowConflict[]> {
  const rows = rowsWith(outcomes, Outcome.conflicting);
  const keys = [{ name: 'wanted', type: 'integer' }] as const;
  const fileIds = [...new Set(earlierFiles.values())].map((id) => [id]);
  const files = fileIds.length
    ? await transaction.all<{ id: number; path: string }>(
        `SELECT f.id, f.path FROM ${dialect.keyTable('k', keys, 1)} CROSS JOIN data_file f WHERE f.id = k.wanted`,
        dialect.keyParameters(keys, fileIds),
      )
    : [];
  const paths = new Map(files.map(({ id, path }) => [id, path]));
  return rows.map((row) => ({
    row,
    sameFile: sameFile.has(row),
    earlierPath: paths.get(earlierFiles.get(row) ?? -1) ?? null,
    difference: differences?.get(row) ?? '',
    ...(notAdded?.has(row) && { notAdded: notAdded.get(row) }),
  }));
}
