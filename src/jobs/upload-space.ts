import { createHash, randomBytes } from 'node:crypto';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { passedLimit } from '../domain/passed-limit.ts';

export interface SpaceLimits {
  /** Most bytes of all uploads that lie in the folder, those of one client and of all. */
  readonly maxClientWaitingBytes: number;
  readonly maxWaitingBytes: number;
}

/** A folder of one upload: what its client is called, in 8 digits, and 16 of chance. */
export const ONE_UPLOAD = /^[0-9a-f]{24}$/;

const CLIENT_DIGITS = 8;
const clientOf = (id: string) => id.slice(0, CLIENT_DIGITS);

/** The smallest file takes a place in the queue, and is looked at whenever the folder is: it counts as so many bytes. */
const LEAST_BYTES = 1_000_000;
/** How often it is asked of the disk what lies there, at most: other servers write into the folder, and workers empty it. */
const LOOK_EVERY_MS = 5_000;
/** Before somebody is refused, sooner than that. */
const LOOK_AGAIN_MS = 500;
const LOOKED_AT_TOGETHER = 64;
const REMEDY = 'Wait until files are read, or delete those that failed or were cancelled (`deleteDataFile`).';

/**
 * How much of the folder of uploads is taken, by each client and by all: what the disk said last, and what was written
 * here since. Ids of uploads tell whose they are, so that nothing has to be kept besides.
 */
export class UploadSpace {
  readonly #folder: string;
  readonly #limits: SpaceLimits;
  readonly #sizes = new Map<string, number>();
  readonly #ofClient = new Map<string, number>();
  /** Written by this process now: it knows better than the disk. */
  readonly #growing = new Set<string>();
  #ofAll = 0;
  #lookedAt = Number.NEGATIVE_INFINITY;
  #looking: Promise<void> | undefined;

  constructor(folder: string, limits: SpaceLimits) {
    this.#folder = folder;
    this.#limits = limits;
  }

  /** Makes the id of an upload that begins. @throws LimitExceededError */
  async begin(owner: string): Promise<string> {
    const client = createHash('sha256').update(owner).digest('hex').slice(0, CLIENT_DIGITS);
    const id = client + randomBytes(12).toString('hex').slice(CLIENT_DIGITS);
    await this.#look(LOOK_EVERY_MS);
    this.#growing.add(id);
    try {
      await this.resize(id, 0);
    } catch (error) {
      this.forget(id);
      throw error;
    }
    return id;
  }

  /** An upload under way has become so large. Answers at once unless a limit is passed. @throws LimitExceededError */
  resize(id: string, bytes: number): void | Promise<void> {
    this.#set(id, bytes);
    if (this.#refusal(id) === undefined) return;
    return this.#look(LOOK_AGAIN_MS).then(() => {
      const refusal = this.#refusal(id);
      if (refusal !== undefined) throw refusal;
    });
  }

  /** An upload is complete. */
  end(id: string): void {
    this.#growing.delete(id);
  }

  /** An upload is not there any more. */
  forget(id: string): void {
    this.#growing.delete(id);
    this.#add(id, -(this.#sizes.get(id) ?? 0));
    this.#sizes.delete(id);
  }

  #refusal(id: string) {
    const { maxClientWaitingBytes, maxWaitingBytes } = this.#limits;
    const ofClient = this.#ofClient.get(clientOf(id)) ?? 0;
    const passed = (setting: string, limit: number, actual: number, whose: string) =>
      passedLimit({
        setting,
        limit,
        actual,
        what: `Uploads ${whose} would hold ${actual} bytes or more`,
        remedy: REMEDY,
      });
    if (ofClient > maxClientWaitingBytes) {
      const whose = 'of this client that wait to be read, or to be tried again,';
      return passed('LUMIGRAPH_MAX_CLIENT_WAITING_BYTES', maxClientWaitingBytes, ofClient, whose);
    }
    if (this.#ofAll > maxWaitingBytes) {
      const whose = 'that wait to be read, or to be tried again,';
      return passed('LUMIGRAPH_MAX_WAITING_BYTES', maxWaitingBytes, this.#ofAll, whose);
    }
    return undefined;
  }

  #set(id: string, bytes: number): void {
    const size = Math.max(bytes, LEAST_BYTES);
    this.#add(id, size - (this.#sizes.get(id) ?? 0));
    this.#sizes.set(id, size);
  }

  #add(id: string, bytes: number): void {
    this.#ofAll += bytes;
    const ofClient = (this.#ofClient.get(clientOf(id)) ?? 0) + bytes;
    if (ofClient > 0) this.#ofClient.set(clientOf(id), ofClient);
    else this.#ofClient.delete(clientOf(id));
  }

  /** Asks the disk, unless that was done lately. */
  async #look(everyMs: number): Promise<void> {
    if (performance.now() - this.#lookedAt < everyMs) return;
    this.#looking ??= this.#ask().finally(() => {
      this.#looking = undefined;
      this.#lookedAt = performance.now();
    });
    await this.#looking;
  }

  async #ask(): Promise<void> {
    const known = new Set([...this.#sizes.keys()].filter((id) => !this.#growing.has(id)));
    const there = (await readdir(this.#folder).catch(missing)).filter((id) => ONE_UPLOAD.test(id));
    for (let i = 0; i < there.length; i += LOOKED_AT_TOGETHER) {
      const some = there.slice(i, i + LOOKED_AT_TOGETHER);
      const sizes = await Promise.all(some.map((id) => sizeIn(join(this.#folder, id))));
      for (const [at, id] of some.entries()) {
        const isForgotten = known.delete(id) && !this.#sizes.has(id);
        if (!isForgotten && !this.#growing.has(id)) this.#set(id, sizes[at] as number);
      }
    }
    for (const id of known) this.forget(id);
  }
}

async function sizeIn(folder: string): Promise<number> {
  const names = await readdir(folder).catch(missing);
  const sizes = await Promise.all(
    names.map((name) =>
      stat(join(folder, name)).then(
        ({ size }) => size,
        () => 0,
      ),
    ),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

function missing(error: NodeJS.ErrnoException): string[] {
  if (error.code === 'ENOENT') return [];
  throw error;
}
