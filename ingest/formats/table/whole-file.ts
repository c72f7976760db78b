import { FileError } from '../../file-error.ts';
import type { ByteSource } from '../../source.ts';

const MAX_BYTES = 64 * 1024 * 1024;
/** Held at first of a file that says its size only by its end. */
const FIRST_BYTES = 1024 * 1024;

/** All bytes of a file whose format is read in one piece. @throws FileError FILE_TOO_LARGE. */
export async function wholeFile(source: ByteSource): Promise<Buffer> {
  // in parts, and then in one piece, it would need twice the memory
  let bytes = Buffer.allocUnsafeSlow(Math.min(source.compressed ? FIRST_BYTES : source.stamp.size, MAX_BYTES));
  let length = 0;
  for await (const { bytes: more, position } of source.chunks()) {
    const end = length + more.length;
    if (end > MAX_BYTES) {
      const reason = `${source.path}: larger than ${MAX_BYTES} bytes: split it, or write it as CSV or Parquet`;
      throw new FileError('FILE_TOO_LARGE', reason, { file: source.path, byte: position });
    }
    if (end > bytes.length) {
      const larger = Buffer.allocUnsafeSlow(Math.min(2 * end, MAX_BYTES));
      bytes.copy(larger, 0, 0, length);
      bytes = larger;
    }
    bytes.set(more, length);
    length = end;
  }
  return bytes.subarray(0, length);
}
