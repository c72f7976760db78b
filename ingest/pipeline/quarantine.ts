import type { Ledger } from '../../src/store/store.ts';
import { realPath } from '../source/real-path.ts';
import { hashFile } from '../source.ts';
import type { FileProblem, FileReport, IngestHooks, IngestSettings } from './report.ts';

/** What a file met inside a folder may turn out to be without that being an error: a note, a picture, nothing. */
export const NO_DATA: ReadonlySet<string> = new Set(['UNKNOWN_FORMAT', 'NOT_A_REGULAR_FILE', 'EMPTY_FILE', 'UTF16']);

/** Nothing is known to be wrong with what is in the file: it could not be read, or not be asked for properly. */
const NOT_OF_CONTENT: ReadonlySet<string> = new Set([
  'FILE_NOT_FOUND',
  'IS_A_DIRECTORY',
  'PATH_TOO_LONG',
  'NOT_A_REGULAR_FILE',
  'PERMISSION_DENIED',
  'FILE_CHANGED',
  'READ_FAILED',
  'DATASET_REQUIRED',
  'SOURCE_REQUIRED',
  'DATABASE_LOST',
  'DATABASE_PERMISSION',
  'DISK_FULL',
  'UNAVAILABLE',
  'FORBIDDEN',
]);

/** Whether a file that is refused with this code, before anybody could tell what it is, is entered: under its hash. */
export const isQuarantined = (code: string, { dryRun }: IngestSettings, { metInFolder }: IngestHooks): boolean =>
  !dryRun && !NOT_OF_CONTENT.has(code) && !(metInFolder && NO_DATA.has(code));

/**
 * Enters a file that was refused before anybody could tell what it is: QUARANTINED, with the code, under the format ''.
 * Gives what the report says of it more.
 */
export async function quarantine(
  ledger: Ledger,
  { path, sha256, size }: FileReport,
  { code, message }: FileProblem,
  { entry, signal }: IngestHooks,
): Promise<Partial<FileReport>> {
  const found = sha256 !== null && size !== null ? { sha256, size } : await hashFile(path, signal);
  const identity = { sha256: found.sha256, dataset: '', source: '', format: '', meMap: '' };
  const facts = { path: entry?.path ?? (await realPath(path)), size: found.size };
  const { file } = await ledger.begin(identity, facts, {
    force: false,
    ...(entry?.id !== undefined && { entry: entry.id }),
  });
  await ledger.finish(file.id, { status: 'QUARANTINED', errorCode: code, errorMessage: message });
  return { ...found, fileId: file.id };
}
