import { execFileSync } from 'node:child_process';
import xxhash from 'xxhash-wasm';
import { block, type Compress, zlibBlock } from './compress.ts';

/** Through a tool of the machine: the compressing side is no part of the project. */
const tool =
  (letters: string, method: number, command: string, ...args: string[]): Compress =>
  (content) =>
    block(letters, method, execFileSync(command, args, { input: content }), content.length);

const has = (command: string) => {
  try {
    execFileSync(command, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};

/** Every kind that ROOT files use, as far as the machine has the tools. */
export const compressions: [string, Compress | undefined][] = [
  ['nothing', undefined],
  ['zlib', zlibBlock],
];
if (has('xz')) compressions.push(['LZMA', tool('XZ', 0, 'xz', '--check=crc32', '-c')]);
if (has('zstd')) compressions.push(['zstd', tool('ZS', 1, 'zstd', '-c')]);

if (has('lz4')) {
  const { h64Raw } = await xxhash();
  compressions.push([
    'LZ4',
    (content) => {
      const frame = execFileSync('lz4', ['-c', '--no-frame-crc'], { input: content });
      // the one block of the frame, which ROOT stores behind its checksum
      const stored = frame.subarray(11, 11 + frame.readUInt32LE(7));
      const checksum = Buffer.alloc(8);
      checksum.writeBigUInt64BE(h64Raw(stored));
      return block('L4', 1, Buffer.concat([checksum, stored]), content.length);
    },
  ]);
}
