import { basename } from 'node:path';
import { FileError } from './file-error.ts';
import { inflated } from './source/inflate.ts';
import { type FileChunk, type FileStamp, RegularFile, readFailed } from './source/regular-file.ts';
import { refuseUtf16 } from './source/utf16.ts';

/** How much of the (decompressed) beginning a format sees to know itself by. */
const HEAD_BYTES = 64 * 1024;

/** A chunk of the decompressed source; positions count a BOM. */
export type SourceChunk = FileChunk;

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
  /** To be awaited now and then where much is done with what was read: says that reading goes on, and lets others have a turn. */
  goesOn(): Promise<void>;
  /** Bytes of the file read by the latest `chunks`, of `stamp.size`. */
  bytesRead(): number;
  /**
   * Hex SHA-256 of the file as it lies on disk (compressed or not).
   * @throws FileError FILE_CHANGED, READ_FAILED; the reason of `signal` where that stops it.
   */
  sha256(signal?: AbortSignal): Promise<string>;
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
  const file = await RegularFile.open(path, options.expect);
  try {
    if (file.stamp.size === 0) throw new FileError('EMPTY_FILE', `${path}: the file is empty`, { file: path });
    const magic = file.stamp.size > 1 ? await file.readAt(0, 2) : [];
    const source = new FileSource(file, magic[0] === 0x1f && magic[1] === 0x8b, options);
    await source.readHead();
    return source;
  } catch (error) {
    await file.close();
    throw error instanceof FileError ? error : readFailed(path, error);
  }
}

/** Size and hex SHA-256 of a regular file, whatever is in it. @throws FileError as opening and reading do. */
export async function hashFile(path: string, signal?: AbortSignal): Promise<{ sha256: string; size: number }> {
  const file = await RegularFile.open(path);
  try {
    return { sha256: await file.sha256(signal), size: file.stamp.size };
  } finally {
    await file.close();
  }
}

class FileSource implements ByteSource {
  readonly name: string;
  readonly compressed: boolean;
  head: Uint8Array = new Uint8Array();
  readonly #file: RegularFile;
  readonly #options: SourceOptions;
  #bomBytes = 0;

  constructor(file: RegularFile, compressed: boolean, options: SourceOptions) {
    this.name = basename(file.path).replace(/\.gz$/i, '');
    this.#file = file;
    this.compressed = compressed;
    this.#options = options;
  }

  get path(): string {
    return this.#file.path;
  }

  get stamp(): FileStamp {
    return this.#file.stamp;
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
    if (!this.compressed) return this.#file.readAt(position, length);
    const reason = `${this.path}: this format is read by ranges: decompress it first`;
    throw new FileError('NOT_BY_RANGES', reason, { file: this.path, byte: position });
  }

  /** Nobody waits here: see the parse process. */
  async goesOn(): Promise<void> {}

  bytesRead(): number {
    return this.#file.bytesRead;
  }

  sha256(signal?: AbortSignal): Promise<string> {
    return this.#file.sha256(signal);
  }

  assertUnchanged(): Promise<void> {
    return this.#file.assertUnchanged();
  }

  close(): Promise<void> {
    return this.#file.close();
  }

  #content(from: number): AsyncGenerator<SourceChunk> {
    const { chunkBytes = 1024 * 1024, maxInflatedBytes = 2 ** 40, maxInflateRatio } = this.#options;
    if (!this.compressed) return this.#file.chunks(from, chunkBytes);
    const maxBytes = Math.min(maxInflatedBytes, this.stamp.size * (maxInflateRatio ?? Number.POSITIVE_INFINITY));
    return inflated(this.#file, from, { chunkBytes, maxBytes });
  }
}
