import { FileError } from '../file-error.ts';

/** @throws FileError UTF16 for a text that begins so. */
export function refuseUtf16(path: string, head: Uint8Array): void {
  const order = utf16Order(head);
  if (!order) return;
  throw new FileError('UTF16', `${path}: the text is UTF-16 (${order}): save it as UTF-8`, { file: path, byte: 0 });
}

function utf16Order(head: Uint8Array): 'little-endian' | 'big-endian' | null {
  if (head[0] === 0xff && head[1] === 0xfe) return 'little-endian';
  if (head[0] === 0xfe && head[1] === 0xff) return 'big-endian';
  // Without a BOM: Latin text with a zero in every second byte. No binary format begins like that.
  const pairs = Math.min(32, head.length >> 1);
  if (pairs < 4) return null;
  for (const [zero, order] of [
    [1, 'little-endian'],
    [0, 'big-endian'],
  ] as const) {
    let all = true;
    for (let i = 0; i < pairs && all; i++) {
      const letter = head[2 * i + 1 - zero] ?? 0;
      all = head[2 * i + zero] === 0 && (letter >= 32 ? letter < 127 : letter === 9 || letter === 10 || letter === 13);
    }
    if (all) return order;
  }
  return null;
}
