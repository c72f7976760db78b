import { UnavailableError } from '../../src/domain/errors.ts';
import type { Reads, Rows } from '../../src/store/store.ts';

type DataFile = Rows['dataFile'];

/** Why a write was refused, and code of a report on a file that was left to another process. */
export const FILE_BUSY = 'FILE_BUSY';

const POLL_MS = 200;
/** A reader whose checkpoint stands still this long is taken for dead, and its work is taken over. */
const PATIENCE_MS = 30_000;

/** Whether a write failed because the checkpoint is not where this process left it: another one reads the same file. */
export const isFileBusy = (error: unknown): boolean =>
  error instanceof UnavailableError && error.details.reason === FILE_BUSY;

/**
 * Waits until another process has settled the file, or seems to have died over it.
 * @returns its row in the ledger, null when `signal` was aborted meanwhile.
 */
export async function waitForOtherReader(reads: Reads, fileId: number, signal?: AbortSignal): Promise<DataFile | null> {
  let row: DataFile | null = null;
  let movedAt = Date.now();
  while (!signal?.aborted) {
    const [now] = await reads.dataFiles([fileId]);
    if (!now) throw new UnavailableError(`the ledger lost file ${fileId} while another process read it`);
    if (now.status !== 'RUNNING') return now;
    if (now.bytesDone !== row?.bytesDone) movedAt = Date.now();
    else if (Date.now() - movedAt > PATIENCE_MS) return now;
    row = now;
    await new Promise((resume) => setTimeout(resume, POLL_MS));
  }
  return null;
}
