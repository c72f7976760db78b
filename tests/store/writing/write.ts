import type { IssueRecord, RecordBatch } from '../../../src/domain/record.ts';
import type { Database } from '../../../src/store/database.ts';
import { PostgresDatabase } from '../../../src/store/postgres.ts';
import { SqliteDatabase } from '../../../src/store/sqlite.ts';
import type { BatchOutcome, FileIdentity, IngestOptions, Ledger } from '../../../src/store/store.ts';

let files = 0;

/** Enters a file of its own, RUNNING; returns its id. */
export async function beginFile(
  ledger: Ledger,
  identity: Partial<FileIdentity> = {},
  { force = false, path = `/data/${identity.sha256 ?? files}.csv`, size = 1000 } = {},
): Promise<number> {
  const whole = { sha256: `hash-${files++}`, dataset: '', source: '', format: 'test', meMap: '', ...identity };
  return (await ledger.begin(whole, { path, size }, { force })).file.id;
}

/** Writes one batch at byte 100, line 10. */
export function write(
  ledger: Ledger,
  fileId: number,
  batch: RecordBatch | null,
  options: Partial<IngestOptions> = {},
  issues: readonly IssueRecord[] = [],
): Promise<BatchOutcome> {
  const settings = { onConflict: 'keep', source: '', ...options } as const;
  return ledger.write(fileId, batch, issues, { byte: 100, line: 10 }, settings);
}

/** The counts that are not 0. */
export const counted = ({ counts }: BatchOutcome): Partial<BatchOutcome['counts']> =>
  Object.fromEntries(Object.entries(counts).filter(([, count]) => count !== 0));

/** A connection to look at what the store wrote. */
export async function openDatabase(url: string): Promise<Database> {
  const settings = { onStatement: () => {} };
  return url.startsWith('file:') ? SqliteDatabase.open(url, settings) : PostgresDatabase.open(url, settings);
}
