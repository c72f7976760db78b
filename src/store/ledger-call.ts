import { type Counts, type IssueRecord, noCounts, type RecordBatch } from '../domain/record.ts';
import type { DataFile } from '../generated/sqlite/client.ts';
import type { PreparedBatch } from './batch-writer.ts';
import type { Transaction } from './database.ts';
import type { Dialect } from './dialect.ts';
import { conflictsOf, countOutcome } from './ledger-conflicts.ts';
import { beginFile, finishFile, settleBatch } from './ledger-files.ts';
import { appendIssues } from './ledger-issues.ts';
import type { CallOutcome, CallRecords } from './store.ts';

/** A batch of a call with the ids of what it names. */
export interface PreparedCallBatch {
  readonly batch: RecordBatch;
  readonly prepared: PreparedBatch;
}

/** Undoes the transaction of a call of which nothing is to stay, and carries its result past the rollback. */
export class NothingStays extends Error {
  readonly outcome: CallOutcome;

  constructor(outcome: CallOutcome) {
    super('nothing of the call stays');
    this.outcome = outcome;
  }
}

/**
 * Writes what a call brings, with its row of the ledger, in the caller's transaction.
 * @throws NothingStays where all of it is to be undone.
 */
export async function writeCall(
  transaction: Transaction,
  dialect: Dialect,
  call: CallRecords,
  batches: readonly PreparedCallBatch[],
): Promise<CallOutcome> {
  const { identity, path, size, options, strict } = call;
  // a share is counted once: content whose shares are stored has nothing to add
  const force = options.onConflict !== 'add';
  // nobody can have asked about a file that is there and done at once: writers need not wait for one another to tell of it
  const unheard: Transaction = { ...transaction, publish: () => {} };
  const { file, known } = await beginFile(unheard, dialect, identity, { path, size }, { force });
  if (known) throw new NothingStays(alreadyAdded(file, call));
  const counts = noCounts();
  const issues = [...call.issues];
  for (const { batch, prepared } of batches) {
    const settings = { fileId: file.id, format: file.format, options, expectTaken: false, tellsConflicts: true };
    const written = await prepared.write(transaction, dialect, settings);
    const conflicts = await conflictsOf(transaction, dialect, written);
    for (const outcome of written.outcomes) countOutcome(counts, outcome);
    issues.push(...written.issues, ...conflicts.map((conflict) => call.conflictIssue(batch, conflict)));
  }
  counts.rejected = rejectedIn(issues);
  if (options.onConflict === 'fail' && counts.conflicting > 0) {
    throw new NothingStays({ file: null, counts, issues, refused: 'CONFLICT' });
  }
  if (strict && counts.conflicting + counts.rejected > 0) {
    throw new NothingStays({ file: null, counts, issues, refused: 'STRICT' });
  }
  if (!leavesTrace(counts)) throw new NothingStays({ file: null, counts, issues, refused: null });
  await appendIssues(transaction, file.id, issues);
  const position = { byte: size, line: call.rows };
  await settleBatch(transaction, dialect, file.id, counts, { position });
  return { file: await finishFile(unheard, file.id, { status: 'DONE' }), counts, issues, refused: null };
}

/**
 * Whether the database is another one after the call: a ledger of calls that changed nothing tells nobody anything. Of all
 * that is identical is kept who states it as well, so that withdrawing one of them leaves it.
 */
const leavesTrace = ({ inserted, replaced, added, identical }: Counts): boolean =>
  inserted + replaced + added + identical > 0;

const rejectedIn = (issues: readonly IssueRecord[]) => issues.filter(({ severity }) => severity === 'REJECTED').length;

function alreadyAdded(file: DataFile, { rows, issues }: CallRecords): CallOutcome {
  const rejected = rejectedIn(issues);
  return { file, counts: { ...noCounts(), identical: rows - rejected, rejected }, issues, refused: null };
}
