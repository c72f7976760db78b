import { RootBytes } from './bytes.ts';
import type { Compress } from './compress.ts';
import { ObjectWriter } from './objects.ts';
import { SCHEMA } from './schema.ts';

/** Where the first record of a file begins. */
export const BEGIN = 100;
const NAME = 'written.root';

/** Takes the bytes of a file in order; the first 100, which are written last, go to `head`. */
export interface Sink {
  append(bytes: Buffer): void;
  head(bytes: Buffer): void;
}

/** Writes a ROOT file record by record. */
export class RootFileWriter {
  readonly compress: Compress | undefined;
  readonly #sink: Sink;
  #at = BEGIN;

  constructor(sink: Sink, compress?: Compress) {
    this.#sink = sink;
    this.compress = compress;
    // where the lists are is not known before the end: the top folder stands there, its places in a record of its own
    sink.head(Buffer.alloc(BEGIN));
    this.#append(Buffer.alloc(this.#topBytes()));
  }

  /** Where the next record begins. */
  get at(): number {
    return this.#at;
  }

  /** An object under a key in some folder; gives the key for the folder's list. */
  object(className: string, name: string, write: (objects: ObjectWriter) => void, title = ''): Buffer {
    const base = keyBytes(className, name, title).length;
    const out = new RootBytes(base);
    write(new ObjectWriter(out));
    const content = out.take();
    return this.record(className, name, title, content, this.pressed(content));
  }

  record(className: string, name: string, title: string, content: Buffer, stored = content): Buffer {
    const key = keyBytes(className, name, title, { size: content.length, stored: stored.length, seek: this.#at });
    this.#append(key);
    this.#append(stored);
    return key;
  }

  /** A record with a key that holds more than others. */
  raw(bytes: Buffer): void {
    this.#append(bytes);
  }

  pressed(content: Buffer): Buffer {
    const stored = this.compress?.(content);
    return stored && stored.length < content.length ? stored : content;
  }

  /** The list of the keys of a folder. */
  list(keys: readonly Buffer[]): { seek: number; bytes: number } {
    const seek = this.#at;
    const count = new RootBytes().i32(keys.length).take();
    this.record('TFile', NAME, '', Buffer.concat([count, ...keys]));
    return { seek, bytes: this.#at - seek };
  }

  folder(name: string, keys: readonly Buffer[]): Buffer {
    const { seek, bytes } = this.list(keys);
    return this.record('TDirectoryFile', name, '', directoryOf(bytes, 0, seek));
  }

  /** Closes the file over the keys of its top folder. */
  end(keys: readonly Buffer[]): void {
    const { seek: seekKeys, bytes: listBytes } = this.list(keys);
    const seekInfo = this.#at;
    const base = keyBytes('TList', 'StreamerInfo', '').length;
    const out = new RootBytes(base);
    const objects = new ObjectWriter(out);
    objects.list(Object.keys(SCHEMA).map((name) => objects.description(name)));
    const descriptions = out.take();
    this.record('TList', 'StreamerInfo', '', descriptions, this.pressed(descriptions));
    const infoBytes = this.#at - seekInfo;
    const nameBytes = this.#nameBytes();
    const top = new RootBytes()
      .string(NAME)
      .string('')
      .raw(directoryOf(listBytes, nameBytes, seekKeys))
      .take();
    const topKey = keyBytes('TFile', NAME, '', { size: top.length, stored: top.length, seek: BEGIN });
    const head = Buffer.alloc(BEGIN + topKey.length + top.length);
    head.write('root', 'latin1');
    const numbers = [62400, BEGIN, this.#at, 0, 0, 0, nameBytes];
    for (const [i, number] of numbers.entries()) head.writeInt32BE(number, 4 + 4 * i);
    head[32] = 4;
    head.writeInt32BE(101, 33);
    head.writeInt32BE(seekInfo, 37);
    head.writeInt32BE(infoBytes, 41);
    topKey.copy(head, BEGIN);
    top.copy(head, BEGIN + topKey.length);
    this.#sink.head(head);
  }

  #nameBytes(): number {
    return keyBytes('TFile', NAME, '').length + NAME.length + 2;
  }

  #topBytes(): number {
    return this.#nameBytes() + directoryOf(0, 0, 0).length;
  }

  #append(bytes: Buffer): void {
    this.#sink.append(bytes);
    this.#at += bytes.length;
  }
}

/** Collects a file in memory. */
export class MemorySink implements Sink {
  readonly #parts: Buffer[] = [];
  #head: Buffer = Buffer.alloc(0);

  append(bytes: Buffer): void {
    this.#parts.push(bytes);
  }

  head(bytes: Buffer): void {
    this.#head = bytes;
  }

  take(): Buffer {
    const whole = Buffer.concat([Buffer.alloc(BEGIN), ...this.#parts]);
    this.#head.copy(whole);
    return whole;
  }
}

function directoryOf(listBytes: number, nameBytes: number, seekKeys: number): Buffer {
  return new RootBytes().u16(5).i32(0, 0, listBytes, nameBytes, BEGIN, 0, seekKeys).raw(Buffer.alloc(18)).take();
}

/** A key; `more` are the bytes that some classes add to it. */
export function keyBytes(
  className: string,
  name: string,
  title: string,
  place = { size: 0, stored: 0, seek: 0 },
  more = 0,
): Buffer {
  const texts = new RootBytes().string(className).string(name).string(title).take();
  const length = 26 + texts.length + more;
  return new RootBytes()
    .i32(length + place.stored)
    .u16(4)
    .i32(place.size, 0)
    .u16(length)
    .u16(1)
    .i32(place.seek, BEGIN)
    .raw(texts)
    .take();
}
