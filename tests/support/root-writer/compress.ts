import { deflateSync } from 'node:zlib';

/** Blocks of ROOT's compression. */
export type Compress = (content: Buffer) => Buffer;

export const zlibBlock: Compress = (content) => block('ZL', 8, deflateSync(content), content.length);

export function block(letters: string, method: number, stored: Buffer, size: number): Buffer {
  const header = Buffer.alloc(9);
  header.write(letters, 'latin1');
  header[2] = method;
  header.writeUIntLE(stored.length, 3, 3);
  header.writeUIntLE(size, 6, 3);
  return Buffer.concat([header, stored]);
}
