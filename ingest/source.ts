import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { FileError, type FileErrorCode } from './file-error.ts';

/** How much of the (decompressed) beginning a format sees to know itself by. */
const HEAD_BYTES = 64 * 1024;

/** Bytes of a source. Valid until the next chunk is asked for: copy what is kept. */
export interface SourceChunk {
  readonly bytes: Uint8Array;
  /** Position of `bytes[0]` in the decompressed source, a BOM included. */
  readonly position: number;
}

/** What tells one state of a file from another; plain, so that it may cross a process boundary. */
export interface FileStamp {
  readonly size: number;
  readonly mtimeNs: string;
  readonly ino: string;
}

/** A file as decompressed bytes, read as often as needed. */
export interface ByteSource {
  readonly path: string;
  /** File name without directories and without `.gz`. */
  readonly name: string;
  readonly stamp: FileStamp;
  readonly compressed: boolean;
  /** The first HEAD_BYTES decompressed bytes (all of a smaller file), without BOM. */
  readonly head: Uint8Array;
  /**
   * The decompressed bytes from position `from` on, a UTF-8 BOM left out. In a compressed source what stands before
   * is inflated and skipped.
   * @throws FileError FILE_CHANGED at the latest where the bytes end; BROKEN_GZIP, TRUNCATED, INFLATED_TOO_LARGE, READ_FAILED.
   */
  chunks(from?: number): AsyncIterable<SourceChunk>;
  /**
   * `length` bytes from byte `position` of the file as it is stored, for formats that are read by ranges.
   * @throws FileError TRUNCATED where the file ends before; NOT_BY_RANGES for a compressed file; FILE_CHANGED, READ_FAILED.
   */
  readAt(position: number, length: number): Promise<Uint8Array>;
  /** Bytes of the file read by the latest `chunks`, of `stamp.size`. */
  bytesRead(): number;
  /** Hex SHA-256 of the file as it lies on disk (compressed or not). @throws FileError FILE_CHANGED, READ_FAILED. */
  sha256(): Promise<string>;
  /** @throws FileError FILE_CHANGED when the file is no longer what it was when it was opened. */
  assertUnchanged(): Promise<void>;
  close(): Promise<void>;
}

export interface SourceOptions {
  /** The state the file must be in (of an earlier opening, perhaps in another process); else FILE_CHANGED. */
  readonly expect?: FileStamp;
  /** Bytes of one read (default 1 MiB). */
  readonly chunkBytes?: number;
  /** Refuse to inflate a compressed file to more bytes than this (default 1 TiB; memory does not grow with it) ... */
  readonly maxInflatedBytes?: number;
  /** ... or to more than this many times its size (default: no limit; maps full of zeros pass 500). */
  readonly maxInflateRatio?: number;
}

/**
 * Opens a regular file for reading; gzip is known by its magic bytes, whatever the name.
 * @throws FileError FILE_NOT_FOUND, PERMISSION_DENIED, IS_A_DIRECTORY, NOT_A_REGULAR_FILE, EMPTY_FILE, UTF16,
 * FILE_CHANGED (against `expect`), BROKEN_GZIP, TRUNCATED, READ_FAILED.
 */
export async function openSource(path: string, options: SourceOptions = {}): Promise<ByteSource> {
  const handle = await openRegularFile(path);
  try {
    const stamp = await stampOf(handle);
    if (options.expect && !sameStamp(options.expect, stamp)) throw changed(path);
    if (stamp.size === 0) throw new FileError('EMPTY_FILE', `${path}: the file is empty`, { file: path });
    const magic = Buffer.alloc(2);
    await handle.read(magic, 0, 2, 0);
    const source = new FileSource(path, handle, stamp, magic[0] === 0x1f && magic[1] === 0x8b, options);
    await source.readHead();
    return source;
  } catch (error) {
    await handle.close();
    throw error instanceof FileError ? error : readFailed(path, error);
  }
}

class FileSource implements ByteSource {
  readonly path: string;
  readonly name: string;
  readonly stamp: FileStamp;
  readonly compressed: boolean;
  head: Uint8Array = new Uint8Array();
  readonly #handle: FileHandle;
  readonly #options: SourceOptions;
  #bomBytes = 0;
  #bytesRead = 0;

  constructor(path: string, handle: FileHandle, stamp: FileStamp, compressed: boolean, options: SourceOptions) {
    this.path = path;
    this.name = basename(path).replace(/\.gz$/i, '');
    this.#handle = handle;
    this.stamp = stamp;
    this.compressed = compressed;
    this.#options = options;
  }

  async readHead(): Promise<void> {
    const parts: Uint8Array[] = [];
    let size = 0;
    try {
      for await (const { bytes } of this.#content(0)) {
        parts.push(Uint8Array.from(bytes));
        size += bytes.length;
        if (size >= HEAD_BYTES + 3) break;
      }
    } catch (error) {
      // Whoever reads on meets the same fault, after the good rows before it.
      if (size === 0) throw error;
    }
    const all = Buffer.concat(parts);
    refuseUtf16(this.path, all);
    this.#bomBytes = all[0] === 0xef && all[1] === 0xbb && all[2] === 0xbf ? 3 : 0;
    this.head = all.subarray(this.#bomBytes, this.#bomBytes + HEAD_BYTES);
    if (this.head.length === 0) {
      throw new FileError('EMPTY_FILE', `${this.path}: there is nothing in the file`, { file: this.path });
    }
  }

  async *chunks(from = 0): AsyncGenerator<SourceChunk> {
    yield* this.#content(Math.max(from, this.#bomBytes));
    await this.assertUnchanged();
  }

  async readAt(position: number, length: number): Promise<Uint8Array> {
    const details = { file: this.path, byte: position };
    if (this.compressed) {
      throw new FileError('NOT_BY_RANGES', `${this.path}: this format is read by ranges: decompress it first`, details);
    }
    // before anything is allocated: a length from inside a file may be any number
    if (position < 0 || length < 0 || position + length > this.stamp.size) {
      const reason = `${this.path} ends at byte ${this.stamp.size}: it does not hold the ${length} bytes from byte ${position} on`;
      throw new FileError('TRUNCATED', reason, details);
    }
    const bytes = Buffer.alloc(length);
    try {
      for (let at = 0; at < length; ) {
        const { bytesRead } = await this.#handle.read(bytes, at, length - at, position + at);
        if (bytesRead === 0) throw changed(this.path);
        at += bytesRead;
      }
    } catch (error) {
      throw error instanceof FileError ? error : readFailed(this.path, error);
    }
    this.#bytesRead = position + length;
    await this.#assertSameFile();
    return bytes;
  }

  bytesRead(): number {
    return this.#bytesRead;
  }

  async sha256(): Promise<string> {
    const hash = createHash('sha256');
    for await (const { bytes } of this.#raw(0)) hash.update(bytes);
    await this.assertUnchanged();
    return hash.digest('hex');
  }

  async assertUnchanged(): Promise<void> {
    await this.#assertSameFile();
    // A file put in its place leaves ours as it was, but then its name tells the wrong story.
    const now = await stat(this.path, { bigint: true }).catch(() => null);
    if (String(now?.ino) !== this.stamp.ino) throw changed(this.path);
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }

  async #assertSameFile(): Promise<void> {
    if (!sameStamp(await stampOf(this.#handle), this.stamp)) throw changed(this.path);
  }

  #content(from: number): AsyncGenerator<SourceChunk> {
    return this.compressed ? this.#inflated(from) : this.#raw(from);
  }

  /** Reads ahead by one chunk, in two buffers that take turns. */
  async *#raw(from: number): AsyncGenerator<SourceChunk> {
    const size = this.#options.chunkBytes ?? 1024 * 1024;
    let [current, next] = [Buffer.allocUnsafe(size), Buffer.allocUnsafe(size)];
    let position = from;
    this.#bytesRead = from;
    let pending = this.#read(current, position);
    try {
      while (true) {
        const { bytesRead } = await pending;
        // at every chunk, so that hardly a row of a mixture is handed on
        await this.#assertSameFile();
        if (bytesRead === 0) return;
        pending = this.#read(next, position + bytesRead);
        this.#bytesRead = position + bytesRead;
        yield { bytes: current.subarray(0, bytesRead), position };
        position += bytesRead;
        [current, next] = [next, current];
      }
    } catch (error) {
      throw error instanceof FileError ? error : readFailed(this.path, error);
    } finally {
      await pending.catch(() => {});
    }
  }

  #read(into: Buffer, position: number): ReturnType<FileHandle['read']> {
    const reading = this.#handle.read(into, 0, into.length, position);
    // Awaited only when the chunk before it is used up; a failure before that is not unhandled.
    reading.catch(() => {});
    return reading;
  }

  async *#inflated(from: number): AsyncGenerator<SourceChunk> {
    const maxBytes = Math.min(
      this.#options.maxInflatedBytes ?? 2 ** 40,
      this.stamp.size * (this.#options.maxInflateRatio ?? Number.POSITIVE_INFINITY),
    );
    const size = this.#options.chunkBytes ?? 1024 * 1024;
    // two chunks wait at most; a stream of the handle itself would close it
    const raw = Readable.from(this.#blocks(), { highWaterMark: 2 });
    const gunzip = createGunzip({ chunkSize: Math.max(size, 64) });
    pipeline(raw, gunzip, () => {});
    let position = 0;
    const pieces = function* (this: void, whole: Buffer, path: string) {
      for (let start = 0; start < whole.length; start += size) {
        const bytes = whole.subarray(start, start + size);
        if (position + bytes.length > maxBytes) throw tooLarge(path, maxBytes);
        const skip = Math.max(0, from - position);
        if (skip < bytes.length) yield { bytes: bytes.subarray(skip), position: position + skip };
        position += bytes.length;
      }
    };
    try {
      for await (const whole of gunzip as AsyncIterable<Buffer>) yield* pieces(whole, this.path);
    } catch (error) {
      if (error instanceof FileError) throw error;
      await this.assertUnchanged();
      // what was inflated before the fault still waits in the stream, which an error ends before it is empty
      for (let rest = gunzip.read() as Buffer | null; rest; rest = gunzip.read()) yield* pieces(rest, this.path);
      throw gzipFault(this.path, error, position);
    } finally {
      raw.destroy();
    }
  }

  /** The file in buffers that whoever takes them may keep. */
  async *#blocks(): AsyncGenerator<Buffer> {
    this.#bytesRead = 0;
    while (true) {
      const block = Buffer.allocUnsafe(256 * 1024);
      const { bytesRead } = await this.#handle.read(block, 0, block.length, this.#bytesRead);
      await this.#assertSameFile();
      if (bytesRead === 0) return;
      this.#bytesRead += bytesRead;
      yield block.subarray(0, bytesRead);
    }
  }
}

async function openRegularFile(path: string): Promise<FileHandle> {
  try {
    // Before opening: to open a pipe would wait for its writer.
    const facts = await stat(path);
    if (facts.isDirectory()) throw new FileError('IS_A_DIRECTORY', `${path} is a directory`, { file: path });
    if (!facts.isFile()) {
      throw new FileError('NOT_A_REGULAR_FILE', `${path} is no regular file (a pipe, socket or device)`, {
        file: path,
      });
    }
    return await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    if (error instanceof FileError) throw error;
    const code = (error as NodeJS.ErrnoException).code;
    const refusals: Record<string, [FileErrorCode, string]> = {
      ENOENT: ['FILE_NOT_FOUND', 'no such file'],
      ENOTDIR: ['FILE_NOT_FOUND', 'no such file'],
      ELOOP: ['FILE_NOT_FOUND', 'a circle of symbolic links'],
      EACCES: ['PERMISSION_DENIED', 'no permission to read it'],
      EPERM: ['PERMISSION_DENIED', 'no permission to read it'],
    };
    const refusal = refusals[code ?? ''];
    if (!refusal) throw readFailed(path, error);
    throw new FileError(refusal[0], `${path}: ${refusal[1]}`, { file: path }, { cause: error });
  }
}

async function stampOf(handle: FileHandle): Promise<FileStamp> {
  const facts = await handle.stat({ bigint: true });
  return { size: Number(facts.size), mtimeNs: String(facts.mtimeNs), ino: String(facts.ino) };
}

function sameStamp(a: FileStamp, b: FileStamp): boolean {
  return a.size === b.size && a.mtimeNs === b.mtimeNs && a.ino === b.ino;
}

function refuseUtf16(path: string, head: Uint8Array): void {
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

function changed(path: string): FileError {
  return new FileError('FILE_CHANGED', `${path} changed while it was read: ingest it again when it is complete`, {
    file: path,
  });
}

function readFailed(path: string, cause: unknown): FileError {
  const message = cause instanceof Error ? cause.message : String(cause);
  return new FileError('READ_FAILED', `${path} could not be read: ${message}`, { file: path }, { cause });
}

function tooLarge(path: string, maxBytes: number): FileError {
  return new FileError('INFLATED_TOO_LARGE', `${path}: it inflates to more than the allowed ${maxBytes} bytes`, {
    file: path,
    byte: maxBytes,
  });
}

function gzipFault(path: string, cause: unknown, position: number): FileError {
  const code = (cause as NodeJS.ErrnoException).code;
  const details = { file: path, byte: position };
  if (code === 'Z_BUF_ERROR') {
    return new FileError('TRUNCATED', `${path}: the gzip file ends too early`, details, { cause });
  }
  if (code?.startsWith('Z_')) {
    const reason = cause instanceof Error ? cause.message : code;
    return new FileError('BROKEN_GZIP', `${path}: broken gzip after ${position} bytes of text: ${reason}`, details, {
      cause,
    });
  }
  return readFailed(path, cause);
}
