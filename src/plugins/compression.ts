import { Readable, type Transform } from 'node:stream';
import { promisify } from 'node:util';
import * as zlib from 'node:zlib';
import type { Plugin } from './request-facts.ts';

/** What fits into one packet anyway is sent as it is. */
const FROM_BYTES = 1_400;
/** Longer answers, and those whose length nobody knows, are compressed while they are sent. */
const STREAM_FROM_BYTES = 2_000_000;

/** Bins are digits and commas: higher levels take several times as long for a few percent. */
const GZIP = { level: 1 };
const BROTLI = {
  params: {
    [zlib.constants.BROTLI_PARAM_QUALITY]: 2,
    [zlib.constants.BROTLI_PARAM_MODE]: zlib.constants.BROTLI_MODE_TEXT,
  },
};

interface Coding {
  whole(bytes: Buffer): Promise<Buffer>;
  stream(): Transform;
}

/** All of it runs on threads of libuv, never on the event loop. The best first. */
const CODINGS: ReadonlyMap<string, Coding> = new Map([
  ...zstd(),
  ['br', codingOf(promisify(zlib.brotliCompress), zlib.createBrotliCompress, BROTLI)],
  ['gzip', codingOf(promisify(zlib.gzip), zlib.createGzip, GZIP)],
]);

/** Node has zstd from 22.15 on, which its types here do not know. */
function zstd(): [string, Coding][] {
  const node = zlib as unknown as {
    zstdCompress?: typeof zlib.brotliCompress;
    createZstdCompress: typeof zlib.createBrotliCompress;
    constants: { ZSTD_c_compressionLevel: number };
  };
  if (node.zstdCompress === undefined) return [];
  const options = { params: { [node.constants.ZSTD_c_compressionLevel]: 1 } };
  return [['zstd', codingOf(promisify(node.zstdCompress), node.createZstdCompress, options)]];
}

function codingOf<Options>(
  whole: (bytes: Buffer, options: Options) => Promise<Buffer>,
  stream: (options: Options) => Transform,
  options: Options,
): Coding {
  return { whole: (bytes) => whole(bytes, options), stream: () => stream(options) };
}

/** Not parts of a stream (multipart, SSE): each has to arrive when it is made, not when a block is full. */
const COMPRESSIBLE =
  /^(text\/(?!event-stream)|application\/(json|x-ndjson|graphql-response\+json|javascript)|image\/svg)/;

/** Compresses answers for clients that accept it; for others it costs a look at one header. */
export function useCompression({ compress }: { compress: boolean }): Plugin {
  if (!compress) return {};
  return {
    onResponse(payload) {
      const { request, response } = payload;
      const { headers, status } = response;
      const accepted = request.headers.get('accept-encoding');
      const cacheable = request.method === 'GET' || request.method === 'HEAD';
      if ((accepted === null && !cacheable) || status === 204 || status === 304) return;
      if (!COMPRESSIBLE.test(headers.get('content-type') ?? '') || headers.has('content-encoding')) return;
      if (cacheable) headers.append('vary', 'accept-encoding');
      const encoding = chooseEncoding(accepted);
      const length = lengthOf(headers);
      if (encoding === undefined || request.method === 'HEAD' || length < FROM_BYTES) return;
      return compressAnswer(payload, encoding, length);
    },
  };
}

const lengthOf = (headers: Headers) => Number(headers.get('content-length') ?? Number.POSITIVE_INFINITY);

type Payload = Parameters<NonNullable<Plugin['onResponse']>>[0];

async function compressAnswer({ response, setResponse, fetchAPI }: Payload, encoding: string, length: number) {
  const { headers, status, statusText } = response;
  const body = await encoded(response, encoding, length);
  if (body === null) return;
  headers.set('content-encoding', encoding);
  headers.delete('content-length');
  const tag = headers.get('etag');
  // other bytes, so another strong tag
  if (tag !== null) headers.set('etag', tag.replace(/"$/, `-${encoding}"`));
  setResponse(new fetchAPI.Response(body as BodyInit, { status, statusText, headers }));
}

async function encoded(response: Response, encoding: string, length: number): Promise<Buffer | Readable | null> {
  const { whole, stream } = CODINGS.get(encoding) as Coding;
  if (length <= STREAM_FROM_BYTES) return whole(Buffer.from(await response.arrayBuffer()));
  const body = response.body as (ReadableStream & { readable?: Readable }) | null;
  if (body === null) return null;
  const source = body.readable ?? Readable.fromWeb(body as never);
  const compressor = stream();
  // a client that sees no end knows that the answer broke off
  source.on('error', (error) => compressor.destroy(error));
  compressor.on('error', () => source.destroy());
  compressor.on('close', () => source.destroy());
  return source.pipe(compressor);
}

/** The best of what a client takes; undefined where it takes none of ours. */
export function chooseEncoding(header: string | null): string | undefined {
  if (header === null) return undefined;
  const weights = new Map<string, number>();
  for (const part of header.toLowerCase().split(',')) {
    const [name = '', ...parameters] = part.split(';').map((text) => text.trim());
    const q = parameters.find((text) => text.startsWith('q='));
    weights.set(name, q === undefined ? 1 : Number(q.slice(2)) || 0);
  }
  const weight = (name: string) => weights.get(name) ?? weights.get('*') ?? 0;
  return [...CODINGS.keys()].filter((name) => weight(name) > 0).sort((a, b) => weight(b) - weight(a))[0];
}
