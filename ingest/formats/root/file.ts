import { FileError } from '../../file-error.ts';
import type { ByteSource } from '../../source.ts';
import { type Basket, basketOf, readBasketHeader } from './basket.ts';
import { readLayouts } from './class-descriptions.ts';
import { contentOf } from './compression.ts';
import { Cursor } from './cursor.ts';
import { RootFault } from './fault.ts';
import { type Key, readKey } from './key.ts';
import { ObjectReader, type RootObject } from './objects.ts';
import { type Ranges, ReadAhead } from './read-ahead.ts';
import type { Layouts } from './streamer-info.ts';

/** The list of keys of a directory, and the descriptions of classes, are held whole. */
const MAX_LIST_BYTES = 256 * 1024 * 1024;

export const isRoot = (head: Uint8Array): boolean =>
  head[0] === 0x72 && head[1] === 0x6f && head[2] === 0x6f && head[3] === 0x74;

/** A ROOT file, read by ranges: record by record, never whole. */
export class RootFile {
  readonly source: ByteSource;
  readonly #ranges: Ranges;
  readonly #layouts: Layouts;
  /** Keys of the top directory. */
  readonly keys: readonly Key[];

  private constructor(source: ByteSource, ranges: Ranges, layouts: Layouts, keys: readonly Key[]) {
    this.source = source;
    this.#ranges = ranges;
    this.#layouts = layouts;
    this.keys = keys;
  }

  /** @throws FileError TRUNCATED, BROKEN_ROOT, NOT_BY_RANGES and what reading throws. */
  static async open(source: ByteSource): Promise<RootFile> {
    let place = 0;
    try {
      const header = headerOf(await source.readAt(0, Math.min(100, source.stamp.size)));
      if (header.end > source.stamp.size) {
        const reason = `${source.path}: by its header it is ${header.end} bytes long, but it ends at ${source.stamp.size}`;
        throw new FileError('TRUNCATED', reason, { file: source.path, byte: source.stamp.size });
      }
      place = header.seekInfo;
      const info = await record(source, header.seekInfo, header.infoBytes);
      const layouts = readLayouts(await contentOf(info.stored, info.key.contentBytes), info.key.headerBytes);
      place = header.begin;
      const topBytes = Math.min(60, source.stamp.size - header.begin - header.nameBytes);
      const top = new Cursor(await source.readAt(header.begin + header.nameBytes, topBytes));
      const ranges = new ReadAhead(source);
      return new RootFile(source, ranges, layouts, await keysAt(ranges, top));
    } catch (error) {
      throw asFileError(error, source, place);
    }
  }

  /** Keys of a directory inside the file. @throws RootFault; FileError for what reading throws. */
  async directory(key: Key): Promise<Key[]> {
    const { content } = await this.content(key);
    return keysAt(this.#ranges, new Cursor(content));
  }

  /** The object of a key. @throws RootFault; FileError for what reading throws. */
  async object(key: Key): Promise<RootObject> {
    const { content } = await this.content(key);
    return this.reader(new Cursor(content), key.headerBytes).read(key.className);
  }

  reader(cursor: Cursor, displacement: number): ObjectReader {
    return new ObjectReader(cursor, this.#layouts, displacement);
  }

  /** The content of a key's record, inflated; the record must be what the key says. */
  async content(key: Key): Promise<{ content: Uint8Array }> {
    const { key: own, stored } = await record(this.#ranges, key.seek, key.bytes);
    if (own.className !== key.className || own.name !== key.name || own.contentBytes !== key.contentBytes) {
      throw new RootFault(
        'BROKEN_RECORD',
        `there is a ${own.className} ${own.name} where ${key.name} should be`,
        key.seek,
      );
    }
    try {
      return { content: await contentOf(stored, key.contentBytes) };
    } catch (error) {
      throw placed(error, key.seek);
    }
  }

  /** A basket of a branch. @throws RootFault; FileError for what reading throws. */
  async basket(seek: number, bytes: number): Promise<Basket> {
    const whole = await this.#ranges.readAt(seek, checkedBytes(this.#ranges, seek, bytes));
    try {
      const header = readBasketHeader(new Cursor(whole));
      checkKey(header.key, seek, bytes);
      const stored = whole.subarray(header.key.headerBytes);
      const content = await contentOf(stored, header.key.contentBytes);
      return basketOf(header, content, new Cursor(content));
    } catch (error) {
      throw placed(error, seek);
    }
  }
}

/** A fault with the place of its record, unless it has one. */
function placed(error: unknown, byte: number): unknown {
  if (error instanceof RootFault) error.byte ??= byte;
  return error;
}

/** What is wrong with the file as a whole, at `place` unless the fault knows better. */
function asFileError(error: unknown, source: ByteSource, place: number): FileError {
  if (error instanceof FileError) return error;
  // whatever a damaged description of a class led to
  const { message, byte = place } = error instanceof RootFault ? error : { message: String(error) };
  return new FileError('BROKEN_ROOT', `${source.path}: ${message}`, { file: source.path, byte }, { cause: error });
}

function headerOf(bytes: Uint8Array) {
  const cursor = new Cursor(bytes, 4);
  const version = cursor.i32();
  const begin = cursor.i32();
  const wide = version >= 1_000_000;
  const place = () => (wide ? cursor.u64() : cursor.u32());
  const end = place();
  // the list of free segments
  place();
  cursor.i32();
  cursor.i32();
  const nameBytes = cursor.i32();
  cursor.u8();
  cursor.i32();
  const seekInfo = place();
  const infoBytes = cursor.i32();
  if (begin < 0 || nameBytes < 0) throw new RootFault('BROKEN_RECORD', 'a header with negative sizes', 0);
  return { begin, end, nameBytes, seekInfo, infoBytes };
}

async function keysAt(source: Ranges, directory: Cursor): Promise<Key[]> {
  const version = directory.u16();
  directory.u32();
  directory.u32();
  const listBytes = directory.i32();
  directory.i32();
  const place = () => (version > 1000 ? directory.u64() : directory.u32());
  place();
  place();
  const seekKeys = place();
  if (listBytes === 0 || seekKeys === 0) return [];
  const list = await record(source, seekKeys, listBytes);
  try {
    const cursor = new Cursor(list.stored);
    const count = cursor.i32();
    // a key takes more than 20 bytes
    if (count < 0 || count * 20 > cursor.left)
      throw new RootFault('BROKEN_RECORD', `${count} keys in ${cursor.left} bytes`);
    return Array.from({ length: count }, () => {
      const start = cursor.at;
      const key = readKey(cursor);
      if (cursor.at - start > key.headerBytes) throw new RootFault('BROKEN_RECORD', 'a key longer than it says');
      return key;
    });
  } catch (error) {
    throw placed(error, seekKeys);
  }
}

/** A record as it is stored, without its key. Its sizes are checked against each other and against the file's. */
async function record(source: Ranges, seek: number, bytes: number): Promise<{ key: Key; stored: Uint8Array }> {
  const whole = await source.readAt(seek, checkedBytes(source, seek, bytes));
  try {
    const key = readKey(new Cursor(whole));
    checkKey(key, seek, bytes);
    return { key, stored: whole.subarray(key.headerBytes) };
  } catch (error) {
    throw placed(error, seek);
  }
}

function checkKey(key: Key, seek: number, bytes: number): void {
  if (key.bytes !== bytes) {
    throw new RootFault('BROKEN_RECORD', `a record of ${key.bytes} bytes where ${bytes} were announced`, seek);
  }
  if (key.seek !== seek) throw new RootFault('BROKEN_RECORD', `a record that says it lies at byte ${key.seek}`, seek);
  if (key.headerBytes > bytes || key.contentBytes < 0) {
    throw new RootFault('BROKEN_RECORD', `a record of ${bytes} bytes with a header of ${key.headerBytes}`, seek);
  }
}

function checkedBytes(source: Ranges, seek: number, bytes: number): number {
  if (seek < 0 || bytes < 26 || seek + bytes > source.stamp.size) {
    const reason = `a record of ${bytes} bytes at byte ${seek} in a file of ${source.stamp.size}`;
    throw new RootFault('BROKEN_RECORD', reason, Math.max(0, seek));
  }
  if (bytes > MAX_LIST_BYTES) throw new RootFault('BROKEN_RECORD', `a record of ${bytes} bytes`, seek);
  return bytes;
}
