import { isUtf8 } from 'node:buffer';
import { FileError } from '../file-error.ts';

const REPLACEMENT = '\u{FFFD}';
const BYTE_ORDER_MARK = '\u{FEFF}';

/**
 * The text of a file, a BOM left out. What is ASCII alone takes a byte a character: TextDecoder takes two.
 * @throws FileError MALFORMED_JSON with line and byte where it is not UTF-8.
 */
export function utf8Text(bytes: Buffer, path: string): string {
  if (!isUtf8(bytes)) {
    const byte = firstBadByte(bytes);
    const line = bytes.subarray(0, byte).filter((one) => one === 10).length + 1;
    const reason = `${path}: line ${line}: not UTF-8 at byte ${byte}`;
    throw new FileError('MALFORMED_JSON', reason, { file: path, line, byte });
  }
  const text = bytes.toString('utf8');
  return text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text;
}

/** Where the first replacement character stands that the bytes do not hold themselves. */
function firstBadByte(bytes: Buffer): number {
  const text = bytes.toString('utf8');
  let byte = 0;
  for (let from = 0; ; ) {
    const found = text.indexOf(REPLACEMENT, from);
    if (found < 0) return bytes.length;
    byte += Buffer.byteLength(text.slice(from, found));
    if (bytes.toString('latin1', byte, byte + 3) !== '\xef\xbf\xbd') return byte;
    byte += 3;
    from = found + 1;
  }
}
