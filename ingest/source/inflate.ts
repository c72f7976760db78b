import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { FileError } from '../file-error.ts';
import { type FileChunk, type RegularFile, readFailed } from './regular-file.ts';

interface InflateLimits {
  /** Bytes of one chunk. */
  readonly chunkBytes: number;
  /** Refuse to inflate to more bytes than this. */
  readonly maxBytes: number;
}

/**
 * The content of a gzip file from position `from` on; what stands before is inflated and skipped.
 * @throws FileError BROKEN_GZIP, TRUNCATED, INFLATED_TOO_LARGE and what reading throws.
 */
export async function* inflated(
  file: RegularFile,
  from: number,
  { chunkBytes, maxBytes }: InflateLimits,
): AsyncGenerator<FileChunk> {
  // two chunks wait at most; a stream of the handle itself would close it
  const raw = Readable.from(file.blocks(), { highWaterMark: 2 });
  const gunzip = createGunzip({ chunkSize: Math.max(chunkBytes, 64) });
  pipeline(raw, gunzip, () => {});
  let position = 0;
  const pieces = function* (this: void, whole: Buffer) {
    for (let start = 0; start < whole.length; start += chunkBytes) {
      const bytes = whole.subarray(start, start + chunkBytes);
      if (position + bytes.length > maxBytes) throw tooLarge(file.path, maxBytes);
      const skip = Math.max(0, from - position);
      if (skip < bytes.length) yield { bytes: bytes.subarray(skip), position: position + skip };
      position += bytes.length;
    }
  };
  try {
    for await (const whole of gunzip as AsyncIterable<Buffer>) yield* pieces(whole);
  } catch (error) {
    if (error instanceof FileError) throw error;
    await file.assertUnchanged();
    // what was inflated before the fault still waits in the stream, which an error ends before it is empty
    for (let rest = gunzip.read() as Buffer | null; rest; rest = gunzip.read()) yield* pieces(rest);
    throw gzipFault(file.path, error, position);
  } finally {
    raw.destroy();
  }
}

function tooLarge(path: string, maxBytes: number): FileError {
  return new FileError('INFLATED_TOO_LARGE', `${path}: it inflates to more than the allowed ${maxBytes} bytes`, {
    file: path,
    byte: maxBytes,
  });
}

function gzipFault(path: string, cause: unknown, position: number): FileError {
  const code = (cause as NodeJS.ErrnoException).code;
  const details = { file: path, byte: position };
  if (code === 'Z_BUF_ERROR') {
    return new FileError('TRUNCATED', `${path}: the gzip file ends too early`, details, { cause });
  }
  if (code?.startsWith('Z_')) {
    const reason = cause instanceof Error ? cause.message : code;
    return new FileError('BROKEN_GZIP', `${path}: broken gzip after ${position} bytes of text: ${reason}`, details, {
      cause,
    });
  }
  return readFailed(path, cause);
}
