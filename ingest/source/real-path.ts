import { readlink, realpath } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { FileError } from '../file-error.ts';

/** Of a path in the ledger: an index of PostgreSQL takes 2704. */
export const MOST_PATH_BYTES = 2000;

/** As many links in a row as Linux follows. */
const MOST_LINKS = 40;

/**
 * Where a path leads, past all symbolic links: what a file is called in the ledger, whichever name it was given. Of what is no
 * longer there, where it would be; of a circle of links, the path itself.
 */
export async function realPath(path: string, links = MOST_LINKS): Promise<string> {
  const real = await realpath(path).catch(() => null);
  if (real !== null) return real;
  const folder = dirname(path);
  if (folder === path || links === 0) return resolve(path);
  const leadsTo = await readlink(path).catch(() => null);
  if (leadsTo !== null) return realPath(resolve(await realPath(folder, links - 1), leadsTo), links - 1);
  return join(await realPath(folder, links), basename(path));
}

/** @throws FileError PATH_TOO_LONG for one that the ledger cannot keep. */
export function assertLedgerPath(path: string): void {
  const bytes = Buffer.byteLength(path);
  if (bytes <= MOST_PATH_BYTES) return;
  const reason = `its path has ${bytes} bytes, and the ledger keeps ${MOST_PATH_BYTES}: move it`;
  throw new FileError('PATH_TOO_LONG', `${path.slice(0, 100)}...: ${reason}`, { value: path.slice(0, 200) });
}
