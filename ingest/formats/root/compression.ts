import { inflateSync } from 'node:zlib';
import { RootFault } from './fault.ts';
import { decodeLz4 } from './lz4.ts';

/** Two letters and the method, three bytes of stored and three of inflated size, little-endian. */
const HEADER_BYTES = 9;
const CHECKSUM_BYTES = 8;

/** No record of a monitor element comes near. */
const MAX_INFLATED_BYTES = 128 * 1024 * 1024;

interface Block {
  readonly algorithm: 'ZLIB' | 'LZMA' | 'LZ4' | 'ZSTD';
  readonly stored: Uint8Array;
  readonly at: number;
  readonly size: number;
}

/**
 * The content of a record: as it is stored where it has the declared size, else a chain of compressed blocks (zlib,
 * LZMA, LZ4, zstd) that gives exactly that size. Sizes are checked before anything is allocated, the checksums of
 * all four while inflating, where the file has them.
 * @throws RootFault BROKEN_COMPRESSION, UNKNOWN_COMPRESSION, INFLATED_TOO_LARGE.
 */
export async function contentOf(stored: Uint8Array, size: number): Promise<Uint8Array> {
  if (size === stored.length) return stored;
  if (size > MAX_INFLATED_BYTES) {
    throw new RootFault('INFLATED_TOO_LARGE', `it would inflate to ${size} bytes, more than ${MAX_INFLATED_BYTES}`);
  }
  const blocks = blocksOf(stored, size);
  const [only] = blocks;
  if (only && blocks.length === 1) return inflatedOf(only);
  const content = new Uint8Array(size);
  for (const block of blocks) content.set(await inflatedOf(block), block.at);
  return content;
}

/** Exactly as many bytes as the block says. */
async function inflatedOf(block: Block): Promise<Uint8Array> {
  let content: Uint8Array;
  try {
    content = await inflate(block);
  } catch (error) {
    if (error instanceof RootFault) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new RootFault('BROKEN_COMPRESSION', `${block.algorithm}: ${reason}`, undefined, { cause: error });
  }
  if (content.length === block.size) return content;
  throw broken(`${content.length} bytes where ${block.size} were declared`);
}

function blocksOf(stored: Uint8Array, size: number): Block[] {
  const blocks: Block[] = [];
  let from = 0;
  let to = 0;
  while (to < size) {
    if (from + HEADER_BYTES > stored.length) throw broken(`it ends after ${to} of ${size} bytes`);
    const length = threeBytes(stored, from + 3);
    const inflated = threeBytes(stored, from + 6);
    const algorithm = algorithmOf(stored, from);
    const start = from + HEADER_BYTES;
    from = start + length;
    if (from > stored.length) throw broken(`a block of ${length} bytes where ${stored.length - start} are left`);
    if (inflated === 0 || to + inflated > size) throw broken(`blocks of more than the declared ${size} bytes`);
    blocks.push({ algorithm, stored: stored.subarray(start, from), at: to, size: inflated });
    to += inflated;
  }
  if (from !== stored.length) throw broken(`${stored.length - from} bytes follow the last block`);
  return blocks;
}

function algorithmOf(stored: Uint8Array, at: number): Block['algorithm'] {
  const letters = Buffer.from(stored.subarray(at, at + 2)).toString('latin1');
  const method = stored[at + 2];
  if (letters === 'ZL' && method === 8) return 'ZLIB';
  if (letters === 'XZ') return 'LZMA';
  if (letters === 'L4') return 'LZ4';
  if (letters === 'ZS') return 'ZSTD';
  throw new RootFault('UNKNOWN_COMPRESSION', `blocks of the kind ${JSON.stringify(letters)} ${method}`);
}

async function inflate({ algorithm, stored, size }: Block): Promise<Uint8Array> {
  switch (algorithm) {
    case 'ZLIB':
      // a byte to spare: into a full buffer it would come back for more, with a second one
      return inflateSync(stored, { maxOutputLength: size, chunkSize: Math.max(64, size + 1) });
    case 'LZ4': {
      await checkXxh64(stored);
      const content = new Uint8Array(size);
      decodeLz4(stored.subarray(CHECKSUM_BYTES), content);
      return content;
    }
    case 'ZSTD':
      return unzstd(stored, size);
    default:
      return unxz(stored, size);
  }
}

/** LZ4 blocks begin with the XXH64 of what follows. */
async function checkXxh64(stored: Uint8Array): Promise<void> {
  if (stored.length < CHECKSUM_BYTES) throw broken('an LZ4 block without its checksum');
  const expected = Buffer.from(stored.buffer, stored.byteOffset, CHECKSUM_BYTES).readBigUInt64BE();
  if ((await xxh64(stored.subarray(CHECKSUM_BYTES))) !== expected) {
    throw broken('LZ4: the checksum is not that of the data');
  }
}

async function xxh64(bytes: Uint8Array): Promise<bigint> {
  const { default: xxhash } = await import('xxhash-wasm');
  hashing ??= xxhash();
  return (await hashing).h64Raw(bytes);
}

let hashing: ReturnType<typeof import('xxhash-wasm')['default']> | undefined;

/** A zstd frame may end with the lower half of the XXH64 of its content, which the library passes over. */
async function unzstd(stored: Uint8Array, size: number): Promise<Uint8Array> {
  const { decompress } = await import('fzstd');
  checkZstdSize(stored, size);
  const content = decompress(stored);
  if (((stored[4] as number) & 4) === 0) return content;
  const checksum = new DataView(stored.buffer, stored.byteOffset + stored.length - 4).getUint32(0, true);
  if (BigInt(checksum) === ((await xxh64(content)) & 0xffff_ffffn)) return content;
  throw broken('ZSTD: the checksum is not that of the data');
}

/** A zstd frame states its size; the library allocates what it states. */
function checkZstdSize(frame: Uint8Array, size: number): void {
  const view = Buffer.from(frame.buffer, frame.byteOffset, frame.byteLength);
  if (view.length < 18 && view.length < 6) throw broken('a zstd frame that ends in its header');
  if (view.readUInt32LE(0) !== 0xfd2fb528) throw broken('no zstd frame');
  const descriptor = view[4] as number;
  const single = (descriptor & 0x20) !== 0;
  const dictionary = [0, 1, 2, 4][descriptor & 3] as number;
  const at = 5 + (single ? 0 : 1) + dictionary;
  const kind = descriptor >> 6;
  if (kind === 0 && !single) {
    // not stated: then the window bounds what is allocated at once
    const window = view[5] as number;
    if (10 + (window >> 3) > 27) throw broken('a zstd window of more than 128 MiB');
    return;
  }
  const stated =
    kind === 0
      ? view.readUInt8(at)
      : kind === 1
        ? view.readUInt16LE(at) + 256
        : kind === 2
          ? view.readUInt32LE(at)
          : Number(view.readBigUInt64LE(at));
  if (stated !== size) throw broken(`a zstd frame of ${stated} bytes where ${size} were declared`);
}

async function unxz(stored: Uint8Array, size: number): Promise<Uint8Array> {
  const { XzReadableStream } = (await import('xz-decompress')).default;
  const source = new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(stored);
      controller.close();
    },
  });
  const reader = new XzReadableStream(source).getReader();
  const parts: Uint8Array[] = [];
  let length = 0;
  try {
    while (true) {
      const { done, value } = await reader.read();
      if (done) return Buffer.concat(parts);
      length += value.length;
      if (length > size) throw broken(`LZMA: more than the declared ${size} bytes`);
      parts.push(Uint8Array.from(value));
    }
  } finally {
    await reader.cancel().catch(() => {});
  }
}

const threeBytes = (bytes: Uint8Array, at: number): number =>
  (bytes[at] as number) | ((bytes[at + 1] as number) << 8) | ((bytes[at + 2] as number) << 16);

const broken = (what: string) => new RootFault('BROKEN_COMPRESSION', what);
