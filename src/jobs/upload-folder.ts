import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type LimitExceededError, UnavailableError } from '../domain/errors.ts';
import { passedLimit } from '../domain/passed-limit.ts';
import { uploadName } from './upload-name.ts';
import { ONE_UPLOAD, type SpaceLimits, UploadSpace } from './upload-space.ts';

/** A file that a client sent, as it lies on disk. */
export interface ReceivedFile {
  /** Relative to the folder of uploads. */
  readonly path: string;
  readonly name: string;
  readonly size: number;
  /** Hex, of the bytes as they came. */
  readonly sha256: string;
}

/** What the ledger calls an upload: not where it lies, but something that no other upload is called. */
export const uploadLedgerPath = (path: string) => `upload:${path}`;

export interface UploadLimits extends SpaceLimits {
  /** Of one file. */
  readonly maxUploadBytes: number;
}

/** Nothing but folders of uploads is touched in the folder. */
const PATH = /^([0-9a-f]{24})\/([^/\\\0]+)$/;

/** Where uploads lie until they are read, each in a folder of its own under the name that its client gave it. */
export class UploadFolder {
  readonly #folder: string;
  readonly #maxBytes: number;
  readonly #space: UploadSpace;

  constructor(folder: string, limits: UploadLimits) {
    this.#folder = resolve(folder);
    this.#maxBytes = limits.maxUploadBytes;
    this.#space = new UploadSpace(this.#folder, limits);
  }

  /**
   * Writes a file while it comes, counting and hashing it; flushed to disk when this returns. What is left of one that
   * breaks off, or for which there is no place, is removed.
   * @throws LimitExceededError; UnavailableError where the disk is full; whatever `content` breaks off with.
   */
  async receive(content: Readable, givenName: string | undefined, owner: string): Promise<ReceivedFile> {
    const id = await this.#space.begin(owner);
    const name = uploadName(givenName);
    const hash = createHash('sha256');
    let size = 0;
    const counted = new Transform({
      transform: (chunk: Buffer, _encoding, pass) => {
        size += chunk.length;
        if (size > this.#maxBytes) return pass(this.#tooLarge(size));
        hash.update(chunk);
        const room = this.#space.resize(id, size);
        if (room === undefined) pass(null, chunk);
        else room.then(() => pass(null, chunk), pass);
      },
    });
    const own = join(this.#folder, id);
    try {
      await mkdir(own, { recursive: true, mode: 0o700 });
      await pipeline(content, counted, createWriteStream(join(own, name), { flags: 'wx', mode: 0o600, flush: true }));
      this.#space.end(id);
      return { path: `${id}/${name}`, name, size, sha256: hash.digest('hex') };
    } catch (error) {
      await this.#remove(id);
      throw refusal(error);
    }
  }

  /** Where an upload lies. @throws RangeError for what is no path of one. */
  locate(path: string): string {
    const [, id, name] = PATH.exec(path) ?? [];
    if (id === undefined || name === undefined || name === '..') throw new RangeError(`${path} is no upload`);
    return join(this.#folder, id, name);
  }

  /** Whether an upload is still there: one that is taken back, or that nobody retried for long, is not. */
  async holds(path: string): Promise<boolean> {
    const facts = await stat(this.locate(path)).catch(() => null);
    return facts !== null;
  }

  async remove(path: string): Promise<void> {
    const [, id] = PATH.exec(path) ?? [];
    if (id !== undefined) await this.#remove(id);
  }

  async #remove(id: string): Promise<void> {
    await rm(join(this.#folder, id), { recursive: true, force: true });
    this.#space.forget(id);
  }

  /**
   * Removes uploads older than `olderThanMs` that no job needs: of jobs that nobody retried, and of servers that died
   * while they received them. @returns how many.
   */
  async sweep(needed: ReadonlySet<string>, olderThanMs: number): Promise<number> {
    const kept = new Set([...needed].map((path) => path.split('/')[0]));
    let removed = 0;
    const entries = await readdir(this.#folder).catch((error) => {
      if (error.code === 'ENOENT') return [];
      throw error;
    });
    for (const id of entries) {
      if (!ONE_UPLOAD.test(id) || kept.has(id)) continue;
      const facts = await stat(join(this.#folder, id)).catch(() => null);
      if (facts === null || Date.now() - facts.mtimeMs < olderThanMs) continue;
      await this.#remove(id);
      removed++;
    }
    return removed;
  }

  #tooLarge(actual: number): LimitExceededError {
    return passedLimit({
      setting: 'LUMIGRAPH_MAX_UPLOAD_BYTES',
      limit: this.#maxBytes,
      actual,
      what: `The file holds ${actual} bytes or more`,
      remedy: 'Split it, or put it where the server can read it and use `ingestDataFiles`.',
    });
  }
}

function refusal(error: unknown): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new UnavailableError('the disk for uploads is full: try again later, or tell whoever runs this server', {
      reason: 'DISK_FULL',
    });
  }
  return error;
}
