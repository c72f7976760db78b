import type { ByteSource } from '../source.ts';

/** How often, in bytes of the file, `goesOn` is asked. */
const TOLD_BYTES = 4 * 1024 * 1024;

/**
 * Inflates a compressed source to its end, of which nothing may be believed before: the checksum of gzip stands behind its
 * data, and of a wrong bit may come digits that read as good ones. Ends early where nobody wants it to go on.
 * @throws FileError BROKEN_GZIP, TRUNCATED and whatever reading throws.
 */
export async function checkGzip(source: ByteSource, goesOn: () => boolean): Promise<void> {
  if (!source.compressed) return;
  let told = 0;
  for await (const _ of source.chunks()) {
    if (source.bytesRead() - told < TOLD_BYTES) continue;
    told = source.bytesRead();
    if (!goesOn()) return;
  }
}
