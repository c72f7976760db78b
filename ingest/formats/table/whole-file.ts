import { FileError } from '../../file-error.ts';
import type { ByteSource } from '../../source.ts';

const MAX_BYTES = 64 * 1024 * 1024;

/** All bytes of a file whose format is read in one piece. @throws FileError FILE_TOO_LARGE. */
export async function wholeFile(source: ByteSource): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const { bytes, position } of source.chunks()) {
    if (position + bytes.length > MAX_BYTES) {
      const reason = `${source.path}: larger than ${MAX_BYTES} bytes: split it, or write it as CSV or Parquet`;
      throw new FileError('FILE_TOO_LARGE', reason, { file: source.path, byte: position });
    }
    parts.push(Uint8Array.from(bytes));
  }
  return Buffer.concat(parts);
}
