import { UnavailableError } from '../../src/domain/errors.ts';
import type { Lease, Ledger, Reads } from '../../src/store/store.ts';
import { endReading, hasDied, nameReading } from './process-name.ts';

/** Why a file cannot be read now, and code of a report on a file that was left to another process. */
export const FILE_BUSY = 'FILE_BUSY';

const POLL_MS = 200;
/** A third of what a lease lasts. */
const RENEW_MS = 20_000;

/** Whether another process reads the file, or has taken over its reading. */
export const isFileBusy = (error: unknown): error is UnavailableError =>
  error instanceof UnavailableError && error.details.reason === FILE_BUSY;

/** A lease for one reading. `end` says that it goes on no more: whatever it may still hold is free at once. */
export function openLease(): Lease & { end(): void } {
  const owner = nameReading();
  return { owner, isDead: hasDied, end: () => endReading(owner) };
}

/** Keeps a lease while a reading writes nothing for long. @returns what stops it. */
export function keepLease(ledger: Ledger, fileId: number, { owner }: Lease): () => void {
  // a lease that is lost, or a database that is gone, is for the next write to find out
  const timer = setInterval(() => ledger.renew(fileId, owner).catch(() => {}), RENEW_MS);
  timer.unref();
  return () => clearInterval(timer);
}

/** Waits until nobody is known to read the file, or `signal` is aborted. */
export async function waitForLease(reads: Reads, fileId: number, signal?: AbortSignal): Promise<void> {
  while (!signal?.aborted) {
    const [row] = await reads.dataFiles([fileId]);
    if (!row) throw new UnavailableError(`the ledger lost file ${fileId} while another process read it`);
    const { leaseOwner, leaseExpiresAt } = row;
    if (leaseOwner === null || leaseExpiresAt === null || leaseExpiresAt.getTime() < Date.now()) return;
    if (hasDied(leaseOwner)) return;
    await new Promise((resume) => setTimeout(resume, POLL_MS));
  }
}
