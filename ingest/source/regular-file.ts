import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { FileError, type FileErrorCode } from '../file-error.ts';
import { hashInThread } from './hash-in-thread.ts';

/** Hashing as much takes longer than starting a thread for it. */
const THREAD_BYTES = 16 * 1024 * 1024;

/** Most bytes of one of the `blocks` of a file. */
export const BLOCK_BYTES = 256 * 1024;

/** Bytes of a file. Valid until the next chunk is asked for: copy what is kept. */
export interface FileChunk {
  readonly bytes: Uint8Array;
  /** Position of `bytes[0]` in the file. */
  readonly position: number;
}

/** What tells one state of a file from another; plain, so that it may cross a process boundary. */
export interface FileStamp {
  readonly size: number;
  readonly mtimeNs: string;
  readonly ino: string;
}

/** An open regular file, whatever is in it. Reading says FILE_CHANGED when it is no longer what it was at its opening. */
export class RegularFile {
  readonly path: string;
  readonly stamp: FileStamp;
  /** What was read latest ends here. */
  bytesRead = 0;
  readonly #handle: FileHandle;

  private constructor(path: string, handle: FileHandle, stamp: FileStamp) {
    this.path = path;
    this.#handle = handle;
    this.stamp = stamp;
  }

  /**
   * @throws FileError FILE_NOT_FOUND, PERMISSION_DENIED, IS_A_DIRECTORY, NOT_A_REGULAR_FILE, READ_FAILED; FILE_CHANGED
   * where it is not in the state `expect`.
   */
  static async open(path: string, expect?: FileStamp): Promise<RegularFile> {
    const handle = await openHandle(path);
    try {
      const stamp = await stampOf(handle);
      if (expect && !sameStamp(expect, stamp)) throw changed(path);
      return new RegularFile(path, handle, stamp);
    } catch (error) {
      await handle.close();
      throw error instanceof FileError ? error : readFailed(path, error);
    }
  }

  /** The bytes from `from` on. Reads ahead by one chunk, in two buffers that take turns. */
  async *chunks(from: number, chunkBytes = 1024 * 1024): AsyncGenerator<FileChunk> {
    // no more than there is, and one byte to see the end by: large buffers for small files are work for the collector
    const most = Math.min(chunkBytes, Math.max(0, this.stamp.size - from) + 1);
    let [current, next] = [Buffer.allocUnsafe(most), Buffer.allocUnsafe(most)];
    let position = from;
    this.bytesRead = from;
    let pending = this.#read(current, position);
    try {
      while (true) {
        const { bytesRead } = await pending;
        // at every chunk, so that hardly a row of a mixture is handed on
        await this.#assertSame();
        if (bytesRead === 0) return;
        pending = this.#read(next, position + bytesRead);
        this.bytesRead = position + bytesRead;
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

  /** The file in buffers that whoever takes them may keep. */
  async *blocks(): AsyncGenerator<Buffer> {
    for (let position = 0; ; ) {
      const block = Buffer.allocUnsafe(Math.min(BLOCK_BYTES, Math.max(0, this.stamp.size - position) + 1));
      const { bytesRead } = await this.#handle.read(block, 0, block.length, position);
      await this.#assertSame();
      if (bytesRead === 0) return;
      position += bytesRead;
      this.bytesRead = position;
      yield block.subarray(0, bytesRead);
    }
  }

  /** @throws FileError TRUNCATED where the file ends before. */
  async readAt(position: number, length: number): Promise<Uint8Array> {
    // before anything is allocated: a length from inside a file may be any number
    if (position < 0 || length < 0 || position + length > this.stamp.size) {
      const reason = `${this.path} ends at byte ${this.stamp.size}: it does not hold the ${length} bytes from byte ${position} on`;
      throw new FileError('TRUNCATED', reason, { file: this.path, byte: position });
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
    this.bytesRead = position + length;
    await this.#assertSame();
    return bytes;
  }

  /** Hex SHA-256 of all of it. @throws the reason of `signal` where that stops it. */
  async sha256(signal?: AbortSignal): Promise<string> {
    const sha256 = this.stamp.size < THREAD_BYTES ? await this.#hashHere(signal) : await this.#hashBeside(signal);
    await this.assertUnchanged();
    return sha256;
  }

  async #hashHere(signal?: AbortSignal): Promise<string> {
    const hash = createHash('sha256');
    for await (const { bytes } of this.chunks(0)) {
      signal?.throwIfAborted();
      hash.update(bytes);
    }
    return hash.digest('hex');
  }

  async #hashBeside(signal?: AbortSignal): Promise<string> {
    try {
      return await hashInThread(this.#handle.fd, signal);
    } catch (error) {
      signal?.throwIfAborted();
      throw readFailed(this.path, error);
    }
  }

  /** @throws FileError FILE_CHANGED when the file is no longer what it was when it was opened. */
  async assertUnchanged(): Promise<void> {
    await this.#assertSame();
    // A file put in its place leaves ours as it was, but then its name tells the wrong story.
    const now = await stat(this.path, { bigint: true }).catch(() => null);
    if (String(now?.ino) !== this.stamp.ino) throw changed(this.path);
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }

  async #assertSame(): Promise<void> {
    if (!sameStamp(await stampOf(this.#handle), this.stamp)) throw changed(this.path);
  }

  #read(into: Buffer, position: number): ReturnType<FileHandle['read']> {
    const reading = this.#handle.read(into, 0, into.length, position);
    // Awaited only when the chunk before it is used up; a failure before that is not unhandled.
    reading.catch(() => {});
    return reading;
  }
}

async function openHandle(path: string): Promise<FileHandle> {
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

function changed(path: string): FileError {
  return new FileError('FILE_CHANGED', `${path} changed while it was read: ingest it again when it is complete`, {
    file: path,
  });
}

export function readFailed(path: string, cause: unknown): FileError {
  const message = cause instanceof Error ? cause.message : String(cause);
  return new FileError('READ_FAILED', `${path} could not be read: ${message}`, { file: path }, { cause });
}
