import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { FileError } from '../file-error.ts';
import { BLOCK_BYTES, type FileChunk, type RegularFile, readFailed } from './regular-file.ts';

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
    throw gzipFault(file, error, gunzip.bytesWritten);
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

/** @param byte up to here, of the file, everything could be inflated. */
function gzipFault({ path, stamp }: RegularFile, cause: unknown, byte: number): FileError {
  const code = (cause as NodeJS.ErrnoException).code;
  const refused = (code: 'TRUNCATED' | 'BROKEN_GZIP', reason: string) =>
    new FileError(code, `${path}: ${reason}`, { file: path, byte }, { cause });
  if (!code?.startsWith('Z_')) return readFailed(path, cause);
  if (code === 'Z_BUF_ERROR') {
    return refused('TRUNCATED', 'the gzip file ends too early, before its checksum: nothing of it is taken');
  }
  const found = cause instanceof Error ? cause.message : code;
  const place = `between bytes ${byte} and ${Math.min(stamp.size, byte + BLOCK_BYTES)} of the file`;
  return refused(
    'BROKEN_GZIP',
    // no first member can be without the bytes by which a gzip file is known
    NO_MEMBER.test(found)
      ? `behind the end of its gzip data stands something else, ${place}: cut it off, or decompress the file`
      : `broken gzip (${found}), found ${place}; the damage may stand anywhere before, so nothing of it is taken`,
  );
}

const NO_MEMBER = /^incorrect header check$/;
