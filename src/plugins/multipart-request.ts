import type { Readable } from 'node:stream';
import { Busboy, type BusboyFileStream, type BusboyInstance } from '@fastify/busboy';
import type { GraphQLParams } from 'graphql-yoga';
import { IncomingFile } from '../jobs/incoming-file.ts';
import type { ReceivedFile, UploadFolder } from '../jobs/upload-folder.ts';
import type { BodyLimit } from './body-limit.ts';
import { limitError } from './limit-error.ts';
import { badMultipart, type FileMap, parseMap, parseOperations, putInPlace } from './multipart-map.ts';

export interface MultipartLimits {
  /** Of the fields together (files have a limit of their own). */
  readonly fields: BodyLimit;
  /** Each file needs a field at the root of an operation. */
  readonly maxRootFields: number;
}

/** Parts that are neither files nor `operations` and `map`: whatever a client adds is passed over. */
const OTHER_FIELDS = 8;
const HEADER_BYTES = 8 * 1024;
const HEADER_PAIRS = 20;
/** What stands around the fields: boundaries, headers of parts, and whatever comes before the first of them. */
const AROUND_FIELDS_BYTES = 64 * 1024;

/**
 * One request by the GraphQL multipart request spec, read as far as somebody wants it: the operations first; the files
 * only when a resolver receives one of them, and then all of them, to disk. Whatever goes wrong is told to whoever waits:
 * for the operations, or for a file.
 */
export class MultipartRequest {
  readonly #body: Readable;
  readonly #busboy: BusboyInstance;
  readonly #folder: UploadFolder;
  readonly #owner: string;
  readonly #limits: MultipartLimits;
  readonly #files = new Map<string, FilePart>();
  readonly #params = settlable<GraphQLParams>();
  readonly #wanted = settlable<void>();
  /** Names of the parts of files, in the order in which they came. */
  readonly #arrived = new Set<string>();
  #operations: object | undefined;
  #map: FileMap | undefined;
  #fieldBytes = 0;
  #bytesBefore = 0;
  #hasBegun = false;
  #isOver = false;

  /**
   * @param owner whose the files are.
   * @throws GraphQLError for a content type without a boundary.
   */
  constructor(body: Readable, contentType: string, folder: UploadFolder, owner: string, limits: MultipartLimits) {
    this.#body = body;
    this.#folder = folder;
    this.#owner = owner;
    this.#limits = limits;
    // nobody may be waiting any more when something goes wrong
    this.#params.promise.catch(() => {});
    try {
      this.#busboy = new Busboy({
        headers: { 'content-type': contentType },
        limits: {
          fieldSize: limits.fields.most,
          fields: OTHER_FIELDS + 2,
          files: limits.maxRootFields,
          parts: limits.maxRootFields + OTHER_FIELDS + 2,
          headerSize: HEADER_BYTES,
          headerPairs: HEADER_PAIRS,
        },
      });
    } catch {
      throw badMultipart('its content type names no boundary');
    }
  }

  /** The operations, with files in the places that the map gives them. */
  read(): Promise<GraphQLParams> {
    const fail = (error: Error) => this.#fail(error);
    this.#busboy
      .on('field', (name, value, _nameTruncated, truncated) =>
        this.#guard(() => this.#takeField(name, value, truncated)),
      )
      .on('file', (name, stream, fileName) => this.#guard(() => this.#takeFile(name, stream, fileName), stream))
      .on('filesLimit', () => fail(this.#tooManyFiles()))
      .on('fieldsLimit', () => fail(badMultipart(`it has more than ${OTHER_FIELDS + 2} fields`)))
      .on('partsLimit', () => fail(badMultipart('it has too many parts')))
      .on('error', () => fail(badMultipart('it ends, or a part of it does, before it is complete')))
      .on('finish', () => this.#finish());
    const brokeOff = () => fail(badMultipart('the request ended before its body did'));
    this.#body.on('error', brokeOff).on('close', () => {
      if (!this.#body.readableEnded) brokeOff();
    });
    this.#body.pipe(this.#busboy);
    // after the parser has seen them: what it has made of them says whether the operation has begun
    this.#body.on('data', (chunk: Uint8Array) => this.#countBefore(chunk.length));
    return this.#params.promise;
  }

  /**
   * The answer is made: what nobody received is not written any more, or removed again, and what still comes is thrown
   * away, so that the client gets to see the answer.
   */
  async end(): Promise<void> {
    this.#fail(badMultipart('it was answered before it was read'));
    await Promise.all([...this.#files.values()].map((file) => file.discard()));
  }

  /** The parser tells of a field when it ends, and of what comes before the first part never: neither need end. */
  #countBefore(bytes: number): void {
    if (this.#hasBegun || this.#isOver) return;
    this.#bytesBefore += bytes;
    if (this.#bytesBefore > this.#limits.fields.most + AROUND_FIELDS_BYTES)
      this.#fail(this.#tooLarge(this.#bytesBefore));
  }

  #tooLarge(actual: number) {
    return this.#limits.fields.refusal(actual, 'The fields of the body hold');
  }

  #takeField(name: string, value: string, truncated: boolean): void {
    this.#fieldBytes += Buffer.byteLength(value);
    if (truncated || this.#fieldBytes > this.#limits.fields.most) throw this.#tooLarge(this.#fieldBytes);
    if (name === 'operations') this.#setOnce(name, this.#operations, () => (this.#operations = parseOperations(value)));
    if (name === 'map') this.#setOnce(name, this.#map, () => (this.#map = parseMap(value)));
    if (this.#operations && this.#map) this.#place(this.#operations, this.#map);
  }

  #setOnce(name: string, before: unknown, set: () => unknown): void {
    if (before !== undefined) throw badMultipart(`it has the field "${name}" twice`);
    set();
  }

  /** Operations and map are there: the operation can begin, before the first byte of a file is read. */
  #place(operations: object, map: FileMap): void {
    if (this.#files.size > 0) return;
    if (map.size > this.#limits.maxRootFields) throw this.#tooManyFiles();
    for (const [part, place] of map) {
      const file = new FilePart(part, this.#folder, () => this.#wanted.resolve());
      this.#files.set(part, file);
      putInPlace(operations, place, file);
    }
    this.#hasBegun = true;
    this.#params.resolve(operations as GraphQLParams);
  }

  #takeFile(name: string | undefined, stream: BusboyFileStream, fileName: string | undefined): void {
    if (name === undefined) throw badMultipart('a part of it has no name');
    if (!this.#operations || !this.#map) {
      throw badMultipart(
        `part ${JSON.stringify(name)} is a file, and the fields "operations" and "map" have to come before files`,
      );
    }
    const file = this.#files.get(name);
    if (!file) throw badMultipart(`"map" says nothing of part ${JSON.stringify(name)}`);
    if (this.#arrived.has(name)) throw badMultipart(`it has part ${JSON.stringify(name)} twice`);
    this.#arrived.add(name);
    this.#wanted.promise.then(
      () => file.write(stream, fileName, this.#owner),
      () => stream.resume(),
    );
    // until somebody wants it nothing of it is read, and its sender has to wait
    stream.on('error', () => {});
  }

  /** Runs what handles a part; what it throws ends the request, whose parts nobody reads then. */
  #guard(handle: () => void, stream?: Readable): void {
    try {
      if (this.#isOver) stream?.resume();
      else handle();
    } catch (error) {
      stream?.resume();
      this.#fail(error as Error);
    }
  }

  #finish(): void {
    const missing = this.#operations ? 'map' : 'operations';
    if (!this.#operations || !this.#map) this.#fail(badMultipart(`the field "${missing}" is missing`));
    for (const [part, file] of this.#files) {
      if (!this.#arrived.has(part))
        file.fail(badMultipart(`"map" names part ${JSON.stringify(part)}, which is missing`));
    }
  }

  #fail(error: Error): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#params.reject(error);
    this.#wanted.promise.catch(() => {});
    this.#wanted.reject(error);
    for (const file of this.#files.values()) file.fail(error);
    this.#body.unpipe(this.#busboy);
    this.#body.on('error', () => {}).resume();
  }

  #tooManyFiles() {
    return limitError({
      setting: 'LUMIGRAPH_MAX_ROOT_FIELDS',
      limit: this.#limits.maxRootFields,
      actual: Math.max(this.#map?.size ?? 0, this.#limits.maxRootFields + 1),
      what: 'The request brings more files than an operation may have fields at its root',
      remedy: 'Send fewer files in one request.',
    });
  }
}

/** One file of a request. */
class FilePart extends IncomingFile {
  readonly #part: string;
  readonly #folder: UploadFolder;
  readonly #want: () => void;
  readonly #received = settlable<ReceivedFile>();
  #state: 'awaited' | 'here' | 'failed' = 'awaited';
  #isTaken = false;
  #stream: BusboyFileStream | undefined;

  constructor(part: string, folder: UploadFolder, want: () => void) {
    super();
    this.#part = part;
    this.#folder = folder;
    this.#want = want;
    this.#received.promise.catch(() => {});
  }

  receive(): Promise<ReceivedFile> {
    if (this.#isTaken) return Promise.reject(badMultipart(`part ${JSON.stringify(this.#part)} is used twice`));
    this.#isTaken = true;
    this.#want();
    return this.#received.promise;
  }

  async write(stream: BusboyFileStream, fileName: string | undefined, owner: string): Promise<void> {
    this.#stream = stream;
    try {
      const received = await this.#folder.receive(stream, fileName, owner);
      if (this.#state === 'failed') return await this.#folder.remove(received.path);
      this.#state = 'here';
      this.#received.resolve(received);
    } catch (error) {
      this.fail(error as Error);
      stream.resume();
    }
  }

  /** No more of it will come. */
  fail(error: Error): void {
    if (this.#state === 'here') return;
    this.#state = 'failed';
    this.#received.reject(error);
    this.#stream?.destroy(error);
  }

  /** Removes it where nobody took it. */
  async discard(): Promise<void> {
    if (this.#isTaken || this.#state !== 'here') return;
    const { path } = await this.#received.promise;
    await this.#folder.remove(path);
  }
}

/** A promise with what settles it. */
function settlable<Value>() {
  let resolve!: (value: Value) => void;
  let reject!: (error: Error) => void;
  const promise = new Promise<Value>((first, second) => {
    resolve = first;
    reject = second;
  });
  return { promise, resolve, reject };
}
