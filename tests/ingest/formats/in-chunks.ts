import type { ByteSource, SourceChunk } from '../../../ingest/source.ts';

/** The same source in chunks of at most `chunkBytes` bytes, each in one buffer that is overwritten by the next. */
export function inChunks(source: ByteSource, chunkBytes: number): ByteSource {
  async function* chunks(from?: number): AsyncGenerator<SourceChunk> {
    const buffer = Buffer.alloc(chunkBytes);
    for await (const { bytes, position } of source.chunks(from)) {
      for (let start = 0; start < bytes.length; start += chunkBytes) {
        const part = bytes.subarray(start, start + chunkBytes);
        buffer.set(part);
        yield { bytes: buffer.subarray(0, part.length), position: position + start };
      }
    }
  }
  return {
    path: source.path,
    name: source.name,
    stamp: source.stamp,
    compressed: source.compressed,
    head: source.head,
    chunks,
    readAt: (position, length) => source.readAt(position, length),
    goesOn: () => source.goesOn(),
    bytesRead: () => source.bytesRead(),
    sha256: () => source.sha256(),
    assertUnchanged: () => source.assertUnchanged(),
    close: () => source.close(),
  };
}
