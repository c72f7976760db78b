/** The last part of a path: `charge_PXLayer_1` of `PixelPhase1/Tracks/PXBarrel/charge_PXLayer_1`. Not unique. */
export function leafName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** The first folder of a path; null for a leaf alone, whose source does not tell. */
export function subsystemOf(path: string): string | null {
  const end = path.indexOf('/');
  return end < 0 ? null : path.slice(0, end);
}

const MAX_PATH_LENGTH = 1000;
/** In UTF-8: an index of PostgreSQL takes 2704 bytes. */
const MAX_PATH_BYTES = 2000;

/** Why no monitor element can have this path, or null where one can. Spaces and signs within it are common. */
export function pathProblem(path: string): string | null {
  if (path === '') return 'it is empty';
  if (path.length > MAX_PATH_LENGTH) return `it is longer than ${MAX_PATH_LENGTH} characters`;
  if (path.length * 3 > MAX_PATH_BYTES && Buffer.byteLength(path) > MAX_PATH_BYTES)
    return `it is longer than ${MAX_PATH_BYTES} bytes`;
  if (/\p{Cc}/u.test(path)) return 'it has control characters in it';
  if (path.split('/').includes('')) return 'it has an empty part (it begins or ends with / or has // in it)';
  return null;
}
