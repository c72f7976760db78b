import { FileError } from '../../file-error.ts';
import { contradiction } from '../contradiction.ts';

export function brokenParquet(path: string, byte: number, reason: string, cause?: unknown): FileError {
  return new FileError(
    'BROKEN_PARQUET',
    `${path}: broken Parquet at byte ${byte}: ${reason}`,
    { file: path, byte },
    { cause },
  );
}

/** What the library throws about damaged content, as a refusal of the file; a FileError stays one. */
export function asBroken(path: string, byte: number, error: unknown): FileError {
  if (error instanceof FileError) return error;
  return brokenParquet(path, byte, `what stands there ${contradiction(error)}`, error);
}
