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

/** The file is whole, but the column is not what it has to be. */
export function wrongColumn(path: string, name: string, holds: string, wanted: string): FileError {
  const reason = `${path}: column "${name}" holds ${holds}, where it has to hold ${wanted}`;
  return new FileError('WRONG_COLUMN', reason, { file: path, field: name });
}

/** What the library throws about damaged content, as a refusal of the file; a FileError stays one. */
export function asBroken(path: string, byte: number, error: unknown): FileError {
  if (error instanceof FileError) return error;
  return brokenParquet(path, byte, `what stands there ${contradiction(error)}`, error);
}
