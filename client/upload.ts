/** A file that is made while it is sent. */
export interface StreamedFile {
  /** Its name, by whose extension the server may know its format. */
  readonly name: string;
  /** Its bytes. They can be read once: such a request is not tried again. */
  readonly stream: AsyncIterable<Uint8Array>;
  /** How many there are, where that is known: for `total` of the progress. */
  readonly size?: number;
}

/**
 * A file to send, wherever the variables of a document have a `File`: a `File`, a `Blob` (in Node.js
 * `await openAsBlob(path)` of node:fs, which is read as it is sent; its name is `blob`, which says nothing of its format),
 * or a stream with a name.
 */
export type Upload = Blob | StreamedFile;

export interface UploadProgress {
  /** Bytes of all files of the request that were handed to the connection. */
  readonly sent: number;
  /** Bytes of all files; undefined where one does not say. */
  readonly total: number | undefined;
}

/** A place in variables that a file takes, by the GraphQL multipart request spec. */
export interface PlacedFile {
  readonly path: string;
  readonly file: Upload;
}

/** The files in variables, and the variables with null in their places. */
export function takeFiles(variables: unknown): { readonly variables: unknown; readonly files: readonly PlacedFile[] } {
  const files: PlacedFile[] = [];
  const without = (value: unknown, path: string): unknown => {
    if (typeof value !== 'object' || value === null) return value;
    if (isUpload(value)) {
      files.push({ path, file: value });
      return null;
    }
    if (Array.isArray(value)) {
      // of long lists of numbers not one has to be looked at
      return typeof value[0] === 'number' ? value : value.map((item, i) => without(item, `${path}.${i}`));
    }
    // what is no plain object writes itself as JSON
    if (Object.getPrototypeOf(value) !== Object.prototype && Object.getPrototypeOf(value) !== null) return value;
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, without(item, `${path}.${name}`)]));
  };
  return { variables: without(variables, 'variables'), files };
}

const isUpload = (value: object): value is Upload =>
  value instanceof Blob ||
  ('stream' in value &&
    typeof value.stream === 'object' &&
    value.stream !== null &&
    Symbol.asyncIterator in value.stream);

/** A form is what a page of another site could send as well: this says that it is none. */
const NO_FORM = { 'x-graphql-yoga-csrf': '1' };

/** What is sent, made anew for each attempt. */
export interface RequestBody {
  /** Whether there can be a second attempt. */
  readonly repeatable: boolean;
  make(): { readonly body: BodyInit; readonly headers: Readonly<Record<string, string>> };
}

/**
 * The body of a multipart request. With a stream among its files, or somebody who follows its progress, it is streamed, which
 * Node.js can do, and browsers over HTTP/2 alone, if at all; else it is a form, which all can send.
 */
export function multipartBody(
  operations: string,
  files: readonly PlacedFile[],
  onProgress: ((progress: UploadProgress) => void) | undefined,
): RequestBody {
  const map = JSON.stringify(Object.fromEntries(files.map(({ path }, i) => [i, [path]])));
  const repeatable = files.every(({ file }) => file instanceof Blob);
  if (repeatable && onProgress === undefined) {
    return { repeatable, make: () => ({ body: formOf(operations, map, files), headers: NO_FORM }) };
  }
  return {
    repeatable,
    make() {
      const boundary = `lumigraph-${crypto.randomUUID()}`;
      const parts = partsOf(boundary, { operations, map }, files, onProgress);
      return {
        body: streamOf(parts),
        headers: { ...NO_FORM, 'content-type': `multipart/form-data; boundary=${boundary}` },
      };
    },
  };
}

function formOf(operations: string, map: string, files: readonly PlacedFile[]): FormData {
  const form = new FormData();
  form.append('operations', operations);
  form.append('map', map);
  for (const [i, { file }] of files.entries()) form.append(String(i), file as Blob);
  return form;
}

async function* partsOf(
  boundary: string,
  fields: Readonly<Record<string, string>>,
  files: readonly PlacedFile[],
  onProgress: ((progress: UploadProgress) => void) | undefined,
): AsyncGenerator<Uint8Array, void, void> {
  const encoder = new TextEncoder();
  const head = (rest: string) => encoder.encode(`--${boundary}\r\ncontent-disposition: form-data; ${rest}`);
  for (const [name, text] of Object.entries(fields)) yield head(`name="${name}"\r\n\r\n${text}\r\n`);
  const sizes = files.map(({ file }) => file.size);
  const total = sizes.includes(undefined) ? undefined : (sizes as number[]).reduce((sum, size) => sum + size, 0);
  let sent = 0;
  for (const [i, { file }] of files.entries()) {
    const name = 'name' in file ? file.name : 'blob';
    yield head(`name="${i}"; filename="${quoted(name)}"\r\ncontent-type: application/octet-stream\r\n\r\n`);
    for await (const chunk of file instanceof Blob ? chunksOf(file.stream()) : file.stream) {
      yield chunk;
      sent += chunk.length;
      onProgress?.({ sent, total });
    }
    yield encoder.encode('\r\n');
  }
  yield encoder.encode(`--${boundary}--\r\n`);
}

/** Not every browser can iterate over a stream. */
async function* chunksOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array, void, void> {
  const reader = stream.getReader();
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) yield next.value;
  } finally {
    await reader.cancel();
  }
}

/** What is read when it is asked for; whoever stops asking ends the source. */
const streamOf = (parts: AsyncGenerator<Uint8Array, void, void>): ReadableStream<Uint8Array> =>
  new ReadableStream(
    {
      async pull(controller) {
        const { done, value } = await parts.next();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      async cancel() {
        await parts.return();
      },
    },
    { highWaterMark: 0 },
  );

/** As browsers write names of files in forms. */
const quoted = (name: string) => name.replaceAll('"', '%22').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
